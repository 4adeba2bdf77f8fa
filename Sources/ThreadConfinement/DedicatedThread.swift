internal import CCrashReport
internal import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One operating system thread that runs what it is given, in order, until it is stopped.
///
/// It is also a `SerialExecutor`, so an actor can live on it. All members may be used from any thread.
/// Dropping the last reference stops the thread, after the work it has been given, and waits for its end.
public final class DedicatedThread: SerialExecutor {
  /// The thread's name, as debuggers and `ps -L` show it (Linux keeps 15 bytes of it).
  public let name: String

  private let core = ThreadCore()
  private let handle = Monitor(Handle.none)

  /// What is still to be done about the operating system's thread.
  private enum Handle {
    /// Nothing: there is none.
    case none
    /// → `joining`, or `none` when detached because nobody may wait for it.
    case running(pthread_t)
    /// One caller of `stop` joins it; the others wait for that; → `none`.
    case joining
  }

  /// Starts a thread.
  ///
  /// - Parameters:
  ///   - name: what debuggers show.
  ///   - stackSize: in bytes; the default of 16 MiB leaves room for deeply recursive work.
  /// - Throws: `ThreadConfinementError.threadNotCreated`.
  public init(name: String, stackSize: Int = 16 << 20) throws {
    self.name = name
    let start = Unmanaged.passRetained(ThreadStart(core: core, name: name))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, &attributes, threadMain, start.toOpaque())
    guard status == 0 else {
      start.release()
      // `deinit` stops what was made; no thread will ever say that it has ended.
      core.queue.update { queue in
        queue.isStopped = true
        queue.isFinished = true
      }
      throw ThreadConfinementError.threadNotCreated(status)
    }
    let created: pthread_t? = thread
    if let created { handle.update { $0 = .running(created) } }
  }

  deinit { stop() }

  /// Whether the calling thread is this one.
  public var isCurrent: Bool { ThreadCore.current === core }

  /// Runs `body` on this thread and blocks the caller until it is done.
  ///
  /// - Throws: what `body` throws, unchanged; `ThreadConfinementError.stopped`; or `.wouldDeadlock` when called
  ///   on this thread itself, or on a dedicated thread that this one is waiting for.
  public func perform<Result>(_ body: () throws -> Result) throws -> Result {
    try core.blockCaller {
      // The closure does not escape: the caller stands still until the call has been made and the closure dropped.
      try withoutActuallyEscaping(body) { body in
        let call = BlockingCall(body)
        guard core.submit({ call.run() }) else { throw ThreadConfinementError.stopped }
        return try call.wait()
      }
    }
  }

  /// Runs `body` on this thread; the calling task is suspended meanwhile and blocks no thread.
  ///
  /// - Throws: what `body` throws, unchanged, or `ThreadConfinementError.stopped`.
  public func perform<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      let accepted = core.submit { continuation.resume(with: Swift.Result { try body() }) }
      if !accepted { continuation.resume(throwing: ThreadConfinementError.stopped) }
    }
  }

  /// Runs `body` on this thread after the work it has; waits for nothing.
  ///
  /// - Returns: false when the thread has been stopped, and `body` will not run.
  public func submit(_ body: @escaping @Sendable () -> Void) -> Bool { core.submit(body) }

  /// Takes no further work, lets the thread finish what it has been given, and waits for its end.
  ///
  /// Called on the thread itself, it returns at once and the thread ends after the work it has. Safe to call twice,
  /// also from several threads: every caller but the thread itself returns after the end, or after `giveUp`.
  ///
  /// - Parameter last: run on the thread after all work given before; only that of the first call is.
  public func stop(_ last: (@Sendable () -> Void)? = nil) {
    core.queue.update { queue in
      if let last, !queue.isStopped { queue.append(last) }
      queue.isStopped = true
    }
    guard !isCurrent else { return detach() }
    // A thread that waits for the caller cannot be waited for: it ends by itself.
    do {
      let hasEnded = try core.blockCaller {
        core.queue.wait { $0.isFinished ? true : $0.isGivenUp ? false : nil }
      }
      guard hasEnded else { return detach() }
    } catch { return detach() }
    join()
  }

  /// How waiting for work that a thread was given has ended.
  package enum Wait: Sendable {
    /// The work is done.
    case done
    /// The thread was stopped before, and the work will not run.
    case stopped
    /// The thread was given up; the work runs if it ever comes back.
    case givenUp
  }

  /// Runs `body` on this thread after the work it has, and blocks until it calls what it is given, on any thread, or until
  /// the thread is given up. Called on the thread itself, it returns at once.
  package func submitAndWait(_ body: @escaping @Sendable (_ done: @escaping @Sendable () -> Void) -> Void) -> Wait {
    let done = Flag()
    let isAccepted = core.submit { [core] in
      body {
        core.queue.update { _ in done.isSet.store(true, ordering: .releasing) }
      }
    }
    guard isAccepted else { return .stopped }
    guard !isCurrent else { return .done }
    return core.queue.wait { queue in
      if done.isSet.load(ordering: .acquiring) { return .done }
      return queue.isGivenUp ? .givenUp : nil
    }
  }

  /// Whether the thread was given up.
  package var isGivenUp: Bool { core.queue.update { $0.isGivenUp } }

  /// Lets everyone who waits in `stop` go, now and later, although the thread has not ended: its work does not return.
  public func giveUp() { core.queue.update { $0.isGivenUp = true } }

  private func detach() {
    handle.update { handle in
      guard case .running(let thread) = handle else { return }
      pthread_detach(thread)
      handle = .none
    }
  }

  private func join() {
    let mine: pthread_t? = handle.wait { handle -> pthread_t?? in
      switch handle {
      case .none: return .some(nil)
      case .joining: return nil
      case .running(let thread):
        handle = .joining
        return thread
      }
    }
    guard let mine else { return }
    pthread_join(mine, nil)
    handle.update { $0 = .none }
  }

  // MARK: SerialExecutor

  /// Runs the job of an actor that lives on this thread.
  ///
  /// A job that arrives after `stop` must run all the same, or the task that waits for it would hang. It runs here
  /// while the thread has other work left, and then on a thread that is kept for this, so that the actor can answer
  /// that it is closed.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let run: ThreadCore.Job = { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    if !core.submitActorJob(run) { DedicatedThread.afterStop(run) }
  }

  /// Whether code running now is isolated to actors that live on this thread.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Stops the program when the calling thread is another one.
  public func checkIsolated() {
    precondition(isCurrent, "expected to run on the dedicated thread \"\(name)\"")
  }

  private static let lateJobs = try? DedicatedThread(name: "late jobs", stackSize: 1 << 20)

  private static func afterStop(_ job: @escaping ThreadCore.Job) {
    if let lateJobs, lateJobs.core.submit(job) { return }
    job()
  }
}

/// What two closures share.
private final class Flag: Sendable {
  let isSet = Atomic(false)
}

/// What a new thread needs to begin.
private final class ThreadStart: Sendable {
  let core: ThreadCore
  let name: String

  init(core: ThreadCore, name: String) {
    self.core = core
    self.name = name
  }

  func run() {
    // What runs here may use up its stack, and then whoever handles that needs another.
    ClutchPrepareThread()
    #if canImport(Darwin)
      pthread_setname_np(name)
    #else
      // Glibc's module leaves out `pthread_setname_np`; the kernel takes the name of the calling thread here too.
      let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { return core.run() }
      let shown = Array(name.utf8.prefix(15))
      _ = write(file, shown, shown.count)
      close(file)
    #endif
    core.run()
  }
}

#if canImport(Darwin)
  private func threadMain(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }
#else
  private func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
  }
#endif
