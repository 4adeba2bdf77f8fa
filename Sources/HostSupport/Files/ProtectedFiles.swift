internal import Synchronization

/// A file of the process that no code under a policy may open, map, change, rename or remove, whatever the policy says
/// about its folder; for as long as this object lives.
///
/// POSIX takes all record locks of a process from a file when the process closes *any* descriptor of it. A function that
/// only looks into the database file of the session would so take the engine's lock away, and let another process write
/// to the same database. `DuckDBDatabase` protects its file and the log beside it; protect what else the process locks,
/// such as a database that SQL attaches.
///
/// A file is known by what it is, not by its name: a second name, a link or `/dev/fd` leads to the same one. Can be used
/// from any thread.
public final class ProtectedFile: Sendable {
  /// Where it is; nil for a path that leads nowhere.
  private let path: String?

  /// - Parameter path: absolute, or relative to the working folder. The file need not exist yet.
  public init(_ path: String) {
    self.path = ResolvedPath.resolve(path)
    self.path.map(ProtectedFiles.add)
  }

  deinit { path.map(ProtectedFiles.remove) }
}

/// All protected files of the process.
package enum ProtectedFiles {
  private struct Entry {
    var uses = 0
    /// Also found when the file has got another name; nil for one that is not there yet.
    var identity: FileIdentity?
  }

  /// By resolved path.
  private static let entries = Mutex<[String: Entry]>([:])
  /// How many there are: for most processes none, and then nothing needs to be asked.
  private static let count = Atomic(0)

  fileprivate static func add(_ path: String) {
    entries.withLock { entries in
      var entry = entries[path] ?? Entry()
      entry.uses += 1
      entry.identity = FileIdentity(path: path) ?? entry.identity
      entries[path] = entry
      count.store(entries.count, ordering: .releasing)
    }
  }

  fileprivate static func remove(_ path: String) {
    entries.withLock { entries in
      guard var entry = entries[path] else { return }
      entry.uses -= 1
      entries[path] = entry.uses > 0 ? entry : nil
      count.store(entries.count, ordering: .releasing)
    }
  }

  /// - Parameter path: resolved.
  package static func contain(_ path: String) -> Bool {
    guard count.load(ordering: .acquiring) > 0 else { return false }
    return contain(path, FileIdentity(path: path))
  }

  package static func contain(descriptor: Int32) -> Bool {
    guard count.load(ordering: .acquiring) > 0, let identity = FileIdentity(descriptor: descriptor) else {
      return false
    }
    return contain(nil, identity)
  }

  private static func contain(_ path: String?, _ identity: FileIdentity?) -> Bool {
    entries.withLock { entries in
      if let path, entries[path] != nil { return true }
      guard let identity else { return false }
      // The log comes and goes, with another identity each time.
      return entries.contains { $1.identity == identity || FileIdentity(path: $0) == identity }
    }
  }

  /// Whether one of them is in a folder, at any depth; renaming the folder would rename it.
  ///
  /// - Parameter folder: resolved.
  package static func lie(in folder: String) -> Bool {
    guard count.load(ordering: .acquiring) > 0 else { return false }
    return entries.withLock { entries in entries.keys.contains { $0.utf8.starts(with: (folder + "/").utf8) } }
  }
}
