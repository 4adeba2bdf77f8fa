import Essentials

/// Files that Clutch may lose at any time: what it would otherwise find out again at every start.
///
/// Whatever is wrong with one, from a file of another user's to a disk that is full, it counts as not there. Entries are
/// written beside their place and then renamed, so readers see a whole one or none.
package struct CacheFolder: Sendable {
  package let path: String

  /// The folder that the environment names: `CLUTCH_CACHE`, else `clutch` under `XDG_CACHE_HOME`, else under the user's
  /// own folder of caches. Nil when there is none, and where `CLUTCH_CACHE` is empty.
  ///
  /// What is in it is run. So a folder that nobody has named is not taken among the temporary ones, which code under the
  /// policy `guarded` may write to.
  package init?(_ environment: [String: String]) {
    if let named = environment["CLUTCH_CACHE"] {
      guard named.hasPrefix("/") else { return nil }
      path = named
      return
    }
    guard let usual = Self.usual(environment) else { return nil }
    let real = URL(fileURLWithPath: usual).resolvingSymlinksInPath().path
    let temporary = [
      "/tmp", "/var/tmp", "/private/tmp", FileManager.default.temporaryDirectory.path,
      environment["TMPDIR"] ?? "",
    ]
    for folder in temporary where folder.count > 1 {
      let folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
      if real.hasPrefix(folder + "/") { return nil }
    }
    path = usual
  }

  private static func usual(_ environment: [String: String]) -> String? {
    if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/clutch" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    #if os(macOS)
      return home + "/Library/Caches/clutch"
    #else
      return home + "/.cache/clutch"
    #endif
  }

  /// The folder of this process's own environment.
  package static let ofProcess = CacheFolder(ProcessInfo.processInfo.environment)

  // MARK: Entries

  /// An entry is a line with the number of the format and the sum of the rest, which is the content.
  private static let format = "clutch-cache-1"
  private static let mostBytes = 4 << 20

  private static func header(of content: [UInt8]) -> [UInt8] {
    Array("\(format) \(String(StableHash(content).value, radix: 16)) \(content.count)\n".utf8)
  }

  /// What was written under a name, if it is whole and nobody else can have written it.
  package func read(_ name: String) -> [UInt8]? {
    let descriptor = open("\(path)/\(name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0, status.st_size <= Self.mostBytes, isOwn,
      let data = Bytes.readToEnd(from: descriptor)
    else { return nil }
    guard let end = data.firstIndex(of: 0x0A) else { return nil }
    let content = Array(data[(end + 1)...])
    return Array(data[...end]) == Self.header(of: content) ? content : nil
  }

  /// Writes an entry, if that is possible.
  package func write(_ name: String, _ content: [UInt8]) {
    guard content.count < Self.mostBytes / 2 else { return }
    try? FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    guard isOwn else { return }
    let draft = "\(path)/.\(name).\(getpid()).\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let isWritten = Bytes.write(Self.header(of: content) + content, to: descriptor)
    let isClosed = close(descriptor) == 0
    if !isWritten || !isClosed || rename(draft, "\(path)/\(name)") != 0 { unlink(draft) }
  }

  // MARK: Old entries

  /// How the names of entries begin that say where files run. There is one for each file, also for those that are gone.
  package static let placements = "placement-"

  /// Notes that an entry is used, so that it does not count as old; once a day at most.
  package func noteUse(_ name: String) {
    guard let age = age(of: name), age > 86_400 else { return }
    _ = utimensat(AT_FDCWD, "\(path)/\(name)", nil, AT_SYMLINK_NOFOLLOW)
  }

  /// Removes entries that were not used for some time.
  ///
  /// - Parameters:
  ///   - prefix: how their names begin.
  ///   - age: in seconds.
  /// - Returns: how many.
  @discardableResult
  package func removeEntries(named prefix: String, unusedFor age: Double) -> Int {
    guard isOwn, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return 0 }
    return names.count { name in
      guard name.hasPrefix(prefix), let unused = self.age(of: name), unused >= age else { return false }
      return unlink("\(path)/\(name)") == 0
    }
  }

  /// For how many seconds an entry was not used.
  private func age(of name: String) -> Double? {
    var status = stat()
    guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    #if canImport(Darwin)
      let used = status.st_mtimespec
    #else
      let used = status.st_mtim
    #endif
    return Date().timeIntervalSince1970 - Double(used.tv_sec)
  }

  /// Whether the folder is the user's, and nobody else may put files into it.
  private var isOwn: Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
      && status.st_mode & 0o022 == 0
  }
}

/// Which file is at a path, following links, and in which state.
package func fileIdentity(_ path: String) -> String { fileIdentity(path, followingLinks: true) }

package func fileIdentity(_ path: String, followingLinks: Bool) -> String {
  var status = stat()
  guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return "\(path): none" }
  #if canImport(Darwin)
    let (changed, modified) = (status.st_ctimespec, status.st_mtimespec)
  #else
    let (changed, modified) = (status.st_ctim, status.st_mtim)
  #endif
  return """
    \(path): \(status.st_dev) \(status.st_ino) \(status.st_size) \(modified.tv_sec).\(modified.tv_nsec) \
    \(changed.tv_sec).\(changed.tv_nsec)
    """
}

/// FNV-1a of 64 bits: the same in every process, and enough to notice damage.
package struct StableHash {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
