import Essentials
import Functions
import HostSupport
import PythonRuntime

/// The file beside a UDF file that has the versions of its packages and the hashes of their files, in the form that
/// installers read: `zscore.py.requirements.txt` for `zscore.py`.
struct LockFile {
  static let suffix = ".requirements.txt"
  private static let mark = "# clutch env lock: "
  private static let mostBytes = 16 << 20

  let path: String
  /// As it is given to the installer.
  let text: String
  private let pins: [LockPin]

  /// Where the lock of a source is; nil for source that is in no file.
  static func path(of source: UDFSource) -> String? { source.path.map { $0 + suffix } }

  /// The lock of a source, if it has one.
  ///
  /// - Throws: `EnvironmentError` with code `badLock` for one that was not made for these dependencies.
  init?(of source: UDFSource, _ block: ScriptBlock) throws(EnvironmentError) {
    guard let path = Self.path(of: source), FileManager.default.fileExists(atPath: path) else { return nil }
    do { text = try FileText.read(path, atMost: Self.mostBytes) } catch {
      throw EnvironmentError(.badLock, "The lock \(path) \(error).")
    }
    self.path = path
    let advice = "make it anew with: clutch env lock \(source.name)"
    let lines = text.split(whereSeparator: \.isNewline)
    guard let line = lines.first(where: { $0.hasPrefix(Self.mark) }) else {
      throw EnvironmentError(
        .badLock, "\(path) does not say for which dependencies it was made, so it is none of clutch env lock; \(advice)"
      )
    }
    guard line.dropFirst(Self.mark.count) == Self.sum(of: block)[...] else {
      throw EnvironmentError(
        .badLock,
        "\(path) was made for other dependencies, or another requires-python, than \(source.name) has now; \(advice)")
    }
    guard let pins = LockPin.all(in: text) else {
      throw EnvironmentError(
        .badLock, "\(path) has more than packages with their hashes, so it is none of clutch env lock; \(advice)")
    }
    self.pins = pins
    let locked = Set(pins.map(\.requirement.name))
    // One with a condition need not be there.
    let missing = block.dependencies.compactMap { Requirement($0) }.filter {
      !$0.hasMarker && !locked.contains($0.name)
    }
    guard missing.isEmpty else {
      throw EnvironmentError(
        .badLock, "\(path) lacks \(missing.map(\.name).listed()), which \(source.name) asks for; \(advice)")
    }
  }

  /// Sees to it that nothing is built that must not be.
  ///
  /// - Throws: `EnvironmentError` with code `badRequirement`.
  func check(_ options: EnvironmentOptions) throws(EnvironmentError) {
    for pin in pins { try pin.requirement.check(for: path, options) }
  }

  /// The text of a lock.
  ///
  /// - Parameter pins: each package with its version and hashes.
  static func text(of source: UDFSource, _ block: ScriptBlock, pins: String, python: String) -> String {
    let name = source.path.map { URL(fileURLWithPath: $0).lastPathComponent } ?? source.name
    return """
      # The packages of \(name), with the hashes of their files. Made by "clutch env lock \(name)" with CPython \(python);
      # make it anew when the dependencies in the file change.
      \(mark)\(sum(of: block))
      \(pins.trimmingNewlines)

      """
  }

  /// What a lock depends on.
  private static func sum(of block: ScriptBlock) -> String {
    let parts = block.dependencies.sorted() + ["requires-python \(block.requiresPython?.description ?? "")"]
    return sha256(parts.joined(separator: "\n").utf8)
  }
}
