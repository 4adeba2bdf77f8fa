public import Columnar
import Foundation
import Logging
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

  private let members: Mutex<[Worker]>
  let idle: IdleList<Worker>
  let failures = FailureLog()
  /// Makes an engine that the threads were handed over to leave them.
  let leaveThreads = Mutex<(@Sendable () -> Void)?>(nil)

  /// Makes another interpreter.
  private let load: @Sendable () throws -> Worker
  let telemetry: Telemetry
  private let isClosed = Atomic(false)
  private let abandoned = Atomic(0)

  /// The interpreters, without those that were given up.
  var workers: [Worker] { members.withLock { $0 } }

  /// Loads a source on several interpreters and blocks until all are ready.
  ///
  /// - Parameters:
  ///   - source: the file or text.
  ///   - interpreters: how many; the number of cores by default, at least 1.
  ///   - configuration: what the interpreters may do; full isolation by default.
  ///   - policy: what the source may do to the machine, from its first line on.
  ///   - discovery: which CPython to start, if none runs yet.
  ///   - logging: where what the source prints, logs and warns of goes; the current logger by default.
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`.
  public convenience init(
    _ source: UDFSource, interpreters: Int? = nil, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, discovery: PythonDiscovery = PythonDiscovery(),
    logging: UDFLogging = UDFLogging()
  ) throws {
    try self.init(source, interpreters, configuration, policy, discovery, Telemetry(source, logging))
  }

  init(
    _ source: UDFSource, _ interpreters: Int?, _ configuration: SubInterpreter.Configuration,
    _ policy: InterpreterPolicy, _ discovery: PythonDiscovery, _ telemetry: Telemetry
  ) throws {
    let load: @Sendable () throws -> Worker = { try Worker(source, configuration, policy, discovery, telemetry) }
    // The first is loaded alone, so that a faulty source is reported once and does its side effects once.
    let first = try load()
    let others = max(1, interpreters ?? ProcessInfo.processInfo.activeProcessorCount) - 1
    let loaded = Mutex<[Result<Worker, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: others) { _ in
      let result = Result { try load() }
      loaded.withLock { $0.append(result) }
    }
    let workers = try [first] + loaded.withLock { try $0.map { try $0.get() } }
    members = Mutex(workers)
    idle = IdleList(workers)
    self.load = load
    self.telemetry = telemetry
    telemetry.metrics?.note(workers.map(\.interpreter.memoryUsage))
    signatures = first.module.signatures
    self.source = source
  }

  /// Makes a pool as `init` does; the calling task is suspended and blocks no thread.
  ///
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`.
  public static func make(
    _ source: UDFSource, interpreters: Int? = nil, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, discovery: PythonDiscovery = PythonDiscovery(),
    logging: UDFLogging = UDFLogging()
  ) async throws -> UDFPool {
    // Made here, where the calling task's own collectors are known.
    let telemetry = Telemetry(source, logging)
    return try await onThreadOfItsOwn {
      try UDFPool(source, interpreters, configuration, policy, discovery, telemetry)
    }
  }

  /// How much memory each interpreter takes, in the order they were made; also after `close`.
  public var memoryUsage: [MemoryUsage] { workers.map(\.interpreter.memoryUsage) }

  /// How many interpreters there are, without those that were given up.
  public var interpreterCount: Int { workers.count }

  /// How many interpreters were given up, because a call did not stop when it had to.
  public var abandonedInterpreterCount: Int { abandoned.load(ordering: .relaxed) }

  /// Gives an interpreter up whose thread hangs, and makes another in its place.
  ///
  /// - Parameters:
  ///   - function: what it hangs in, for the log; also the row in its batch.
  ///   - stack: where it hangs, if nobody else tells of that; in lines of its own.
  func replace(_ worker: Worker, hangingIn function: String, row: Int?, stack: String) {
    members.withLock { $0.removeAll { $0 === worker } }
    abandoned.add(1, ordering: .relaxed)
    telemetry.metrics?.interpreterAbandoned()
    telemetry.metrics?.note(memoryUsage)
    telemetry.log.note(
      .warning, "its interpreter is given up, because it does not stop\(stack)", of: function, row: row)
    worker.interpreter.abandon()
    // A thread of its own: loading takes its time, and runs user code.
    Thread.detachNewThread { [self] in
      do {
        let fresh = try load()
        let isKept = members.withLock { members in
          guard !isClosed.load(ordering: .relaxed) else { return false }
          members.append(fresh)
          return true
        }
        if isKept { idle.give(back: fresh) } else { fresh.interpreter.close() }
      } catch {
        telemetry.log.note(.error, "no interpreter could be made in the place of one that was given up: \(error)")
        guard members.withLock(\.isEmpty) else { return }
        idle.close(because: UDFError(.closed, "no interpreter of \(source.name) is left: \(error)"))
      }
    }
  }

  /// The signature of a function, of overloads the first; upper and lower case count as the same if no name is equal.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  public func signature(of name: String) throws -> UDFSignature {
    let found =
      signatures.first { $0.name == name } ?? signatures.first { $0.name.lowercased() == name.lowercased() }
    guard let found else { throw UDFError.unknown(name, among: signatures) }
    return found
  }

  /// What each interpreter is doing now: the frames of its Python code, innermost first. Empty for one that is idle, nil
  /// for one that is in a call into C that keeps the GIL.
  ///
  /// Takes each interpreter's GIL for a moment, and waits at most 0.2 s for it.
  public func stacks() -> [[PythonError.Frame]?] { workers.map { $0.interpreter.interrupter.frames() } }

  /// What the policy has denied in all interpreters so far.
  public var denials: PolicyDenials {
    workers.reduce(PolicyDenials()) { $0.joined(with: $1.interpreter.denials) }
  }

  // MARK: Logs

  /// What the functions print, log and warn of from now on, and what their policy denies; ends when the pool does.
  ///
  /// It is also logged, and limited to as many messages: see ``UDFLogging``. Each call gives a sequence of its own.
  ///
  /// - Parameter limit: how many messages wait for a consumer that is slower than the functions; older ones go.
  public func logRecords(bufferingNewest limit: Int = 1_000) -> AsyncStream<UDFLogRecord> {
    telemetry.log.records(bufferingNewest: limit)
  }

  /// Logs how many messages of each function were left out, as `close` does.
  package func settleLog() { telemetry.log.settle() }

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
      let width = interpreterCount
      var results: [Column?] = []
      func keep(_ result: (Int, Column)?) {
        if let (index, column) = result { results[index] = column }
      }
      for (index, batch) in batches.enumerated() {
        if index >= width { keep(try await group.next()) }
        results.append(nil)
        group.addTask { (index, try await self.call(name, batch)) }
      }
      while let result = try await group.next() { keep(result) }
      return results.compactMap { $0 }
    }
  }

  /// Stops the calls that are under way, also in the middle of a row; they throw `interrupted`. Later calls run as usual.
  ///
  /// Returns at once.
  public func interrupt() {
    for worker in workers { worker.stop(.interrupted) }
  }

  /// Lets calls under way finish, ends every interpreter and joins its thread. Later calls throw `closed`.
  ///
  /// Blocks until all have ended. Dropping the last reference does the same.
  public func close() {
    isClosed.store(true, ordering: .relaxed)
    idle.close(because: UDFError(.closed, "the pool of interpreters has been closed"))
    leaveThreads.withLock { $0.take() }?()
    for worker in workers { worker.interpreter.close() }
    telemetry.close()
  }

  /// Does what `close` does; the calling task is suspended and blocks no thread.
  public func closeAsync() async {
    // Without a thread to wait on the interpreters still end, when the last reference goes.
    try? await onThreadOfItsOwn { self.close() }
  }
}
