import Functions
public import Columnar
public import PythonRuntime
import Synchronization

/// A source of a registry, with the functions that it had when this was asked for.
///
/// Every call goes to the version that is there when it begins, and finishes there. It keeps the registry. What it tells of
/// memory, denials and failures is of the version that is there now; those before it, whose last calls may be under way,
/// do not count. All members may be used from any thread and any task; those that throw do so with the code
/// `unknownFunction` when the source has been removed.
public final class RegisteredSource: FunctionProvider, AtOnceProvider {
  /// What the registry calls it.
  public let name: String
  /// The functions, as they were when the source was asked for.
  public let signatures: [UDFSignature]
  private let registry: UDFRegistry
  /// For each signature its place in a version, nil where that lacks it; of the versions that were called last.
  private let places: Mutex<[(version: Int, places: [Int?])]>

  init(_ name: String, of registry: UDFRegistry) throws(UDFError) {
    let version = try registry.version(name)
    self.registry = registry
    self.name = name
    let signatures = version.pool.signatures
    self.signatures = signatures
    places = Mutex([(version.number, Array(signatures.indices))])
  }

  /// Calls a function of the version that is there now, as the protocol says.
  ///
  /// - Throws: also `unknownFunction` and `incompatible`, when that version does not have the function as it was.
  public func evaluate(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) async throws -> UDFResult {
    let version = try begin(function)
    defer { version.end() }
    return try await version.pool.evaluate(place(of: function, in: version), batch, options)
  }

  package func evaluateAtOnce(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult? {
    let version = try begin(function)
    defer { version.end() }
    return try version.pool.evaluateAtOnce(place(of: function, in: version), batch, options)
  }

  /// The same while the calling thread waits.
  public func evaluateAndWait(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult {
    let version = try begin(function)
    defer { version.end() }
    return try version.pool.evaluateAndWait(place(of: function, in: version), batch, options)
  }

  /// Begins to call a table function of the version that is there now, which gives all its rows.
  public func open(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> any TableCursor {
    let version = try begin(function)
    do {
      return try version.pool.open(place(of: function, in: version), batch, options) { version.end() }
    } catch {
      version.end()
      throw error
    }
  }

  /// Makes room for states of an aggregate function of the version that is there now, which all of them stay with.
  public func aggregate(_ function: Int, _ options: CallOptions) throws -> AggregateStates {
    let version = try begin(function)
    do {
      return try version.pool.aggregate(place(of: function, in: version), options) { version.end() }
    } catch {
      version.end()
      throw error
    }
  }

  /// Begins to call a function of the version that is there now, which gets all batches.
  public func openStream(_ function: Int, _ options: CallOptions) throws -> any BatchStream {
    let version = try begin(function)
    do {
      return try version.pool.openStream(place(of: function, in: version), options) { version.end() }
    } catch {
      version.end()
      throw error
    }
  }

  private func begin(_ function: Int) throws(UDFError) -> SourceVersion {
    do throws(UDFError) { return try registry.begin(name) } catch {
      throw UDFError(
        .unknownFunction,
        """
        UDF \(signatures[function].name) cannot be called: its source \(name) has been removed from the registry. Add a \
        source of that name that has the function, or leave the function out.
        """)
    }
  }

  /// During a swap calls of two versions take turns.
  private static let mostKnown = 2

  private func place(of function: Int, in version: SourceVersion) throws(UDFError) -> Int {
    let found = places.withLock { known -> Int? in
      if let entry = known.first(where: { $0.version == version.number }) { return entry.places[function] }
      let current = version.pool.signatures
      let entry = (
        version.number,
        signatures.enumerated().map { index, old in
          // Overloads may differ in the names of their classes only, which do not count.
          current.indices.contains(index) && current[index].canReplace(old)
            ? index : current.firstIndex { $0.canReplace(old) }
        }
      )
      known = [entry] + known.prefix(Self.mostKnown - 1)
      return entry.1[function]
    }
    if let found { return found }
    let signature = signatures[function]
    throw UDFError(
      .incompatible,
      """
      UDF \(signature.name) cannot be called: in the version of \(name) that is there now \
      \(signature.sqlDescription) \(signature.whatBecame(in: version.pool.signatures)). Replace \(name) by \
      a version that has it as it was, or register the new one in another database.
      """)
  }

  // MARK: What it is doing

  /// How much memory each interpreter takes.
  public var memoryUsage: [MemoryUsage] { get throws(UDFError) { try registry.version(name).pool.memoryUsage } }

  /// What each interpreter is doing, as `UDFPool.stacks` tells it.
  public func stacks() throws(UDFError) -> [[PythonError.Frame]?] { try registry.version(name).pool.stacks() }

  /// The functions of which rows failed without failing their batch, since this version came.
  public var failureSummaries: [UDFFailureSummary] {
    get throws(UDFError) { try registry.version(name).pool.failureSummaries }
  }

  /// The pool of the version that is there now; it closes when another takes the place.
  package var pool: UDFPool { get throws(UDFError) { try registry.version(name).pool } }

  /// What the policy has denied, since this version came.
  public var denials: PolicyDenials { get throws(UDFError) { try registry.version(name).pool.denials } }

  /// What the functions write from now on, those of all versions; ends when the source is removed and its last calls are
  /// over. All else is as with ``UDFPool/logRecords(bufferingNewest:)``.
  public func logRecords(bufferingNewest limit: Int = 1_000) throws(UDFError) -> AsyncStream<UDFLogRecord> {
    try registry.log(name).records(bufferingNewest: limit)
  }

  /// Stops the calls that are under way, also in the middle of a row, and also those of versions before this one; they
  /// throw `interrupted`. Later calls run as usual. Returns at once.
  public func interrupt() throws(UDFError) {
    for version in try registry.versions(name) { version.pool.interrupt() }
  }
}
