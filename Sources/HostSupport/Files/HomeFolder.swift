import Essentials

/// The user's own folder.
package enum HomeFolder {
  /// A path that begins with `~/`, as a shell writes it out; any other as it is.
  package static func expanding(_ path: String) -> String {
    guard path.hasPrefix("~/") else { return path }
    return FileManager.default.homeDirectoryForCurrentUser.path + path.dropFirst()
  }
}
