import Columnar
import Essentials
import Functions
import HostSupport
import Logging
import PythonFunctions
import PythonRuntime
import Synchronization
import ThreadConfinement
import WorkerProcess

/// A worker process with a source loaded in it, which is made when it is needed, and again when it has died.
final class ProcessHost: FunctionHost {
  let thread: DedicatedThread
  let source: UDFSource
  private let options: HostOptions
  let log: UDFLog
  /// How many of them share what is allowed to all.
  private let share: Int

  struct State {
    var worker: LiveWorker?
    var signatures: [UDFSignature]?
    var isClosed = false
    /// The call whose step is under way, and its number in the worker.
    var current: (call: CallContext, sequence: Int)?
    var memory: MemoryUsage?
    var denials = PolicyDenials()
    /// When a step was last run, while none is.
    var idleSince = ContinuousClock.now
  }

  let state = Mutex(State())

  /// Whether this program asks at its start whether it is a worker, and so can be its own.
  static let canStartItself = Atomic(false)

  /// How often a worker may die while it starts before the source does not load.
  private static let mostStarts = 3

  /// - Parameter share: among how many such hosts the rows of an async function are divided.
  /// - Throws: `ThreadConfinementError` when the system makes no thread.
  init(_ source: UDFSource, _ options: HostOptions, _ log: UDFLog, share: Int) throws {
    thread = try DedicatedThread(name: "udf worker", stackSize: 1 << 20)
    (self.source, self.options, self.log, self.share) = (source, options, log, max(share, 1))
  }

  var isLoaded: Bool { state.withLock { $0.signatures != nil && !$0.isClosed } }
  var hasWorkAtEnd: Bool { state.withLock { $0.worker?.hasWorkAtEnd ?? false } }
  var isCurrent: Bool { thread.isCurrent }
  var ending: String { "its worker process was ended" }
  func settleOutput() { state.withLock(\.worker)?.settleOutput() }
  /// The process; nil while there is none.
  var process: Int32? { state.withLock { $0.worker?.process } }

  func submit(_ work: @escaping @Sendable () -> Void) -> Bool { thread.submit(work) }

  // MARK: Steps

  func run(_ step: FunctionStep, _ call: CallContext) throws -> StepResult {
    let outer = state.withLock { state in
      defer { state.current = (call, 0) }
      return state.current
    }
    defer {
      state.withLock { ($0.current, $0.idleSince) = (outer, .now) }
      endLater()
    }
    call.trace?.begin(call.name)
    let outcome = Result { () throws -> StepResult in
      do {
        if case .load = step { return try loaded(call) }
        return try attempt(step, call)
      } catch let death as WorkerDeath {
        return try survive(death, step, call)
      } catch let error as WorkerError {
        throw UDFError(error.isTooLarge ? .wrongArguments : .notAvailable, "\(call.subject): \(error)")
      }
    }
    return try call.finish(outcome) {}
  }

  /// Runs a step in the worker that there is, or in a fresh one.
  func attempt(_ step: FunctionStep, _ call: CallContext) throws -> StepResult {
    if case .load = step { return try loaded(call) }
    let worker = try liveWorker(call)
    let sequence = worker.nextSequence
    let (isStopped, signature) = state.withLock { state -> (Bool, UDFSignature?) in
      state.current = (call, sequence)
      let function = step.function
      return (state.isClosed, function.flatMap { function in state.signatures.map { $0[function] } })
    }
    if isStopped { throw UDFError(.closed, "\(call.subject) cannot be called: its worker process has ended") }
    // One that was stopped before it had a number.
    if let reason = call.reason { worker.stop(sequence, reason) }
    call.progress.follow(worker.progress)
    let resultType = signature.flatMap { call.options.resultType?($0.result) }
    guard let answer = try worker.run(step, question(call, signature), resultType: resultType) else { return .closed }
    state.withLock { $0.memory = answer.memory }
    options.profiler?.add(answer.profiles, of: source.name)
    for failure in answer.told { call.observer?(failure) }
    let result = try answer.outcome.get()
    try check(result, of: step)
    return result
  }

  private func question(_ call: CallContext, _ signature: UDFSignature?) -> WorkerCall {
    WorkerCall(
      errorMode: call.errorMode, allowsLargeColumns: call.options.allowsLargeColumns,
      shortReach: call.options.shortReach, resultType: nil, timeZone: call.options.timeZone,
      columns: call.options.columns, keepsRows: call.options.keepsRows, tellsFailures: call.observer != nil,
      concurrentTimeout: call.concurrentTimeout,
      places: signature?.concurrency.map { max(1, ($0 + share - 1) / share) },
      tellsEverything: log.hasListeners, isClosing: call.isClosing)
  }

  /// What a worker says is looked at as what anybody says.
  private func check(_ result: StepResult, of step: FunctionStep) throws {
    let expected: Int
    let given: UDFResult
    switch (step, result) {
    case (.rows(_, let batch), .rows(let result)), (.feed(_, let batch), .rows(let result)):
      (expected, given) = (batch.rowCount, result)
    case (.load, .loaded), (.draw, .drawn), (.close, .closed), (.aggregate, .aggregated), (.finish, .closed),
      (.abort, .closed), (.end, .closed), (.inspect, .inspected):
      return
    case (.arguments(_, let batch), .arguments(let texts)) where texts.count == batch.rowCount: return
    default: throw WorkerDeath(end: nil, lines: [], problem: "it answered something else than it was asked")
    }
    guard given.values.count == expected, given.errors.map({ $0.count == expected }) ?? true else {
      throw WorkerDeath(end: nil, lines: [], problem: "it gave \(given.values.count) results for \(expected) rows")
    }
  }

  // MARK: The worker

  private func loaded(_ call: CallContext) throws -> StepResult {
    if let known = state.withLock({ $0.worker?.hasEnded == false ? $0.signatures : nil }) { return .loaded(known) }
    var deaths = 0
    while true {
      do { return .loaded(try start(call)) } catch let death as WorkerDeath {
        deaths += 1
        // Whoever stopped it has said why.
        guard deaths < Self.mostStarts, call.reason == nil else {
          throw UDFError(
            .workerDied,
            """
            \(source.name) cannot be loaded: its worker process died \(deaths == 1 ? "" : "\(deaths) times ")while it \
            started: \(death.reason)\(death.shownLines)
            """)
        }
      }
    }
  }

  private func liveWorker(_ call: CallContext) throws -> LiveWorker {
    if let worker = state.withLock({ $0.worker }), !worker.hasEnded { return worker }
    // The file is the same, so its functions should be.
    let known = state.withLock(\.signatures)
    guard case .loaded(let signatures) = try loaded(call), let worker = state.withLock({ $0.worker }) else {
      throw UDFError(.closed, "\(call.subject) cannot be called: its worker process is not there")
    }
    guard known == nil || known == signatures else {
      throw UDFError(.incompatible, "\(source.name) has other functions than when it was loaded first")
    }
    return worker
  }

  /// Starts a worker and loads the source.
  private func start(_ call: CallContext) throws -> [UDFSignature] {
    let program: WorkerProgram
    do { program = try WorkerProgram.find(options.worker, isOwn: Self.canStartItself.load(ordering: .relaxed)) } catch {
      throw UDFError(.notAvailable, "\(source.name) runs in worker processes, and \(error)")
    }
    let log = log
    let worker: LiveWorker
    do {
      worker = try LiveWorker(
        program, mayFork: options.policy.processes,
        LiveWorker.Observer(
          record: { log.take($0) }, denial: { [weak self] denial in self?.state.withLock { $0.denials.add(denial) } },
          hang: { [weak self] sequence, isLate in
            guard let current = self?.state.withLock(\.current), current.sequence == sequence else { return }
            current.call.stopHanging(isLate: isLate)
          },
          errorLine: { line in
            let record = UDFLogRecord(
              level: .notice, message: line, origin: .errorOutput, source: log.source, function: nil, row: nil,
              loggerName: nil)
            log.take(record)
          }))
    } catch { throw UDFError(.notAvailable, "\(source.name): \(error)") }
    let isWanted = state.withLock { state in
      guard !state.isClosed else { return false }
      state.worker = worker
      state.current?.sequence = 1
      return true
    }
    guard isWanted else {
      worker.kill()
      throw UDFError(.closed, "the worker process was closed before \(source.name) was loaded")
    }
    call.progress.follow(worker.progress)
    if let reason = call.reason { worker.stop(1, reason) }
    let outcome = try worker.load(
      WorkerLoad(
        source: source, configuration: options.configuration, policy: options.policy, environment: options.environment,
        python: python,
        logLevel: log.lowestLevel.rawValue, messagesPerSecond: log.messagesPerSecond,
        vectorizes: options.vectorizes, profiles: options.profiler != nil))
    guard case .loaded(let signatures) = outcome else {
      throw WorkerDeath(end: nil, lines: [], problem: "it answered something else than it was asked")
    }
    state.withLock { $0.signatures = signatures }
    let declared = signatures.compactMap(\.memoryLimit).max()
    if let limit = [options.configuration.memoryLimit, declared].compactMap({ $0 }).min() {
      worker.limitMemory(to: limit)
    }
    return signatures
  }

  /// The program of the Python that this process would run: a worker is to have the same.
  private var python: String? {
    CPython.installation?.executable ?? PythonDiscovery.choose(from: options.discovery.search())?.executable
  }

  // MARK: From other threads

  func stop(_ reason: StopReason) { state.withLock { $0.current?.call }?.stop(reason) }

  func raise(if isWanted: @escaping @Sendable () -> Bool, done: @escaping @Sendable () -> Void) {
    let (worker, current) = state.withLock { ($0.worker, $0.current) }
    if let worker, let current, current.sequence > 0, let reason = current.call.reason, isWanted() {
      worker.stop(current.sequence, reason)
    }
    done()
  }

  var lastFrames: [PythonError.Frame] { state.withLock(\.worker)?.lastFrames ?? [] }

  func frames() -> [PythonError.Frame]? {
    guard let worker = state.withLock(\.worker), !worker.hasEnded else { return [] }
    return worker.currentFrames()
  }

  var memoryUsage: MemoryUsage? { state.withLock(\.memory) }
  var denials: PolicyDenials { state.withLock(\.denials) }

  // MARK: The end

  /// Ends the worker when nothing has been asked for long.
  private func endLater() {
    guard let limit = options.workerIdle, state.withLock({ $0.worker?.isHolding == false }) else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + limit.inSeconds + 0.01) { [weak self] in
      guard let self else { return }
      let worker = state.withLock { state -> LiveWorker? in
        guard state.current == nil, state.worker?.isHolding == false, ContinuousClock.now - state.idleSince >= limit
        else {
          return nil
        }
        return state.worker.take()
      }
      guard let worker else { return }
      DetachedThread.start { worker.close(within: Self.closeTimeout) }
    }
  }

  func abandon() {
    let (worker, isAtWork) = state.withLock { state in
      state.isClosed = true
      return (state.worker, state.current != nil)
    }
    worker?.kill()
    // Whoever waits for the answer learns that there is none.
    if isAtWork { thread.giveUp() }
  }

  /// How long what the source has to end may take.
  private static let closeTimeout = 10.0

  func close() {
    let worker = state.withLock { state in
      state.isClosed = true
      return state.worker.take()
    }
    thread.stop()
    worker?.close(within: Self.closeTimeout)
  }

  deinit { state.withLock(\.worker)?.kill() }
}

extension FunctionStep {
  /// The place of the function that it is about.
  fileprivate var function: Int? {
    switch self {
    case .rows(let function, _), .inspect(let function), .arguments(let function, _): function
    case .draw(let table, _), .close(let table): table.function
    case .aggregate(let table, _): table.function
    case .feed(let stream, _), .finish(let stream), .abort(let stream): stream.function
    case .load, .end: nil
    }
  }
}
