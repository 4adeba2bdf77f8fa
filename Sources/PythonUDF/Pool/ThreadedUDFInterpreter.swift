public import Columnar
public import PythonRuntime

/// One UDF in an interpreter of its own, on a thread of its own: the actor that the function lives in.
///
/// Calls from any task run one after the other on that thread, in the order they arrive, and no two functions share a
/// GIL. To spread one function over several cores use a `UDFPool`.
///
/// ```swift
/// let udf = try await ThreadedUDFInterpreter(source: source)
/// let scores = try await udf.call(batch)
/// ```
public actor ThreadedUDFInterpreter {
  /// The function's signature.
  public nonisolated let signature: UDFSignature

  private let worker: Worker
  private let telemetry: Telemetry
  private nonisolated var interpreter: SubInterpreter { worker.interpreter }

  /// The interpreter's thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { interpreter.unownedExecutor }

  /// Loads Python source text that has exactly one `@udf`.
  ///
  /// - Parameters:
  ///   - source: Python source text.
  ///   - configuration: what the interpreter may do; full isolation by default.
  ///   - policy: what the source may do to the machine, from its first line on.
  ///   - discovery: which CPython to start, if none runs yet.
  ///   - logging: where what the source prints, logs and warns of goes; the current logger by default.
  /// - Throws: `UDFError` when the source does not load or has not exactly one UDF; `PythonRuntimeError`.
  public init(
    source: String, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, discovery: PythonDiscovery = PythonDiscovery(),
    logging: UDFLogging = UDFLogging()
  ) async throws {
    try await self.init(
      UDFSource(source), configuration: configuration, policy: policy, discovery: discovery, logging: logging)
  }

  /// Loads a UDF file or text that has exactly one `@udf`.
  ///
  /// - Parameters:
  ///   - source: the file or text.
  ///   - configuration: what the interpreter may do; full isolation by default.
  ///   - policy: what the source may do to the machine, from its first line on.
  ///   - discovery: which CPython to start, if none runs yet.
  ///   - logging: where what the source prints, logs and warns of goes; the current logger by default.
  /// - Throws: `UDFError` when the source does not load or has not exactly one UDF; `PythonRuntimeError`.
  public init(
    _ source: UDFSource, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, discovery: PythonDiscovery = PythonDiscovery(),
    logging: UDFLogging = UDFLogging()
  ) async throws {
    let telemetry = Telemetry(source, logging)
    let worker = try await onThreadOfItsOwn { try Worker(source, configuration, policy, discovery, telemetry) }
    let module = worker.module
    guard let function = module.functions.first, module.functions.count == 1 else {
      throw UDFError(
        .noFunction,
        """
        \(source.name) has \(module.functions.count) UDFs (\(module.signatures.map(\.name).joined(separator: ", "))), \
        but exactly one is needed here; use a UDFPool for several
        """)
    }
    self.worker = worker
    self.telemetry = telemetry
    telemetry.metrics?.note([worker.interpreter.memoryUsage])
    signature = function.signature
  }

  /// What the policy has denied so far.
  public nonisolated var denials: PolicyDenials { interpreter.denials }

  /// Calls the function for each row of a batch.
  ///
  /// - Parameter batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows, as `signature.resultField(for:)` describes it.
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`, `deadlineExceeded`, or `closed`.
  public func call(_ batch: RecordBatch) throws -> Column { try evaluate(batch).values }

  /// Calls the function for each row of a batch, and says which rows failed.
  ///
  /// - Parameters:
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long the call may take; where nothing is said, what the function says. A function that does not
  ///     stop when it is told to keeps this actor busy: only a ``UDFPool`` can give its interpreter up.
  /// - Throws: as `call` does.
  public func evaluate(
    _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil, timeouts: UDFTimeouts = UDFTimeouts()
  ) throws -> UDFResult {
    var options = CallOptions(errorMode: errorMode)
    options.watch = worker.watch(timeouts.orElse(signature.timeouts))
    let observed = ObservedCall(signature.name, rows: batch.rowCount, of: telemetry.source, telemetry.metrics)
    options.observed = observed
    defer { telemetry.metrics?.note([interpreter.memoryUsage]) }
    let outcome = Result {
      try worker.call(worker.module.functions[0], batch, options) { try interpreter.withGILOnOwnThread($0) }
    }
    observed?.end(outcome)
    return try outcome.get()
  }

  /// What the function prints, logs and warns of from now on, as ``UDFPool/logRecords(bufferingNewest:)`` gives it.
  public nonisolated func logRecords(bufferingNewest limit: Int = 1_000) -> AsyncStream<UDFLogRecord> {
    telemetry.log.records(bufferingNewest: limit)
  }

  /// How much memory the function's interpreter takes; also after `close`.
  public nonisolated var memoryUsage: MemoryUsage { interpreter.memoryUsage }

  /// Ends the interpreter, gives its memory back and ends its thread. Later calls throw `closed`.
  ///
  /// Dropping the last reference does the same. Calls made before it finish first.
  public nonisolated func close() async {
    await interpreter.closeAsync()
    telemetry.close()
  }
}

extension UDFError {
  /// An interpreter that could not be used, in the terms of a call.
  init(_ error: PythonRuntimeError, function: String) {
    self.init(.closed, "UDF \(function) cannot be called: \(error.message)")
  }
}
