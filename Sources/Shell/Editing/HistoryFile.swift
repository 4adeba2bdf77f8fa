import Essentials
import HostSupport

/// What was typed in this shell and in those before it: one entry on each line of a file that only its owner can read.
///
/// Each entry is written when it has been typed, so that shells that run at the same time, or are killed, lose nothing.
struct HistoryFile {
  /// More than anybody goes back through.
  private static let mostEntries = 5_000
  /// What is larger is a mistake, such as a pasted table, and not worth keeping.
  private static let mostBytes = 100_000

  let path: String
  private var last: String?

  init(path: String) { self.path = path }

  /// Where the history is: in `CLUTCH_HISTORY`, else where the platform has what programs remember. Nil for none: the
  /// variable is empty, or nobody knows where the home is.
  static func path(in environment: [String: String]) -> String? {
    if let chosen = environment["CLUTCH_HISTORY"] { return chosen.isEmpty ? nil : chosen }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    #if canImport(Darwin)
      return "\(home)/Library/Application Support/clutch/history"
    #else
      let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.local/state"
      return "\(state)/clutch/history"
    #endif
  }

  /// The entries, the latest last. A file that has become long is cut to the latest ones.
  ///
  /// - Throws: `ShellError` when there is a file that cannot be read, or is none.
  mutating func load() throws -> [String] {
    var status = stat()
    guard stat(path, &status) == 0 else { return [] }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size < 256 << 20,
      let data = FileManager.default.contents(atPath: path)
    else {
      throw ShellError("The history is not kept: \(path) is no file that can be read; CLUTCH_HISTORY names another.")
    }
    let lines = data.split(separator: UInt8(ascii: "\n")).suffix(Self.mostEntries)
    let entries = lines.map { Self.decoded(String(decoding: $0, as: UTF8.self)) }
    last = entries.last
    if data.count(where: { $0 == UInt8(ascii: "\n") }) > 2 * Self.mostEntries { cut(to: entries) }
    return entries
  }

  /// Adds an entry, unless it is the same as the one before, begins with a space, or says a secret: those are for once.
  ///
  /// - Returns: whether it is one to come back to.
  /// - Throws: `ShellError` when it cannot be written.
  mutating func add(_ entry: String) throws -> Bool {
    guard !entry.isEmpty, entry.utf8.count <= Self.mostBytes, entry != last, !entry.hasPrefix(" ") else { return false }
    last = entry
    guard !Self.isSecret(entry) else { return true }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw problem() }
    defer { close(descriptor) }
    // Somebody may have made the file with the permissions of any other.
    _ = fchmod(descriptor, 0o600)
    let line = Array((Self.encoded(entry) + "\n").utf8)
    guard write(descriptor, line, line.count) == line.count else { throw problem() }
    return true
  }

  private func problem() -> ShellError {
    let reason = String(cString: strerror(errno))
    return ShellError(
      "The history cannot be written to \(path): \(reason). CLUTCH_HISTORY names another file, or none.")
  }

  private func cut(to entries: [String]) {
    let text = entries.map { Self.encoded($0) + "\n" }.joined()
    let temporary = "\(path).\(UInt32.random(in: 0 ... .max))"
    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
    guard FileManager.default.createFile(atPath: temporary, contents: Data(text.utf8), attributes: attributes) else {
      return
    }
    if rename(temporary, path) != 0 { unlink(temporary) }
  }

  private static func isSecret(_ entry: String) -> Bool {
    let words = entry.lowercased().split { !($0.isLetter || $0 == "_") }
    return words.contains("secret") || words.contains("password")
      || words.contains { $0.hasSuffix("_token") || $0.hasSuffix("_key") && $0.hasPrefix("s3") }
  }

  // MARK: Entries as lines

  private static func encoded(_ entry: String) -> String {
    entry.replacing(scalar: "\\", with: "\\\\").replacing(scalar: "\n", with: "\\n")
  }

  private static func decoded(_ line: String) -> String {
    var entry = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        entry.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        entry.append(character)
      }
    }
    return entry
  }
}
