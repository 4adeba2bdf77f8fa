public import Columnar
import Foundation
public import PythonRuntime
import Synchronization

/// UDF sources under names of the host's choice, each of which can be replaced while it is called.
///
/// A new version is loaded beside the old one. Batches that begin after that go to it; those under way finish on the old
/// one, whose interpreters then end and give their memory back. All members may be used from any thread and any task.
public final class UDFRegistry: Sendable {
  /// One version of a source.
  private final class Version: Sendable {
    let pool: UDFPool
    private let state = Mutex((calls: 0, isRetired: false))

    init(_ pool: UDFPool) { self.pool = pool }

    /// Nil when it has been replaced meanwhile, and the next one is to be asked for.
    func begin() -> UDFPool? {
      state.withLock { state in
        guard !state.isRetired else { return nil }
        state.calls += 1
        return pool
      }
    }

    func end() {
      let isLast = state.withLock { state in
        state.calls -= 1
        return state.isRetired && state.calls == 0
      }
      if isLast { close() }
    }

    /// Takes no more calls, and ends after those under way.
    func retire() {
      let isIdle = state.withLock { state in
        defer { state.isRetired = true }
        return !state.isRetired && state.calls == 0
      }
      if isIdle { close() }
    }

    /// On a thread of its own: ending waits for user code that runs at the end.
    private func close() { Thread.detachNewThread { [pool] in pool.close() } }
  }

  private struct Entry {
    var version: Version
    let make: @Sendable (UDFSource) throws -> UDFPool
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
  ///   - discovery: which CPython to start, if none runs yet.
  /// - Throws: `UDFError`: `nameTaken`, or why the source does not load; `PythonRuntimeError`.
  public func add(
    _ name: String, _ source: UDFSource, interpreters: Int? = nil,
    configuration: SubInterpreter.Configuration = .isolated, discovery: PythonDiscovery = PythonDiscovery()
  ) async throws {
    let make: @Sendable (UDFSource) throws -> UDFPool = { source in
      try UDFPool(source, interpreters: interpreters, configuration: configuration, discovery: discovery)
    }
    let pool = try await onThreadOfItsOwn { try make(source) }
    let isAdded = entries.withLock { entries in
      guard entries[name] == nil else { return false }
      entries[name] = Entry(version: Version(pool), make: make)
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
        if !allowingChanges { try Self.requireSame(pool.signatures, as: entry.version.pool.signatures, of: name) }
      } catch {
        await pool.closeAsync()
        throw error
      }
      let old = entries.withLock { entries -> Version? in
        let old = entries[name]?.version
        if old != nil { entries[name]?.version = Version(pool) }
        entries[name]?.isLoading = false
        return old
      }
      // It may have been removed meanwhile.
      if let old { old.retire() } else { await pool.closeAsync() }
    } catch {
      entries.withLock { $0[name]?.isLoading = false }
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

  /// The names of the sources.
  public var names: [String] { entries.withLock { $0.keys.sorted() } }

  /// The signatures of a source's functions, as they are now.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is no source of that name.
  public func signatures(of name: String) throws -> [UDFSignature] { try version(name).pool.signatures }

  // MARK: Calls

  /// Calls a function of a source for each row of a batch, and says which rows failed; the calling task is suspended and
  /// blocks no thread.
  ///
  /// - Parameters:
  ///   - function: the function.
  ///   - name: the source.
  ///   - batch: one column per parameter, in order.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long the call may take; where nothing is said, what the function says.
  /// - Throws: as `UDFPool.evaluate` does.
  public func evaluate(
    _ function: String, of name: String, _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) async throws -> UDFResult {
    while true {
      let version = try version(name)
      guard let pool = version.begin() else { continue }
      defer { version.end() }
      return try await pool.evaluate(function, batch, onError: errorMode, timeouts: timeouts)
    }
  }

  private func version(_ name: String) throws -> Version {
    try entries.withLock { entries in
      guard let entry = entries[name] else { throw Self.unknown(name, entries.keys) }
      return entry.version
    }
  }

  private static func unknown(_ name: String, _ names: Dictionary<String, Entry>.Keys) -> UDFError {
    let known = names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    return UDFError(.unknownFunction, "There is no source named \(name); there are: \(known).")
  }

  /// - Throws: `UDFError` with code `incompatible`.
  private static func requireSame(_ new: [UDFSignature], as old: [UDFSignature], of name: String) throws(UDFError) {
    for signature in old {
      let sameName = new.filter { $0.name == signature.name }
      if sameName.contains(where: { $0.parameters == signature.parameters && $0.result == signature.result }) {
        continue
      }
      let now = sameName.isEmpty ? "is not there" : "is \(sameName.map(\.sqlDescription).joined(separator: "; "))"
      throw UDFError(
        .incompatible,
        """
        The new version of \(name) was not taken: \(signature.sqlDescription) \(now). Keep the function, or replace with \
        allowingChanges: true.
        """)
    }
  }
}
