import PythonFunctions
import Functions
import Columnar
import Logging
import PythonRuntime
import Synchronization
import ThreadConfinement

/// An interpreter with a source loaded in it, which is made when it is needed: an isolated one, or the main one where the
/// options place functions there.
final class InterpreterHost: FunctionHost {
  let thread: DedicatedThread
  /// Whether the thread is its own, and ends with it.
  private let endsThread: Bool
  private let source: UDFSource
  private let options: HostOptions
  private let log: UDFLog

  private struct State {
    var interpreter: SubInterpreter?
    /// What is raised in code that is to stop; there once code of the user's can run.
    var exception: Interrupter.Exception?
    var module: LoadedModule?
    var isClosed = false
    /// The call whose step is under way.
    var current: CallContext?
    /// Whether it was found to have objects that belong to its thread.
    var isThreadBound = false
    /// Where it notes what it does, for a profiler.
    var profiled: ProfiledThread?
    /// Whether somebody wants to know what the source's packages do without, and that.
    var wantsFindings = false
    var findings: PackageFindings?
  }

  private let state = Mutex(State())
  private let channel: LogChannel
  /// What is done in a fresh interpreter, before anything of the source's is.
  private let prepare: @Sendable (borrowing Python) throws -> Void
  /// What is done when the policy is in force, and before code of the source's runs.
  private let willRun: @Sendable (borrowing Python) -> Void
  private let vectors: VectorTier

  /// - Parameter thread: a thread that others live on too; nil for one of its own.
  /// - Throws: `ThreadConfinementError` when the system makes no thread.
  init(
    _ source: UDFSource, _ options: HostOptions, _ log: UDFLog, on thread: DedicatedThread? = nil,
    prepare: @escaping @Sendable (borrowing Python) throws -> Void = { _ in },
    willRun: @escaping @Sendable (borrowing Python) -> Void = { _ in }
  ) throws {
    (self.prepare, self.willRun) = (prepare, willRun)
    endsThread = thread == nil
    self.thread = try thread ?? DedicatedThread(name: "udf")
    self.source = source
    self.options = options
    self.log = log
    channel = LogChannel(log)
    vectors = VectorTier(isOn: options.vectorizes) { function, row in
      log.note(
        .error,
        """
        computed without Python, the row has another result than in Python, which is a fault of Clutch: Python runs the \
        function from here on, but results before may be wrong; see `clutch verify`
        """, of: function, row: row)
    }
  }

  private var interpreter: SubInterpreter? { state.withLock(\.interpreter) }

  /// What messages call the source.
  var name: String { source.name }
  /// The functions, once they have been loaded.
  var signatures: [UDFSignature] { state.withLock { $0.module?.signatures ?? [] } }

  /// What the source's packages do without in this interpreter, once its loading was tried after `wantFindings`.
  var findings: PackageFindings? { state.withLock(\.findings) }
  func wantFindings() { state.withLock { $0.wantsFindings = true } }

  var isLoaded: Bool { state.withLock { $0.module != nil && !$0.isClosed } }
  var hasWorkAtEnd: Bool { state.withLock { $0.module?.hasWorkAtEnd ?? false } }
  var isCurrent: Bool { thread.isCurrent }

  func submit(_ work: @escaping @Sendable () -> Void) -> Bool { thread.submit(work) }

  // MARK: Steps

  func run(_ step: FunctionStep, _ call: CallContext) throws -> StepResult {
    let outer = state.withLock { state in
      defer { state.current = call }
      return state.current
    }
    defer { state.withLock { $0.current = outer } }
    do {
      switch step {
      case .load: return .loaded(try Activity.loading(source.name) { try module(call) }.signatures)
      case .rows(let function, let batch):
        return .rows(
          try calling(call) { module, profiled, py in
            try vectors.rows(function, batch, call, profiled, of: module, in: py)
          })
      case .draw(let table, let limit):
        return .drawn(try calling(call) { module, _, py in try module.draw(table, limit, call.rowContext, in: py) })
      case .close(let table):
        try calling(call) { module, _, py in try module.close(table, in: py) }
        return .closed
      case .aggregate(let table, let step):
        return .aggregated(
          try calling(call) { module, _, py in try module.perform(step, on: table, call.rowContext, in: py) })
      case .feed(let stream, let batch):
        return .rows(try calling(call) { module, _, py in try module.feed(stream, batch, call.rowContext, in: py) })
      case .finish(let stream):
        try calling(call) { module, _, py in try module.finish(stream, in: py) }
        return .closed
      case .abort(let stream):
        try calling(call) { module, _, py in try module.close(stream, in: py) }
        return .closed
      case .inspect(let function):
        return .inspected(try calling(call) { module, _, py in try vectors.report(function, of: module, in: py) })
      case .arguments(let function, let batch):
        return .arguments(
          try calling(call) { module, _, py in try module.argumentTexts(function, batch, call.rowContext, in: py) })
      case .end:
        try calling(call) { module, _, py in
          try module.end(in: py) { error in log.note(.warning, "an instance raised when it was closed: \(error)") }
        }
        return .closed
      }
    } catch let error as PythonRuntimeError where error.code == .interpreterClosed || error.code == .wouldDeadlock {
      throw UDFError(.closed, "\(call.subject) cannot be called: \(error.message)")
    }
  }

  var runsAtOnce: Bool { state.withLock { !$0.isThreadBound && $0.interpreter?.runsAtOnce == true } }

  /// What may have been made for the thread that it was made on, and refuses any other.
  private static let threadBound = ["_sqlite3", "threading"]

  func runAtOnce(_ step: FunctionStep, _ call: CallContext) throws -> StepResult? {
    let (loaded, made) = state.withLock { state in
      state.current = call
      return (state.module, state.interpreter)
    }
    defer { state.withLock { $0.current = nil } }
    guard case .rows(let function, let batch) = step, let module = loaded, let interpreter = made else { return nil }
    return try Activity.calling(call.name, of: source.name, progress: call.progress) {
      try interpreter.withGILAtOnce { py -> StepResult? in
        guard !py.hasImported(anyOf: Self.threadBound) else {
          state.withLock { $0.isThreadBound = true }
          return nil
        }
        channel.begin(call.name, call.progress)
        defer { channel.end() }
        call.trace?.begin(call.name)
        let outcome = Result {
          try profiling(call) { profiled in try vectors.rows(function, batch, call, profiled, of: module, in: py) }
        }
        return .rows(try call.finish(outcome) { interpreter.interrupter.takeBack() })
      } ?? nil
    }
  }

  /// Runs code of the source's functions for a call.
  private func calling<Value>(
    _ call: CallContext, _ body: (LoadedModule, ProfiledThread?, borrowing Python) throws -> Value
  ) throws -> Value {
    let (loaded, made) = state.withLock { ($0.module, $0.interpreter) }
    guard let module = loaded, let interpreter = made else {
      throw UDFError(.closed, "\(call.subject) cannot be called: its interpreter is not there")
    }
    return try Activity.calling(call.name, of: source.name, progress: call.progress) {
      channel.begin(call.name, call.progress)
      defer { channel.end() }
      call.trace?.begin(call.name)
      return try interpreter.withGILOnOwnThread { py in
        let outcome = Result { try profiling(call) { profiled in try body(module, profiled, py) } }
        return try call.finish(outcome) { interpreter.interrupter.takeBack() }
      }
    }
  }

  /// Lets a profiler know which function is called while `body` runs.
  private func profiling<Value>(_ call: CallContext, _ body: (ProfiledThread?) throws -> Value) rethrows -> Value {
    guard let profiler = options.profiler, let profiled = state.withLock(\.profiled) else { return try body(nil) }
    let number = profiler.number(of: ProfiledFunction(name: call.name, source: source.name))
    return try profiled.calling(number) { try body(profiled) }
  }

  /// The loaded source; loads it if that has not been done.
  private func module(_ call: CallContext) throws -> LoadedModule {
    if let module = state.withLock(\.module) { return module }
    var configuration = options.configuration
    configuration.isMain = options.placement == .main
    if configuration.isMain {
      try MainEnvironments.take(source, options.environment, CPython.start(options.discovery))
    }
    let interpreter = try SubInterpreter(
      configuration, .open, options.discovery, on: thread, endsThread: endsThread)
    interpreter.observeDenials { [channel] in channel.write($0) }
    let isWanted = state.withLock { state in
      guard !state.isClosed else { return false }
      state.interpreter = interpreter
      return true
    }
    guard isWanted else { throw UDFError(.closed, "the interpreter was closed before \(source.name) was loaded") }
    defer { channel.end() }
    do {
      let module = try interpreter.withGILOnOwnThread { py in
        let outcome = Result {
          try prepare(py)
          return try LoadedModule(
            source, options.policy, environment: options.environment, log: channel, in: py,
            found: state.withLock(\.wantsFindings) ? { found in self.state.withLock { $0.findings = found } } : nil
          ) { exception, py in
            let profiled = options.profiler.map { $0.thread(of: py) }
            state.withLock { ($0.exception, $0.profiled) = (exception, profiled) }
            willRun(py)
          }
        }
        return try call.finish(outcome) { interpreter.interrupter.takeBack() }
      }
      state.withLock { $0.module = module }
      return module
    } catch {
      // The next try begins with a fresh one.
      if !endsThread {
        state.withLock { ($0.interpreter, $0.exception) = (nil, nil) }
        interpreter.close()
      }
      throw error
    }
  }

  // MARK: From other threads

  func stop(_ reason: StopReason) { state.withLock(\.current)?.stop(reason) }

  func raise(if isWanted: @escaping @Sendable () -> Bool, done: @escaping @Sendable () -> Void) {
    let (interpreter, exception) = state.withLock { ($0.interpreter, $0.exception) }
    // Before there is an exception no code of the user's runs.
    guard let interpreter, let exception else { return done() }
    interpreter.interrupter.raise(exception, if: isWanted, done: done)
  }

  var lastFrames: [PythonError.Frame] { interpreter?.interrupter.lastFrames ?? [] }
  func frames() -> [PythonError.Frame]? { interpreter.map { $0.interrupter.frames() } ?? [] }
  var memoryUsage: MemoryUsage? { interpreter?.memoryUsage }
  var denials: PolicyDenials { interpreter?.denials ?? PolicyDenials() }

  // MARK: The end

  func abandon() {
    let (interpreter, isAtWork) = state.withLock { state in
      state.isClosed = true
      return (state.interpreter, state.current != nil)
    }
    interpreter?.abandon()
    // It ends when the thread comes back, and nobody waits for that. What is still to begin waits for others on the thread.
    if endsThread || isAtWork { thread.giveUp() }
  }

  func close() {
    let (interpreter, module) = state.withLock { state in
      defer { state.isClosed = true }
      return (state.interpreter, state.isClosed ? nil : state.module)
    }
    if let module, module.mustBeEnded { endSource() }
    end(interpreter)
  }

  private func end(_ interpreter: SubInterpreter?) {
    if let profiled = state.withLock({ $0.profiled.take() }) { options.profiler?.forget(profiled) }
    if let interpreter { interpreter.close() } else if endsThread { thread.stop() }
  }

  /// How long instances, and what is left on the event loop, may take to end.
  private static let closeTimeout = Duration.seconds(10)

  /// Closes the source's instances and its event loop, and waits for that.
  private func endSource() {
    let call = CallContext(closing: source.name, timeout: Self.closeTimeout)
    let end = { @Sendable [self] in
      let outcome = Result { try run(.end, call) }
      call.end()
      call.settle(outcome)
    }
    do {
      if thread.isCurrent {
        try call.begin(on: self)
        return end()
      }
      _ = try call.outcomeAndWait {
        do {
          try call.begin(on: self) { call in
            let reason = call.reason ?? .interrupted
            let stack = StopReason.describe(self.lastFrames)
            call.settle(.failure(reason.abandonedError(call.subject, row: nil, self.ending, stack: stack)))
            self.abandon()
          }
        } catch { return call.settle(.failure(error)) }
        if !thread.submit(end) { call.settle(.success(.closed)) }
      }
    } catch { log.note(.warning, "\(error)") }
  }

  deinit { end(interpreter) }
}

extension Activity {
  /// Notes that a function is called while `body` runs.
  fileprivate static func calling<Result>(
    _ function: String, of source: String, progress: CallProgress, _ body: () throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(progress) {
      // An atomic is as the integer in it.
      let row = UnsafeRawPointer(progress.row).assumingMemoryBound(to: Int.self)
      return try calling(function, of: source, row: row, body)
    }
  }
}
