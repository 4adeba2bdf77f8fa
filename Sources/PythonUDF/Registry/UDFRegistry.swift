import Metrics
public import PythonRuntime
import Synchronization

/// UDF sources under names of the host's choice, each of which can be replaced while it is called.
///
/// A new version is loaded beside the old one. Batches that begin after that go to it; those under way finish on the old
/// one, whose interpreters then end and give their memory back. All members may be used from any thread and any task.
public final class UDFRegistry: Sendable {
  private struct Entry {
    var version: SourceVersion
    /// The versions before it that had calls under way when it came.
    var former: [SourceVersion] = []
    let make: @Sendable (UDFSource) throws -> UDFPool
    /// What all versions write to.
    let log: UDFLog
    /// Set while a new version is loading: two at once would race for the place.
    var isLoading = false
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// Creates an empty registry.
  public init() {}

  deinit { for entry in entries.withLock({ $0.values }) { entry.version.retire() } }

  // MARK: Versions

  /// Loads a source under a name.
  ///
  /// - Parameters:
  ///   - name: what the host calls it.
  ///   - source: the file or text.
  ///   - interpreters: how many, for this and later versions; the number of cores by default.
  ///   - configuration: what the interpreters may do; full isolation by default.
  ///   - policy: what the source, and each later version of it, may do to the machine, from its first line on.
  ///   - discovery: which CPython to start, if none runs yet.
  ///   - logging: where what the source, and each later version of it, writes goes; the current logger by default.
  ///     Messages and metrics call the source by its name here.
  /// - Throws: `UDFError`: `nameTaken`, or why the source does not load; `PythonRuntimeError`.
  public func add(
    _ name: String, _ source: UDFSource, interpreters: Int? = nil,
    configuration: SubInterpreter.Configuration = .isolated, policy: InterpreterPolicy = .guarded,
    discovery: PythonDiscovery = PythonDiscovery(), logging: UDFLogging = UDFLogging()
  ) async throws {
    let log = UDFLog(source: name, logging)
    let factory = MetricsSystem.factory
    let make: @Sendable (UDFSource) throws -> UDFPool = { source in
      try UDFPool(source, interpreters, configuration, policy, discovery, Telemetry(sharing: log, factory))
    }
    let pool = try await onThreadOfItsOwn { try make(source) }
    let isAdded = entries.withLock { entries in
      guard entries[name] == nil else { return false }
      entries[name] = Entry(version: SourceVersion(pool), make: make, log: log)
      return true
    }
    guard isAdded else {
      await pool.closeAsync()
      throw UDFError(.nameTaken, "There is a source named \(name) already; replace it, or choose another name.")
    }
  }

  /// Puts a new version in the place of a source.
  ///
  /// - Parameters:
  ///   - name: the source.
  ///   - source: the new version.
  ///   - allowingChanges: whether functions may be missing, or have other parameters or another result, than before.
  /// - Throws: `UDFError`: `unknownFunction` when there is no source of that name, `nameTaken` while another version of it
  ///   is loading, `incompatible` when a function is missing or has changed, or why the new version does not load. Nothing
  ///   has changed then.
  public func replace(_ name: String, with source: UDFSource, allowingChanges: Bool = false) async throws {
    let entry = try entries.withLock { entries in
      guard var entry = entries[name] else { throw Self.unknown(name, entries.keys) }
      guard !entry.isLoading else {
        throw UDFError(.nameTaken, "Another version of \(name) is being loaded; wait for it.")
      }
      entry.isLoading = true
      entries[name] = entry
      return entry
    }
    do {
      let pool = try await onThreadOfItsOwn { try entry.make(source) }
      do {
        if !allowingChanges {
          try UDFSignature.requireSame(pool.signatures, as: entry.version.pool.signatures, of: name)
        }
      } catch {
        await pool.closeAsync()
        throw error
      }
      let isReplaced = entries.withLock { entries in
        guard entries[name]?.version === entry.version else { return false }
        let former = (entry.former + [entry.version]).filter(\.isCalled)
        entries[name] = Entry(version: SourceVersion(pool), former: former, make: entry.make, log: entry.log)
        return true
      }
      // It may have been removed meanwhile, and another one added.
      if isReplaced { entry.version.retire() } else { await pool.closeAsync() }
    } catch {
      entries.withLock { entries in
        if entries[name]?.version === entry.version { entries[name]?.isLoading = false }
      }
      throw error
    }
  }

  /// Takes a source out; calls under way finish first.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is none of that name.
  public func remove(_ name: String) throws {
    let entry = try entries.withLock { entries in
      guard let entry = entries.removeValue(forKey: name) else { throw Self.unknown(name, entries.keys) }
      return entry
    }
    entry.version.retire()
  }

  /// Stops the calls of a source's functions that are under way, also in the middle of a row, and also those of versions
  /// before this one; they throw `interrupted`. Later calls run as usual. Returns at once.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is no source of that name.
  public func interrupt(_ name: String) throws(UDFError) {
    let entry = try entry(name)
    for version in entry.former + [entry.version] { version.pool.interrupt() }
  }

  /// What the functions of a source write from now on, those of all its versions; ends when the source is removed and
  /// its last calls are over. All else is as with ``UDFPool/logRecords(bufferingNewest:)``.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is no source of that name.
  public func logRecords(of name: String, bufferingNewest limit: Int = 1_000) throws(UDFError) -> AsyncStream<
    UDFLogRecord
  > {
    try entry(name).log.records(bufferingNewest: limit)
  }

  /// The names of the sources.
  public var names: [String] { entries.withLock { $0.keys.sorted() } }

  /// The signatures of a source's functions, as they are now.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is no source of that name.
  public func signatures(of name: String) throws -> [UDFSignature] { try version(name).pool.signatures }

  /// The version of a source that is there now.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  func version(_ name: String) throws(UDFError) -> SourceVersion { try entry(name).version }

  private func entry(_ name: String) throws(UDFError) -> Entry {
    try entries.withLock { entries throws(UDFError) in
      guard let entry = entries[name] else { throw Self.unknown(name, entries.keys) }
      return entry
    }
  }

  private static func unknown(_ name: String, _ names: Dictionary<String, Entry>.Keys) -> UDFError {
    let known = names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    return UDFError(.unknownFunction, "There is no source named \(name); there are: \(known).")
  }
}
