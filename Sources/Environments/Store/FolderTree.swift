import Essentials

extension EnvironmentStore {
  /// Takes away everybody's right to write. Files that have other names too are left: their rights are those of the
  /// installer's cache.
  static func seal(_ folder: String) {
    for path in paths(in: folder) {
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      guard isFolder || status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1 else { continue }
      chmod(path, status.st_mode & 0o555)
    }
  }

  /// Removes a folder with all that is in it, also one that was sealed.
  static func removeTree(_ folder: String) {
    for path in paths(in: folder) {
      var status = stat()
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { chmod(path, 0o700) }
    }
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// How many bytes there are of an environment, whole or not.
  func byteCount(of key: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0 == key || $0.hasPrefix(key + ".tmp-") }.reduce(0) {
      $0 + Self.byteCount(of: "\(folder)/\($1)")
    }
  }

  /// How many files with such names there are in a folder and those below.
  static func fileCount(in folder: String, suffix: String) -> Int { paths(in: folder).count { $0.hasSuffix(suffix) } }

  /// How many bytes its files have.
  static func byteCount(of folder: String) -> Int {
    paths(in: folder).reduce(0) { sum, path in
      var status = stat()
      return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? sum + Int(status.st_size) : sum
    }
  }

  /// A folder and all that is in it, each folder before what is in it; links are not followed.
  private static func paths(in folder: String) -> [String] {
    var paths = [folder]
    var folders = [folder]
    while let next = folders.popLast() {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: next)) ?? [] {
        let path = "\(next)/\(name)"
        paths.append(path)
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { folders.append(path) }
      }
    }
    return paths
  }
}
