package import Essentials
import HostSupport

/// The environments that have been built on this machine, for a report and for tidying.
package struct CachedEnvironments {
  /// One of them.
  package struct Item: Sendable {
    package let key: String
    /// Its folder.
    package let path: String
    /// The file that it was built for first; nil for one that is not whole.
    package let source: String?
    /// The packages that were asked for.
    package let requirements: [String]
    /// The version of CPython that it is for; empty for one that is not whole.
    package let pythonVersion: String
    package let byteCount: Int
    package let lastUse: Date
    /// Whether a process uses or builds it.
    package let isInUse: Bool
  }

  private let store: EnvironmentStore
  private let cache: CacheFolder?

  /// - Throws: `EnvironmentError` when there is no place for environments.
  package init(_ environment: [String: String]) throws(EnvironmentError) {
    store = try EnvironmentStore(environment)
    cache = CacheFolder(environment)
  }

  /// Where they are.
  package var folder: String { store.folder }

  /// All of which there is more than locks, those used last first.
  package func items() throws -> [Item] { try all().filter { store.hasFiles(of: $0.key) } }

  private func all() throws -> [Item] {
    let items = store.keys().compactMap { key -> Item? in
      let record = store.record(key)
      let isInUse = lockAll(key) == nil
      return item(key, record, isInUse)
    }
    return items.sorted { ($0.lastUse, $0.key) > ($1.lastUse, $1.key) }
  }

  private func item(_ key: String, _ record: EnvironmentRecord?, _ isInUse: Bool) -> Item {
    let attributes = try? FileManager.default.attributesOfItem(atPath: store.use(key))
    return Item(
      key: key, path: store.environment(key), source: record?.source, requirements: record?.requirements ?? [],
      pythonVersion: record?.pythonVersion ?? "", byteCount: record?.byteCount ?? store.byteCount(of: key),
      lastUse: attributes?[.modificationDate] as? Date ?? record?.built ?? .distantPast, isInUse: isInUse)
  }

  /// The locks of one that nobody uses or builds; nil for any other.
  private func lockAll(_ key: String) -> [FileLock]? {
    guard let building = try? FileLock(store.lock(key), .exclusive),
      let using = try? FileLock(store.use(key), .exclusive)
    else { return nil }
    return [building, using]
  }

  /// Removes those that nobody uses or builds: what is left of builds that were killed, those that were not used for some
  /// time, and then, beginning with the one that was not used longest, as many as need be for the rest to have a size.
  ///
  /// - Parameters:
  ///   - age: how many seconds ago one must have been used to stay; nil for any time.
  ///   - size: how many bytes all may have; nil for any size.
  /// What is kept of where files run goes too, of files that were not used for that time.
  ///
  /// - Returns: what was removed; what has no source is what builds have left.
  package func clean(unusedFor age: TimeInterval?, keepingAtMost size: Int?) throws -> [Item] {
    let items = try all()
    var rest = items.reduce(0) { $0 + $1.byteCount }
    var removed: [Item] = []
    for item in items.reversed() where !item.isInUse {
      let isOld = age.map { item.lastUse < Date(timeIntervalSinceNow: -$0) } ?? false
      let isTooMuch = size.map { rest > $0 } ?? false
      guard let locks = lockAll(item.key) else { continue }
      guard item.source == nil || isOld || isTooMuch else {
        // A build of it was killed, and another has made it.
        let drafts = store.drafts(of: item.key)
        if drafts.isEmpty { continue }
        let paths = drafts.map { "\(folder)/\($0)" }
        let bytes = paths.reduce(0) { $0 + EnvironmentStore.byteCount(of: $1) }
        store.removeDrafts(item.key)
        removed.append(
          Item(
            key: item.key, path: paths[0], source: nil, requirements: [], pythonVersion: "", byteCount: bytes,
            lastUse: item.lastUse, isInUse: false))
        continue
      }
      let wasThere = store.hasFiles(of: item.key)
      store.remove(item.key)
      guard !FileManager.default.fileExists(atPath: item.path) else {
        throw EnvironmentError(.cacheNotUsable, "\(item.path) cannot be removed; do its files belong to another user?")
      }
      unlink(store.use(item.key))
      unlink(store.lock(item.key))
      withExtendedLifetime(locks) {}
      rest -= item.byteCount
      if wasThere { removed.append(item) }
    }
    if let age { cache?.removeEntries(named: CacheFolder.placements, unusedFor: age) }
    return removed
  }
}
