#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A symbolic link that leads elsewhere when it, or a folder above it, is moved.
package struct RelativeLink {
  /// How many folders are between it and what is moved.
  let depth: Int
  let target: String

  private static let mostEntries = 200_000

  /// Those that are moved with a path, which may be one itself.
  ///
  /// - Returns: nil when there are too many files to look at, or a folder that cannot be looked at.
  package static func find(at path: String, inFolders: Bool) -> [RelativeLink]? {
    var links: [RelativeLink] = []
    if let target = ResolvedPath.linkTarget(path) {
      if climbs(target) { links.append(RelativeLink(depth: -1, target: target)) }
      return links
    }
    guard inFolders, ResolvedPath.isFolder(path) else { return links }
    var entries = 0
    var folders: [(path: [CChar], depth: Int)] = [(path.utf8.map { CChar(bitPattern: $0) }, 0)]
    // Names as bytes: those that are no text are files too.
    while let (folder, depth) = folders.popLast() {
      guard let directory = opendir(folder + [0]) else { return nil }
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
        }
        guard name != [46], name != [46, 46] else { continue }
        entries += 1
        guard entries <= mostEntries else { return nil }
        let path = folder + [47] + name
        var status = stat()
        guard lstat(path + [0], &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: folders.append((path, depth + 1))
        case S_IFLNK:
          guard let target = self.target(path + [0]) else { return nil }
          if climbs(target) { links.append(RelativeLink(depth: depth, target: target)) }
        default: break
        }
      }
    }
    return links
  }

  /// Where it leads, from the folder that what is moved lies in; nil when it leads nowhere outside what is moved.
  package var targetFromParent: String? {
    guard depth >= 0 else { return target }
    let parts = target.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 != "." }
    let climbs = parts.prefix { $0 == ".." }.count
    guard climbs > depth else { return nil }
    return parts.dropFirst(depth + 1).joined(separator: "/")
  }

  /// Whether a path goes up again after it has gone down: where that leads depends on links on the way.
  package static func turnsBack(_ path: String) -> Bool {
    var isDown = path.utf8.starts(with: "/".utf8)
    for part in path.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      if !part.elementsEqual("..".utf8) { isDown = true } else if isDown { return true }
    }
    return false
  }

  private static func climbs(_ target: String) -> Bool {
    !target.utf8.starts(with: "/".utf8)
      && target.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
  }

  private static func target(_ path: [CChar]) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
    }
    return length < 0 ? nil : String(decoding: buffer.prefix(length), as: UTF8.self)
  }
}
