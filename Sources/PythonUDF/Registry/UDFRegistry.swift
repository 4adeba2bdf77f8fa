import HostSupport
import Functions
import Metrics
import Synchronization

/// UDF sources under names of the host's choice, each of which can be replaced while it is called.
///
/// A new version is loaded beside the old one. Batches that begin after that go to it; those under way finish on the old
/// one, whose interpreters then end and give their memory back. All members may be used from any thread and any task.
public final class UDFRegistry: Sendable {
  private struct Entry {
    /// Nil until the first one has been loaded.
    var version: SourceVersion?
    /// The versions before it that had calls under way when it came.
    var former: [SourceVersion] = []
    /// How each version is made.
    var options: HostOptions
    /// What all versions write to.
    let log: UDFLog
    let metrics: any MetricsFactory
    /// Which load is under way: two at once would race for the place.
    var loading: Int?
  }

  private let entries = Mutex<[String: Entry]>([:])
  private let loads = Atomic(0)

  /// Creates an empty registry.
  public init() {}

  deinit { for entry in entries.withLock({ $0.values }) { entry.version?.retire() } }

  // MARK: Versions

  /// Loads a source under a name. Cancelling the task stops the loading.
  ///
  /// - Parameters:
  ///   - name: what the host calls it; messages and metrics do too.
  ///   - source: the file or text.
  ///   - options: how it and each later version is run.
  /// - Throws: `UDFError`: `nameTaken`, or why the source does not load; `PythonRuntimeError`; `CancellationError`.
  public func add(_ name: String, _ source: UDFSource, _ options: HostOptions = HostOptions()) async throws {
    let load = loads.add(1, ordering: .relaxed).newValue
    // The name first: nothing is loaded in vain.
    let entry = Entry(
      options: options, log: UDFLog(source: name, options.logging), metrics: MetricsSystem.factory, loading: load)
    try entries.withLock { entries throws(UDFError) in
      guard entries[name] == nil else {
        throw UDFError(.nameTaken, "There is a source named \(name) already; replace it, or choose another name.")
      }
      entries[name] = entry
    }
    do { try await self.load(source, name, entry, load) { _ in } } catch {
      entries.withLock { if $0[name]?.loading == load { $0[name] = nil } }
      throw error
    }
  }

  /// Puts a new version in the place of a source. Cancelling the task stops the loading.
  ///
  /// - Parameters:
  ///   - name: the source.
  ///   - source: the new version.
  ///   - allowingChanges: whether functions may be missing, or have other parameters or another result, than before.
  ///   - options: how the new version and each later one is run; nil for as the old one. Where it writes stays as it was.
  /// - Throws: `UDFError`: `unknownFunction` when there is no source of that name, `busy` while another version of it is
  ///   loading, `incompatible` when a function is missing or has changed, or why the new version does not load;
  ///   `CancellationError`. Nothing has changed then.
  public func replace(
    _ name: String, with source: UDFSource, allowingChanges: Bool = false, options: HostOptions? = nil
  ) async throws {
    try await replace(name, with: source, allowingChanges: allowingChanges, options: options) { _ in }
  }

  /// Does the same for a host that looks at the new version, and may refuse it, before it takes the place.
  ///
  /// - Parameter check: told of the loaded version; what it throws is thrown here, and nothing has changed then.
  package func replace(
    _ name: String, with source: UDFSource, allowingChanges: Bool, options: HostOptions? = nil,
    check: @Sendable (UDFPool) throws -> Void
  ) async throws {
    let load = loads.add(1, ordering: .relaxed).newValue
    let (entry, old) = try entries.withLock { entries throws(UDFError) in
      guard var entry = entries[name], let old = entry.version else { throw Self.unknown(name, entries) }
      guard entry.loading == nil else {
        throw UDFError(.busy, "Another version of \(name) is being loaded; wait for it.")
      }
      entry.loading = load
      entries[name] = entry
      entry.options = options ?? entry.options
      return (entry, old)
    }
    do {
      try await self.load(source, name, entry, load) { pool in
        if !allowingChanges { try UDFSignature.requireSame(pool.signatures, as: old.pool.signatures, of: name) }
        try check(pool)
      }
    } catch {
      entries.withLock { if $0[name]?.loading == load { $0[name]?.loading = nil } }
      throw error
    }
    old.retire()
  }

  /// Loads a version and puts it in its place, if the entry is still there: it may have been removed meanwhile.
  private func load(
    _ source: UDFSource, _ name: String, _ entry: Entry, _ load: Int, _ check: (UDFPool) throws -> Void
  ) async throws {
    let pool = try await UDFPool.make(source, entry.options, Telemetry(sharing: entry.log, entry.metrics))
    do { try check(pool) } catch {
      await pool.closeAsync()
      throw error
    }
    let isKept = entries.withLock { entries in
      guard var kept = entries[name], kept.loading == load else { return false }
      kept.options = entry.options
      kept.former = (kept.former + [kept.version].compactMap { $0 }).filter(\.isCalled)
      kept.version = SourceVersion(pool)
      kept.loading = nil
      entries[name] = kept
      return true
    }
    if !isKept { await pool.closeAsync() }
  }

  /// Takes a source out; calls under way finish first.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is none of that name.
  public func remove(_ name: String) throws {
    let entry = try entries.withLock { entries throws(UDFError) in
      guard entries[name]?.version != nil, let entry = entries.removeValue(forKey: name) else {
        throw Self.unknown(name, entries)
      }
      return entry
    }
    entry.version?.retire()
  }

  // MARK: Sources

  /// The names of the sources.
  public var names: [String] { entries.withLock { $0.filter { $0.value.version != nil }.keys.sorted() } }

  /// A source, with the functions that it has now.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is none of that name.
  public func source(_ name: String) throws(UDFError) -> RegisteredSource { try RegisteredSource(name, of: self) }

  /// The version of a source that is there now.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  func version(_ name: String) throws(UDFError) -> SourceVersion { try entry(name).version }

  /// That version and those before it whose last calls are under way.
  func versions(_ name: String) throws(UDFError) -> [SourceVersion] {
    let (entry, version) = try entry(name)
    return entry.former + [version]
  }

  func log(_ name: String) throws(UDFError) -> UDFLog { try entry(name).entry.log }

  /// Begins a call of the version that is there now; its `end` ends it.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  func begin(_ name: String) throws(UDFError) -> SourceVersion {
    while true {
      let version = try version(name)
      // One that takes no more calls has left its place before.
      if version.begin() { return version }
    }
  }

  private func entry(_ name: String) throws(UDFError) -> (entry: Entry, version: SourceVersion) {
    try entries.withLock { entries throws(UDFError) in
      guard let entry = entries[name], let version = entry.version else { throw Self.unknown(name, entries) }
      return (entry, version)
    }
  }

  private static func unknown(_ name: String, _ entries: [String: Entry]) -> UDFError {
    let names = entries.filter { $0.value.version != nil }.keys.sorted()
    let known = names.isEmpty ? "none" : names.listed()
    return UDFError(.unknownFunction, "There is no source named \(name); there are: \(known).")
  }
}
