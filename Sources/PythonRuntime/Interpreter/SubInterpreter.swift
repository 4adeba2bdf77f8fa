package import ThreadConfinement

/// An isolated CPython interpreter with a GIL of its own, on a thread of its own.
///
/// The interpreter is made, used and ended on that thread, whatever thread calls the members of this class: they may be
/// used from any thread and any task, and calls run one after the other. Interpreters share no Python object, so what
/// one does to its modules is invisible in the others, and several run Python code at the same time.
///
/// Making one takes about 10 ms and 2.3 MB; both come back when it ends.
///
/// ```swift
/// let interpreter = try SubInterpreter()
/// let three = try interpreter.withGIL { py in
///   try py.run("x = 1 + 2")
///   return try py.evaluate("x").extract(Int.self)
/// }
/// ```
public final class SubInterpreter: Sendable {
  /// The interpreter's configuration, as given when it was made.
  public let configuration: Configuration

  private let process: PythonProcess
  private let place: Place
  private let registration: Int
  /// What other threads may interrupt it with.
  package let interrupter: Interrupter
  private let memory: MemoryAccount
  private let denialLog: DenialLog

  /// The state of the interpreter, or nil once ended.
  ///
  /// Sendable because `state` is set on the interpreter's thread, and whoever uses it, or takes it away, has the lock.
  fileprivate final class Confined: @unchecked Sendable {
    var state: InterpreterState?
    let use = Lock()
  }

  /// The interpreter's thread. An engine may run work of its own there between calls, but must not hold the GIL then.
  package var thread: DedicatedThread { place.thread }
  private var confined: Confined { place.confined }

  /// Makes an interpreter and blocks until it is there, starting CPython if it does not run yet.
  ///
  /// - Parameters:
  ///   - configuration: what it may do; full isolation by default.
  ///   - policy: what its code may do to the machine; everything by default.
  ///   - discovery: which CPython to start, if none runs yet.
  ///   - name: the name of its thread.
  /// - Throws: `PythonRuntimeError` when no usable CPython is found or it made no interpreter, also because the memory
  ///   limit is too low for one.
  public convenience init(
    configuration: Configuration = .isolated, policy: InterpreterPolicy = .open,
    discovery: PythonDiscovery = PythonDiscovery(), name: String = "python"
  ) throws {
    // Before there is a thread: nothing is left of a search that finds no CPython.
    _ = try CPython.process(discovery)
    let thread: DedicatedThread
    do { thread = try DedicatedThread(name: name) } catch let error as ThreadConfinementError {
      throw PythonRuntimeError(error)
    }
    try self.init(configuration, policy, discovery, on: thread, endsThread: true)
  }

  /// Makes an interpreter on a thread that is there already, which may be the calling one.
  ///
  /// Several interpreters may live on one thread: each call of one attaches it for the time that the call takes.
  ///
  /// - Parameter endsThread: whether the thread is the interpreter's own, and ends with it.
  /// - Throws: as the other `init`.
  package init(
    _ configuration: Configuration, _ policy: InterpreterPolicy, _ discovery: PythonDiscovery,
    on thread: DedicatedThread, endsThread: Bool
  ) throws {
    let process = try CPython.process(discovery)
    try Self.check(configuration.memoryLimit)
    let memory = MemoryAccount(limit: configuration.memoryLimit, isOfMain: configuration.isMain)
    let confined = Confined()
    let denialLog = DenialLog()
    let place = Place(thread: thread, endsThread: endsThread, process: process, confined: confined)
    // Noted before it is made, so that a shut-down that comes meanwhile waits for it and ends it.
    registration = try process.add { place.end($0) }
    let make = {
      let state = try process.create(configuration, memory, denials: denialLog)
      confined.state = state
      if !configuration.isMain { try Self.run({ py in try py.guardExtensionModules() }, confined) }
      // The first policy of the main interpreter stays, so one that says nothing waits for one that does.
      if !configuration.isMain || !policy.isUnrestricted { try Self.run({ py in try py.enforce(policy) }, confined) }
      try Self.beginLimiting(memory, in: state)
      return state.interrupter
    }
    do {
      interrupter = thread.isCurrent ? try make() : try thread.perform(make)
    } catch {
      place.end(registration)
      guard error is ThreadConfinementError else { throw error }
      throw PythonRuntimeError(.shutDown, "Python is being shut down")
    }
    self.configuration = configuration
    self.process = process
    self.place = place
    self.memory = memory
    self.denialLog = denialLog
  }

  deinit { close() }

  /// What its policy has denied so far; may be asked for at any time, also after the end.
  public var denials: PolicyDenials { denialLog.denials }

  /// Tells an observer of every denial from now on, on the thread that it happens on and under the GIL.
  package func observeDenials(with observer: @escaping @Sendable (PolicyDenial) -> Void) {
    denialLog.observe(with: observer)
  }

  /// Runs `body` on the interpreter's thread under its GIL, and blocks the caller until it is done.
  ///
  /// No Python object can leave `body`: neither the token nor an object can be returned, stored or captured.
  ///
  /// - Throws: what `body` throws, unchanged; `PythonRuntimeError` with code `interpreterClosed`, or `wouldDeadlock`
  ///   when called from inside this interpreter's own `withGIL`, also by way of another interpreter.
  public func withGIL<Result: Sendable>(_ body: @Sendable (borrowing Python) throws -> Result) throws -> Result {
    do {
      return try thread.perform { [confined] in try Self.run(body, confined) }
    } catch let error as ThreadConfinementError {
      throw PythonRuntimeError(error)
    }
  }

  /// Runs `body` on the interpreter's thread under its GIL; the calling task is suspended and blocks no thread.
  ///
  /// - Throws: what `body` throws, unchanged; `PythonRuntimeError` with code `interpreterClosed`.
  public func withGILAsync<Result: Sendable>(
    _ body: @escaping @Sendable (borrowing Python) throws -> Result
  ) async throws -> Result {
    do {
      return try await thread.perform { [confined] in try Self.run(body, confined) }
    } catch let error as ThreadConfinementError {
      throw PythonRuntimeError(error)
    }
  }

  /// The executor of an actor that lives on the interpreter's thread.
  package var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Runs `body` under the GIL at once, for code that runs on the interpreter's thread: an actor that lives there.
  ///
  /// - Throws: what `body` throws; `PythonRuntimeError` with code `interpreterClosed`.
  package func withGILOnOwnThread<Result>(_ body: (borrowing Python) throws -> Result) throws -> Result {
    // Elsewhere the thread has ended, and only the actor's answer is still to be given.
    guard thread.isCurrent else { throw PythonRuntimeError(ThreadConfinementError.stopped) }
    return try Self.run(body, confined)
  }

  /// Whether `withGILAtOnce` can run anything. Before 3.13 an interpreter hangs when it has been used on another thread, and since
  /// 3.14 its thread state has the limits of its own thread's stack.
  package var runsAtOnce: Bool {
    let version = process.installation.version
    return (version.major, version.minor) == (3, 13) && !configuration.isMain
  }

  /// Runs `body` under the GIL on the calling thread, for work that is shorter than a change of thread: see
  /// `docs/decisions/0042-short-calls-at-once.md`.
  ///
  /// Python code sees its own thread state, with its thread-local values and contexts, and another number of the system's thread.
  ///
  /// - Returns: nil, and nothing has run, when the interpreter is in use or has ended, or the calling thread is in another one.
  package func withGILAtOnce<Result>(_ body: (borrowing Python) throws -> Result) throws -> Result? {
    guard runsAtOnce, confined.use.tryLock() else { return nil }
    defer { confined.use.unlock() }
    guard let state = confined.state, !state.api.hasThreadState else { return nil }
    Activity.prepareThread()
    state.attach()
    defer { state.detachFromGuest() }
    return try body(Python(state))
  }

  /// How much memory the interpreter's Python objects take; also after its end. Costs nothing.
  public var memoryUsage: MemoryUsage { memory.usage }

  /// Makes an interpreter as `init` does; the calling task is suspended and blocks no thread.
  ///
  /// - Throws: `PythonRuntimeError` when no usable CPython is found or it made no interpreter.
  public static func make(
    configuration: Configuration = .isolated, policy: InterpreterPolicy = .open,
    discovery: PythonDiscovery = PythonDiscovery(), name: String = "python"
  ) async throws -> SubInterpreter {
    try await onThreadOfItsOwn {
      try SubInterpreter(configuration: configuration, policy: policy, discovery: discovery, name: name)
    }
  }

  /// Does what `close` does; the calling task is suspended and blocks no thread.
  public func closeAsync() async {
    // Without a thread to wait on the interpreter still ends, when the last reference goes.
    try? await onThreadOfItsOwn { self.close() }
  }

  /// Ends the interpreter after the work it has been given, waits for its thread to end, and gives its memory back.
  ///
  /// What user code has registered with `atexit`, and the threads it has started, get 10 seconds to end; after that the
  /// interpreter is abandoned, with its memory and its thread, and this returns.
  ///
  /// Dropping the last reference does the same. Safe to call twice. Called from inside `withGIL`, it returns at once
  /// and the interpreter ends after that closure.
  public func close() { place.end(registration) }

  /// Gives up an interpreter whose thread hangs: nobody waits for it any more, and it ends if the thread ever comes back.
  package func abandon() { process.abandon(registration) }

  private static func run<Result>(
    _ body: (borrowing Python) throws -> Result, _ confined: Confined
  ) throws -> Result {
    guard let api = confined.state?.api else { throw PythonRuntimeError(ThreadConfinementError.stopped) }
    // The thread may be inside another interpreter that lives on it.
    guard !api.hasThreadState else { throw PythonRuntimeError(ThreadConfinementError.wouldDeadlock) }
    confined.use.lock()
    defer { confined.use.unlock() }
    guard let state = confined.state else { throw PythonRuntimeError(ThreadConfinementError.stopped) }
    state.attach()
    defer { state.detach() }
    return try body(Python(state))
  }
}

/// Where an interpreter lives, which is where it must end.
private struct Place: Sendable {
  let thread: DedicatedThread
  let endsThread: Bool
  let process: PythonProcess
  let confined: SubInterpreter.Confined

  /// Ends the interpreter after the work that its thread has been given, and waits for that, unless the thread is the
  /// calling one.
  func end(_ registration: Int) {
    guard endsThread else { return endOnly(registration) }
    weak let waitedFor = thread
    thread.stop { [confined, process] in
      Self.end(confined, in: process, registration) { waitedFor?.giveUp() }
    }
  }

  /// Leaves the thread to the others that live there.
  private func endOnly(_ registration: Int) {
    let wait = thread.submitAndWait { [confined, process] done in
      Self.end(confined, in: process, registration, giveUp: done)
      done()
    }
    switch wait {
    case .done: return
    case .stopped: process.remove(registration)
    // Another one that lives there hangs.
    case .givenUp: process.abandon(registration)
    }
  }

  private static func end(
    _ confined: SubInterpreter.Confined, in process: PythonProcess, _ registration: Int,
    giveUp: @escaping @Sendable () -> Void
  ) {
    if let state = confined.use.withLock({ confined.state.take() }) {
      Activity.ending(state.sourceName ?? "Python") {
        process.end(state) {
          process.remove(registration)
          giveUp()
        }
      }
    }
    process.remove(registration)
  }
}

extension PythonRuntimeError {
  /// The same, in the terms of an interpreter.
  init(_ error: ThreadConfinementError) {
    switch error {
    case .stopped: self.init(.interpreterClosed, "the interpreter has been closed")
    case .wouldDeadlock:
      self.init(
        .wouldDeadlock,
        "withGIL was called from inside the withGIL of an interpreter on the same thread, which would wait for itself: use the token that the outer call passed in"
      )
    case .threadNotCreated, .lent, .givenUp: self.init(.startFailed, error.description)
    }
  }
}
