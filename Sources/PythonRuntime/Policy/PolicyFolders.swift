import Essentials
import HostSupport

/// What the texts in a policy's lists of folders stand for, and which paths lie below them.
struct PolicyFolders {
  let roots: [String]

  /// - Parameters:
  ///   - texts: absolute paths, or paths that begin with `TMP` or `UDF`.
  ///   - moduleFolder: that of the UDF file; nil when there is none, and `UDF` stands for nothing then.
  ///   - withLinks: whether those that are links stand for the links too.
  init(_ texts: [String], moduleFolder: String?, withLinks: Bool = false) {
    let places = texts.compactMap { Self.place(of: $0, moduleFolder) }
    let links = withLinks ? places.compactMap { ResolvedPath.resolve($0, followsLast: false) } : []
    roots = places.compactMap { ResolvedPath.resolve($0) } + links
  }

  func contain(_ path: String) -> Bool { roots.contains { Self.lies(path, in: $0) } }

  /// Whether one of them lies in a folder, or is it.
  func lie(in folder: String) -> Bool { roots.contains { Self.lies($0, in: folder) } }

  static func lies(_ path: String, in root: String) -> Bool {
    // Bytes, because Swift takes texts for equal that are different files.
    guard root != "/" else { return true }
    guard path.utf8.starts(with: root.utf8) else { return false }
    let next = path.utf8.dropFirst(root.utf8.count).first
    return next == nil || next == UInt8(ascii: "/")
  }

  /// Whether a text may stand in a policy's list.
  static func isRoot(_ text: String) -> Bool {
    text.hasPrefix("/") || ["TMP", "UDF"].contains { text == $0 || text.hasPrefix($0 + "/") }
  }

  private static func place(of text: String, _ moduleFolder: String?) -> String? {
    if text.hasPrefix("/") { return text }
    let rest = text.dropFirst(3)
    if text.hasPrefix("TMP") { return temporaryFolder + rest }
    return moduleFolder.map { $0 + rest }
  }

  /// The one that Python's `tempfile` takes.
  static var temporaryFolder: String {
    let environment = ProcessInfo.processInfo.environment
    for name in ["TMPDIR", "TEMP", "TMP"] {
      if let folder = environment[name], folder.hasPrefix("/") { return folder }
    }
    return "/tmp"
  }
}
