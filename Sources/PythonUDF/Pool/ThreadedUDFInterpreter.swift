import HostSupport
import Functions
public import Columnar
public import PythonRuntime
import ThreadConfinement

/// One UDF in an interpreter of its own, on a thread of its own: the actor that the function lives in.
///
/// Calls from any task run one after the other on that thread, in the order they arrive, and no two functions share a
/// GIL. To spread one function over several cores use a `UDFPool`.
///
/// ```swift
/// let udf = try await ThreadedUDFInterpreter(source: source)
/// let scores = try await udf.call(batch)
/// ```
public actor ThreadedUDFInterpreter: FunctionProvider {
  /// The function's signature.
  public nonisolated let signature: UDFSignature
  /// That signature alone.
  public nonisolated var signatures: [UDFSignature] { [signature] }
  /// What messages call it: the source's name.
  public nonisolated var name: String { pool.name }

  private let pool: UDFPool
  private let thread: DedicatedThread

  /// The interpreter's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Loads Python source text that has exactly one `@udf`.
  ///
  /// - Parameters:
  ///   - source: Python source text.
  ///   - options: how it is run; the number of interpreters is one, and their threads are not shared.
  /// - Throws: `UDFError` when the source does not load or has not exactly one UDF; `PythonRuntimeError`.
  public init(source: String, _ options: HostOptions = HostOptions()) async throws {
    try await self.init(UDFSource(source), options)
  }

  /// Loads a UDF file or text that has exactly one `@udf`.
  ///
  /// - Parameters:
  ///   - source: the file or text.
  ///   - options: how it is run; the number of interpreters is one, and their threads are not shared.
  /// - Throws: `UDFError` when the source does not load or has not exactly one UDF; `PythonRuntimeError`.
  public init(_ source: UDFSource, _ options: HostOptions = HostOptions()) async throws {
    var options = options
    options.interpreters = 1
    options.threads = nil
    let pool = try await UDFPool.make(source, options)
    guard let signature = pool.signatures.first, pool.signatures.count == 1, let thread = pool.hosts.onlyThread else {
      await pool.closeAsync()
      throw UDFError(
        .noFunction,
        """
        \(source.name) has \(pool.signatures.count) UDFs (\(pool.signatures.map(\.name).listed())), \
        but exactly one is needed here; use a UDFPool for several
        """)
    }
    self.pool = pool
    self.thread = thread
    self.signature = signature
  }

  /// Calls the function for each row of a batch.
  ///
  /// - Parameter batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows, as `signature.resultField(for:)` describes it.
  /// - Throws: as ``evaluate(_:onError:timeouts:)``.
  public func call(_ batch: RecordBatch) throws -> Column { try evaluate(batch).values }

  /// Calls the function for each row of a batch, and says which rows failed.
  ///
  /// - Parameters:
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long the call may take; where nothing is said, what the function says. A function that does not
  ///     stop when it is told to keeps this actor busy: only a ``UDFPool`` can give its interpreter up.
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`, `deadlineExceeded`, `memoryExceeded`, `closed`.
  public func evaluate(
    _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil, timeouts: UDFTimeouts = UDFTimeouts()
  ) throws -> UDFResult {
    try pool.evaluateAndWait(0, batch, CallOptions(errorMode: errorMode, timeouts: timeouts))
  }

  /// Calls the function, whose place is 0, as the protocol says: in the order of arrival at the interpreter, which need not
  /// be that of a task's own calls.
  public nonisolated func evaluate(
    _ function: Int, _ batch: RecordBatch, _ options: CallOptions
  ) async throws -> UDFResult {
    try await pool.evaluate(function, batch, options)
  }

  /// The same while the calling thread waits.
  public nonisolated func evaluateAndWait(
    _ function: Int, _ batch: RecordBatch, _ options: CallOptions
  ) throws -> UDFResult {
    try pool.evaluateAndWait(function, batch, options)
  }

  /// Begins to call the function, which must be a table function, as the protocol says.
  public nonisolated func open(
    _ function: Int, _ batch: RecordBatch, _ options: CallOptions
  ) throws -> any TableCursor {
    try pool.open(function, batch, options)
  }

  /// Makes room for states of the function, which must be an aggregate function.
  public nonisolated func aggregate(_ function: Int, _ options: CallOptions) throws -> AggregateStates {
    try pool.aggregate(function, options)
  }

  /// Begins to call the function, which must take an iterator of batches, as the protocol says.
  public nonisolated func openStream(_ function: Int, _ options: CallOptions) throws -> any BatchStream {
    try pool.openStream(function, options)
  }

  // MARK: What it is doing

  /// What the function prints, logs and warns of from now on, as ``UDFPool/logRecords(bufferingNewest:)`` gives it.
  public nonisolated func logRecords(bufferingNewest limit: Int = 1_000) -> AsyncStream<UDFLogRecord> {
    pool.logRecords(bufferingNewest: limit)
  }

  /// What the policy has denied so far.
  public nonisolated var denials: PolicyDenials { pool.denials }

  /// How much memory the function's interpreter takes, as the only element; also after `close`.
  public nonisolated var memoryUsage: [MemoryUsage] { pool.memoryUsage }

  /// Stops the call that is under way, also in the middle of a row; it throws `interrupted`. Returns at once.
  public nonisolated func interrupt() { pool.interrupt() }

  // MARK: The end

  /// Ends the interpreter, gives its memory back and ends its thread. Later calls throw `closed`.
  ///
  /// Dropping the last reference does the same. Calls made before it finish first. Blocks until that is done.
  public nonisolated func close() { pool.close() }

  /// Does what `close` does; the calling task is suspended and blocks no thread.
  public nonisolated func closeAsync() async { await pool.closeAsync() }
}
