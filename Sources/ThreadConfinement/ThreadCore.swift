#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What a dedicated thread and its handle share: the queue, and who waits for whom.
///
/// The running thread owns this object and not the `DedicatedThread`, so that dropping the handle ends the thread.
final class ThreadCore: Sendable {
  typealias Job = @Sendable () -> Void

  struct Queue {
    /// Jobs in the order given; taken from `next` so that taking one does not move the others.
    private var jobs: [Job?] = []
    private var next = 0
    var isStopped = false
    /// The last job is done; all that is left to the thread is to end.
    var isFinished = false
    /// Nobody waits for its end any more.
    var isGivenUp = false

    mutating func append(_ job: @escaping Job) { jobs.append(job) }

    /// The next job, out of the queue: what it captured must end with it, and not here, where the lock is held.
    mutating func take() -> Job? {
      guard next < jobs.count else { return nil }
      let job = jobs[next].take()
      next += 1
      // A queue that never runs empty must not grow for ever.
      if next == jobs.count || next >= 1024 && next * 2 >= jobs.count {
        jobs.removeFirst(next)
        next = 0
      }
      return job
    }
  }

  let queue = Monitor(Queue())

  /// Adds a job; false when the thread has been stopped.
  func submit(_ job: @escaping Job) -> Bool {
    queue.update { queue in
      if queue.isStopped { return false }
      queue.append(job)
      return true
    }
  }

  /// Adds a job of an actor, also while the thread works off what it has; false when it has ended.
  ///
  /// Elsewhere the job could run at the same time as one that the actor still has here.
  func submitActorJob(_ job: @escaping Job) -> Bool {
    queue.update { queue in
      if queue.isFinished { return false }
      queue.append(job)
      return true
    }
  }

  /// The body of the thread: runs jobs until stopped and out of jobs.
  func run() {
    ThreadCore.setCurrent(self)
    while let job = nextJob() { job() }
    ThreadCore.setCurrent(nil)
    // Wakes those that wait for the end.
    queue.update { _ in }
  }

  private func nextJob() -> Job? {
    queue.wait { queue -> Job?? in
      if let job = queue.take() { return .some(job) }
      guard queue.isStopped else { return nil }
      queue.isFinished = true
      return .some(nil)
    }
  }

  // MARK: The dedicated thread that is running, if one is

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// The core of the dedicated thread that calls this, or nil on any other thread.
  static var current: ThreadCore? {
    pthread_getspecific(key).map { Unmanaged<ThreadCore>.fromOpaque($0).takeUnretainedValue() }
  }

  /// `run` keeps the core alive for as long as this pointer is set.
  private static func setCurrent(_ core: ThreadCore?) {
    pthread_setspecific(key, core.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) })
  }

  // MARK: Who waits for whom

  /// For each dedicated thread that blocks on another one: that other one.
  private static let waits = Monitor<[ObjectIdentifier: ThreadCore]>([:])

  /// Blocks by `wait`, unless this thread is `self`, or `self` waits, directly or not, for this thread.
  func blockCaller<Result>(_ wait: () throws -> Result) throws -> Result {
    guard let caller = ThreadCore.current else { return try wait() }
    try ThreadCore.waits.update { waits in
      var other: ThreadCore? = self
      while let thread = other {
        if thread === caller { throw ThreadConfinementError.wouldDeadlock }
        other = waits[ObjectIdentifier(thread)]
      }
      waits[ObjectIdentifier(caller)] = self
    }
    defer { ThreadCore.waits.update { $0[ObjectIdentifier(caller)] = nil } }
    return try wait()
  }
}
