#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where a path leads: links followed and `..` taken away as the kernel does it, also when its last parts are not there.
package enum ResolvedPath {
  private static let mostLinks = 40
  /// Each look-up of a link makes the system walk the whole path to it: these two keep that short. No honest path is
  /// deeper, and the system refuses what is longer than `PATH_MAX` itself.
  private static let mostParts = 256
  private static let mostLookUps = 1024

  /// - Parameters:
  ///   - path: relative to `folder`, or absolute.
  ///   - folder: absolute; the working folder by default.
  ///   - followsLast: whether the last part is followed if it is a link, also one that points at nothing.
  /// - Returns: an absolute path without links, or nil when there is none: too many links, too long or too deep, no
  ///   working folder.
  package static func resolve(_ path: String, in folder: String? = nil, followsLast: Bool = true) -> String? {
    guard path.utf8.count < PATH_MAX else { return nil }
    var links = 0
    var lookUps = 0
    var resolved: [String] = []
    // Nothing lies below what is not there.
    var firstMissing = Int.max
    // What is still to be walked, the next part last.
    var parts = split(path)
    if !path.utf8.starts(with: "/".utf8) {
      guard let folder = folder ?? workingFolder() else { return nil }
      parts += split(folder)
    }
    while let part = parts.popLast() {
      if part == "." { continue }
      if part == ".." {
        _ = resolved.popLast()
        if resolved.count < firstMissing { firstMissing = Int.max }
        continue
      }
      // A slash at the end asks for what a link points at.
      let isLast = parts.isEmpty && !path.utf8.reversed().starts(with: "/".utf8)
      if isLast, !followsLast {
        resolved.append(part)
        continue
      }
      guard firstMissing == Int.max else {
        resolved.append(part)
        continue
      }
      lookUps += 1
      guard resolved.count < mostParts, lookUps <= mostLookUps else { return nil }
      errno = 0
      guard let target = linkTarget("/" + (resolved + [part]).joined(separator: "/")) else {
        if errno == ENOENT { firstMissing = resolved.count + 1 }
        resolved.append(part)
        continue
      }
      links += 1
      guard links <= mostLinks else { return nil }
      if target.utf8.starts(with: "/".utf8) { resolved = [] }
      parts += split(target)
    }
    return "/" + resolved.joined(separator: "/")
  }

  /// The parts, the last one first. By bytes, because to Swift a slash before a combining mark is another character.
  private static func split(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).reversed().map { String(decoding: $0, as: UTF8.self) }
  }

  /// The path of an open file, or what stands for it when it has none (`pipe:[5]`); nil when it is not open.
  package static func ofDescriptor(_ descriptor: Int32) -> String? {
    #if canImport(Darwin)
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      guard fcntl(descriptor, F_GETPATH, &buffer) == 0 else {
        return fcntl(descriptor, F_GETFD) < 0 ? nil : "descriptor:[\(descriptor)]"
      }
      return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #else
      return linkTarget("/proc/self/fd/\(descriptor)")
    #endif
  }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package static func isDevice(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else { return false }
    return [S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT)
  }

  private static func workingFolder() -> String? {
    guard let folder = getcwd(nil, 0) else { return nil }
    defer { free(folder) }
    return String(validatingCString: folder)
  }

  /// Where a link points; nil for anything that is no link.
  static func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
    }
    guard length >= 0 else { return nil }
    // A name that is no text becomes another one, which lies in no folder of a policy.
    return String(decoding: buffer.prefix(length), as: UTF8.self)
  }
}
