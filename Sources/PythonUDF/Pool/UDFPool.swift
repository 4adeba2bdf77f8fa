public import Columnar
import Foundation
public import PythonRuntime
import Synchronization

/// The UDFs of one source on several interpreters, each with its own GIL and thread.
///
/// Batches run in parallel, one per interpreter; a caller waits, without spinning, while all are busy. All members may
/// be used from any thread and any task.
public final class UDFPool: Sendable {
  /// The signatures of the functions, in the order of the source.
  public let signatures: [UDFSignature]
  /// What was loaded.
  public let source: UDFSource

  let workers: [Worker]
  let idle: IdleList<Worker>
  let interruption = Interruption()
  let failures = FailureLog()
  /// Makes an engine that the threads were handed over to leave them.
  let leaveThreads = Mutex<(@Sendable () -> Void)?>(nil)

  /// One interpreter with the source loaded.
  struct Worker: Sendable {
    let interpreter: SubInterpreter
    let module: LoadedModule
  }

  /// Loads a source on several interpreters and blocks until all are ready.
  ///
  /// - Parameters:
  ///   - source: the file or text.
  ///   - interpreters: how many; the number of cores by default, at least 1.
  ///   - configuration: what the interpreters may do; full isolation by default.
  ///   - policy: what the source may do to the machine, from its first line on.
  ///   - discovery: which CPython to start, if none runs yet.
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`.
  public init(
    _ source: UDFSource, interpreters: Int? = nil, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, discovery: PythonDiscovery = PythonDiscovery()
  ) throws {
    // The first is loaded alone, so that a faulty source is reported once and does its side effects once.
    let first = try Self.load(source, configuration, policy, discovery)
    let others = max(1, interpreters ?? ProcessInfo.processInfo.activeProcessorCount) - 1
    let loaded = Mutex<[Result<Worker, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: others) { _ in
      let result = Result { try Self.load(source, configuration, policy, discovery) }
      loaded.withLock { $0.append(result) }
    }
    workers = try [first] + loaded.withLock { try $0.map { try $0.get() } }
    idle = IdleList(workers)
    signatures = first.module.signatures
    self.source = source
  }

  private static func load(
    _ source: UDFSource, _ configuration: SubInterpreter.Configuration, _ policy: InterpreterPolicy,
    _ discovery: PythonDiscovery
  ) throws -> Worker {
    let interpreter = try SubInterpreter(configuration: configuration, discovery: discovery, name: "udf")
    return Worker(
      interpreter: interpreter, module: try interpreter.withGIL { py in try LoadedModule(source, policy, in: py) })
  }

  /// Makes a pool as `init` does; the calling task is suspended and blocks no thread.
  ///
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`.
  public static func make(
    _ source: UDFSource, interpreters: Int? = nil, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, discovery: PythonDiscovery = PythonDiscovery()
  ) async throws -> UDFPool {
    try await onThreadOfItsOwn {
      try UDFPool(
        source, interpreters: interpreters, configuration: configuration, policy: policy, discovery: discovery)
    }
  }

  /// How many interpreters there are.
  public var interpreterCount: Int { workers.count }

  /// The signature of a function, of overloads the first; upper and lower case count as the same if no name is equal.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  public func signature(of name: String) throws -> UDFSignature {
    try workers[0].module.overloads(name)[0].signature
  }

  /// Calls a function for each row of a batch; the calling task is suspended and blocks no thread.
  ///
  /// - Parameters:
  ///   - name: the function; of overloads the one whose parameters are nearest to the columns.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows, as `UDFSignature.resultField(for:)` describes it.
  /// - Throws: `UDFError`: `unknownFunction`, `wrongArguments`, `rowFailed`, `wrongResult`, `interrupted`, `closed`;
  ///   `CancellationError` when the task was cancelled before the call began.
  public func call(_ name: String, _ batch: RecordBatch) async throws -> Column {
    try await evaluate(name, batch).values
  }

  /// Calls a function for each row of a batch, and says which rows failed; the calling task is suspended and blocks no
  /// thread.
  ///
  /// - Parameters:
  ///   - name: the function, as for `call`.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - errorMode: what a failing row does; nil for what the function says.
  /// - Throws: as `call` does.
  public func evaluate(
    _ name: String, _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil
  ) async throws -> UDFResult {
    let worker = try await idle.take()
    defer { idle.give(back: worker) }
    try Task.checkCancellation()
    let function = try worker.module.function(name, for: batch.schema.fields)
    let options = options(CallOptions(errorMode: errorMode))
    do {
      let result = try await worker.interpreter.withGILAsync { py in
        try worker.module.call(function, batch, in: py, options)
      }
      log(result, of: function, options)
      return result
    } catch let error as PythonRuntimeError where error.code == .interpreterClosed {
      throw UDFError(error, function: name)
    }
  }

  /// Calls a function for each row of a batch and blocks the calling thread meanwhile; for threads that belong to an
  /// engine. In a task use `call`.
  ///
  /// - Parameters:
  ///   - name: the function; of overloads the one whose parameters are nearest to the columns.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows.
  /// - Throws: `UDFError`: `unknownFunction`, `wrongArguments`, `rowFailed`, `wrongResult`, `interrupted`, `closed`.
  public func callAndWait(_ name: String, _ batch: RecordBatch) throws -> Column {
    try withIdleWorker { worker in
      let function = try worker.module.function(name, for: batch.schema.fields)
      return try evaluate(function, batch, CallOptions(), in: worker) { try worker.interpreter.withGIL($0) }.values
    }
  }

  func withIdleWorker<Result>(_ body: (Worker) throws -> Result) throws -> Result {
    let worker = try idle.takeAndWait()
    defer { idle.give(back: worker) }
    return try body(worker)
  }

  /// Calls a function on the interpreter's thread, as `withGIL` gets there.
  func evaluate(
    _ function: LoadedModule.Function, _ batch: RecordBatch, _ options: CallOptions, in worker: Worker,
    withGIL: (@Sendable (borrowing Python) throws -> UDFResult) throws -> UDFResult
  ) throws -> UDFResult {
    let options = self.options(options)
    do {
      let result = try withGIL { py in try worker.module.call(function, batch, in: py, options) }
      log(result, of: function, options)
      return result
    } catch let error as PythonRuntimeError where error.code == .interpreterClosed {
      throw UDFError(error, function: function.signature.name)
    }
  }

  private func options(_ options: CallOptions) -> CallOptions {
    var options = options
    options.interruption = interruption
    options.observer = failures.observer
    return options
  }

  private func log(_ result: UDFResult, of function: LoadedModule.Function, _ options: CallOptions) {
    if options.errorMode ?? function.signature.errorMode == .null { failures.add(result, of: function.signature.name) }
  }

  /// What the policy has denied in all interpreters so far.
  public var denials: PolicyDenials {
    workers.reduce(PolicyDenials()) { $0.joined(with: $1.interpreter.denials) }
  }

  // MARK: Failures

  /// The functions of which rows failed without failing their batch, since the pool was made.
  public var failureSummaries: [UDFFailureSummary] { failures.summaries }

  /// Hands every row that fails from now on to an observer, with its arguments, in every mode.
  ///
  /// - Parameter observer: called on the interpreters' threads while they wait; nil for nobody.
  public func observeFailures(with observer: (@Sendable (UDFRowFailure) -> Void)?) {
    failures.observe(with: observer)
  }

  /// Calls a function for many batches in parallel and gives the results in the order of the batches.
  ///
  /// As many batches are under way as there are interpreters, so `batches` may be lazy and long.
  ///
  /// - Throws: the error of the first batch, in order of time, that failed; batches not begun are dropped then.
  public func call(_ name: String, batches: some Sequence<RecordBatch>) async throws -> [Column] {
    try await withThrowingTaskGroup(of: (Int, Column).self) { group in
      var results: [Column?] = []
      func keep(_ result: (Int, Column)?) {
        if let (index, column) = result { results[index] = column }
      }
      for (index, batch) in batches.enumerated() {
        if index >= workers.count { keep(try await group.next()) }
        results.append(nil)
        group.addTask { (index, try await self.call(name, batch)) }
      }
      while let result = try await group.next() { keep(result) }
      return results.compactMap { $0 }
    }
  }

  /// Stops the calls that are under way, each after its current row; they throw `interrupted`. Later calls run as usual.
  ///
  /// Returns at once. A function that does not return is not stopped.
  public func interrupt() { interruption.interrupt() }

  /// Lets calls under way finish, ends every interpreter and joins its thread. Later calls throw `closed`.
  ///
  /// Blocks until all have ended. Dropping the last reference does the same.
  public func close() {
    idle.close(because: UDFError(.closed, "the pool of interpreters has been closed"))
    leaveThreads.withLock { $0.take() }?()
    for worker in workers { worker.interpreter.close() }
  }

  /// Does what `close` does; the calling task is suspended and blocks no thread.
  public func closeAsync() async {
    // Without a thread to wait on the interpreters still end, when the last reference goes.
    try? await onThreadOfItsOwn { self.close() }
  }
}
