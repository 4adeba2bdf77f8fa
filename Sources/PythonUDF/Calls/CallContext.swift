import PythonFunctions
import Functions
import Dispatch
import PythonRuntime
import Synchronization

/// One call on its way: how it is to be made, how far it is, why it is to stop, and who gets its outcome.
///
/// The same for every caller. Deadlines and cancellation reach it from any thread, and an outcome is delivered once,
/// whoever comes first: the host that ran it, or the watcher that gave it up.
final class CallContext: Sendable {
  /// The function, or the source that is loaded.
  let name: String
  let isLoading: Bool
  /// Whether it only ends what another call has begun.
  let isClosing: Bool
  let options: CallOptions
  let errorMode: UDFErrorMode
  let timeouts: UDFTimeouts
  /// How long a row of an async function may take, which is each row's own affair as long as the event loop goes on.
  let concurrentTimeout: Duration?
  /// How long it may take on a thread that is its caller's; it is cancelled then. Nil for one on a host's thread.
  private let turn: Duration?
  /// The places that the rows of an async function take.
  let places: ConcurrentPlaces.Lease?
  /// For an async function: told that one step of the host's event loop has taken so long.
  let blocked: Blocked?
  /// Told of every failing row, with its arguments.
  let observer: (@Sendable (UDFRowFailure) -> Void)?
  let trace: CallTrace?
  let progress: CallProgress
  /// Told of rows of an async function that do not end when they are cancelled, beside this call; only where it is another
  /// process's, which has its results before the next call.
  private let tellHang: (@Sendable (_ isLate: Bool) -> Void)?

  private let state = Mutex(State())

  typealias Receive = @Sendable (Result<StepResult, any Error>) -> Void
  /// Gives the call up, and with it the host that it hangs in.
  typealias Abandon = @Sendable (CallContext) -> Void

  private struct State {
    var phase = Phase.waiting(leave: nil)
    var receive: Receive?
    var reason: StopReason?
    var stoppedAt: ContinuousClock.Instant?
    var isRaising = false
    /// The watcher's own notes: the row it saw last, and since when.
    var seenRow = 0
    var seenSince = ContinuousClock.now
    /// So with the steps of the event loop; and after how long one is told of next.
    var seenBeats = 0
    var nextNote = CallContext.longStep
    var begun = ContinuousClock.now
  }

  typealias Blocked = @Sendable (Duration, any FunctionHost) -> Void

  private enum Phase {
    /// For a host; what takes it out of the list of those who wait. → `running`, or `over`.
    case waiting(leave: (@Sendable (any Error) -> Void)?)
    /// On a host; what gives it up, nil when the host's thread cannot be left. → `over`.
    case running(any FunctionHost, abandon: Abandon?)
    /// Nothing that comes now changes anything.
    case over
  }

  /// How long a call may take to stop.
  static let grace = Duration.seconds(1)
  /// How long a step of the event loop may take before it is told, and then again each time that it has taken twice as long.
  static let longStep = Duration.milliseconds(500)

  /// A call of a function.
  init(
    _ signature: UDFSignature, _ options: CallOptions, observer: (@Sendable (UDFRowFailure) -> Void)?,
    _ trace: CallTrace?, isClosing: Bool = false, places: ConcurrentPlaces.Lease? = nil,
    turn: Duration? = nil, blocked: Blocked? = nil
  ) {
    name = signature.name
    self.turn = turn
    isLoading = false
    self.isClosing = isClosing
    self.options = options
    errorMode = options.errorMode ?? signature.errorMode
    let said = options.timeouts.orElse(signature.timeouts)
    let isConcurrent = signature.kind == .concurrent
    timeouts = isConcurrent ? UDFTimeouts(batch: said.batch) : said
    concurrentTimeout = isConcurrent ? said.row : nil
    self.places = places
    self.blocked = isConcurrent ? blocked ?? { _, _ in } : nil
    self.observer = observer
    self.trace = trace
    progress = CallProgress()
    tellHang = nil
  }

  /// A call that another process has, which watches its deadlines.
  ///
  /// - Parameters:
  ///   - places: how many rows of an async function may be under way; nil for any number.
  ///   - progress: where is noted how far it is.
  ///   - tellHang: told that rows do not end.
  init(
    worker signature: UDFSignature, _ options: CallOptions, concurrentTimeout: Duration?, places: Int?,
    isClosing: Bool, observer: (@Sendable (UDFRowFailure) -> Void)?, progress: CallProgress,
    tellHang: @escaping @Sendable (_ isLate: Bool) -> Void
  ) {
    name = signature.name
    isLoading = false
    self.isClosing = isClosing
    self.options = options
    errorMode = options.errorMode ?? signature.errorMode
    turn = nil
    timeouts = UDFTimeouts()
    self.concurrentTimeout = concurrentTimeout
    self.places = places.map { ConcurrentPlaces.Lease(ConcurrentPlaces($0)) }
    blocked = nil
    self.observer = observer
    trace = nil
    self.progress = progress
    self.tellHang = tellHang
  }

  /// The loading of a source.
  ///
  /// - Parameters:
  ///   - timeout: how long it may take; nil for any time.
  ///   - isClosing: whether it is the end of what was loaded.
  init(loading source: String, timeout: Duration?, isClosing: Bool = false) {
    name = source
    isLoading = true
    self.isClosing = isClosing
    options = CallOptions()
    errorMode = .raise
    timeouts = UDFTimeouts(batch: timeout)
    (concurrentTimeout, places, blocked, turn) = (nil, nil, nil, nil)
    observer = nil
    trace = nil
    progress = CallProgress()
    tellHang = nil
  }

  /// What messages call it.
  var subject: String { (isLoading ? name : "UDF \(name)") + (isClosing ? ", while it was closed," : "") }

  /// What the rows of a batch are called with.
  var rowContext: RowContext {
    RowContext(
      options: options, observer: observer, progress: progress,
      concurrent: RowContext.Concurrent(timeout: concurrentTimeout, places: places) { [weak self] isLate in
        guard let self else { return }
        tellHang?(isLate)
        stopHanging(isLate: isLate)
      }, areTakenAtOnce: tellHang != nil)
  }

  /// Stops a call of which rows do not end that were cancelled.
  func stopHanging(isLate: Bool) {
    stop(isLate ? concurrentTimeout.map { .rowTimeout($0) } ?? .interrupted : .uncancelled)
  }

  /// The end of a source's instances.
  convenience init(closing source: String, timeout: Duration) {
    self.init(loading: source, timeout: timeout, isClosing: true)
  }

  // MARK: The way to a host and back

  /// Sets who gets the outcome.
  func onOutcome(_ receive: @escaping Receive) { state.withLock { $0.receive = receive } }

  /// Notes that the call waits for a host.
  ///
  /// - Parameter leave: what ends the waiting when the call is stopped meanwhile.
  func wait(leave: @escaping @Sendable (any Error) -> Void) {
    let reason = state.withLock { state -> StopReason? in
      if case .waiting = state.phase, state.reason == nil { state.phase = .waiting(leave: leave) }
      return state.reason
    }
    if let reason { leave(reason.error(subject, failure: nil)) }
  }

  /// Notes that the call begins on a host, and watches its deadlines from now on; `finish` and `end` end that.
  ///
  /// - Parameter abandon: what gives the call up; nil when the host's thread cannot be left.
  /// - Throws: what a call throws that has been stopped before.
  func begin(on host: any FunctionHost, abandon: Abandon? = nil) throws {
    let reason = state.withLock { state -> StopReason? in
      guard state.reason == nil else {
        state.phase = .over
        return state.reason
      }
      state.phase = .running(host, abandon: abandon)
      state.begun = .now
      state.seenSince = state.begun
      return nil
    }
    if let reason { throw reason.error(subject, failure: nil) }
    if isWatchedFromBeginning { DeadlineWatcher.shared.watch(self) }
  }

  private var isWatchedFromBeginning: Bool { !timeouts.isEmpty || blocked != nil || turn != nil }

  /// Ends the watch, once what the host did is done; called under the GIL, so that nothing is raised afterwards.
  ///
  /// - Parameter takeBack: takes back an exception that came too late: it must not hit the next call.
  /// - Returns: what the host gave, unless the call was to stop.
  func finish<Value>(_ outcome: Result<Value, any Error>, takeBack: () -> Void) throws -> Value {
    let reason = end()
    guard let reason else { return try outcome.get() }
    takeBack()
    var failure: UDFError?
    if case .failure(let error) = outcome { failure = error as? UDFError }
    throw reason.error(subject, failure: failure)
  }

  /// Ends the watch of a call that may not have begun; does nothing when it has ended.
  @discardableResult
  func end() -> StopReason? {
    places?.close()
    return state.withLock { state in
      state.phase = .over
      return state.reason
    }
  }

  /// Lets a call that has ended on one host begin on another.
  func reopen() { state.withLock { $0.phase = .waiting(leave: nil) } }

  /// Delivers the outcome, unless another one was first.
  ///
  /// - Parameter before: done first, if this is the outcome that counts.
  func settle(_ outcome: Result<StepResult, any Error>, before: () -> Void = {}) {
    guard let receive = state.withLock({ $0.receive.take() }) else { return }
    before()
    receive(outcome)
  }

  // MARK: Stopping

  /// Makes the call stop soon.
  func stop(_ reason: StopReason) {
    let phase = state.withLock { state -> Phase in
      if case .over = state.phase { return .over }
      guard state.reason == nil else { return .over }
      state.reason = reason
      state.stoppedAt = .now
      return state.phase
    }
    switch phase {
    case .over: return
    case .waiting(let leave): leave?(reason.error(subject, failure: nil))
    case .running(let host, _):
      progress.isStopped.store(true, ordering: .relaxed)
      raise(on: host)
      // With a timeout it is watched from its beginning.
      if !isWatchedFromBeginning { DeadlineWatcher.shared.watch(self) }
    }
  }

  /// Looks at the clock; gives false when there is nothing left to watch.
  func check(_ now: ContinuousClock.Instant) -> Bool {
    enum Next {
      case nothing, stop(StopReason), raise(any FunctionHost), abandon(Abandon), blocked(Duration, any FunctionHost),
        over
    }
    let next = state.withLock { state -> Next in
      guard case .running(let host, let abandon) = state.phase else { return .over }
      if let stoppedAt = state.stoppedAt {
        if now - stoppedAt > Self.grace, let abandon {
          state.phase = .over
          return .abandon(abandon)
        }
        return state.isRaising ? .nothing : .raise(host)
      }
      if let limit = timeouts.batch, now - state.begun > limit {
        return .stop(isLoading && !isClosing ? .loadTimeout(limit) : .batchTimeout(limit))
      }
      if let limit = timeouts.row {
        let current = progress.seen.row
        if current != state.seenRow {
          (state.seenRow, state.seenSince) = (current, now)
        } else if current > 0, now - state.seenSince > limit {
          return .stop(.rowTimeout(limit))
        }
      }
      if let turn, now - state.begun > turn { return .stop(.cancelled) }
      guard blocked != nil else { return .nothing }
      let beats = progress.seen.beats
      guard beats == state.seenBeats, beats % 2 == 1 else {
        (state.seenBeats, state.seenSince, state.nextNote) = (beats, now, Self.longStep)
        return .nothing
      }
      let duration = now - state.seenSince
      // A step is of many rows, each of which may take its time.
      if let limit = concurrentTimeout, duration > limit + Self.grace { return .stop(.rowTimeout(limit)) }
      guard duration > state.nextNote else { return .nothing }
      state.nextNote *= 2
      return .blocked(duration, host)
    }
    switch next {
    case .nothing: return true
    case .over: return false
    case .stop(let reason):
      stop(reason)
      return true
    case .blocked(let duration, let host):
      blocked?(duration, host)
      return true
    case .raise(let host):
      raise(on: host)
      return true
    case .abandon(let abandon):
      abandon(self)
      return false
    }
  }

  /// Why the call was stopped, if it was.
  var reason: StopReason? { state.withLock(\.reason) }

  private var isOver: Bool { state.withLock { if case .over = $0.phase { true } else { false } } }

  private func raise(on host: any FunctionHost) {
    let isFree = state.withLock { state in
      defer { state.isRaising = true }
      return !state.isRaising
    }
    guard isFree else { return }
    host.raise { [self] in
      !isOver
    } done: { [self] in
      // Not at once again: the function may be on its way out.
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
        self.state.withLock { $0.isRaising = false }
      }
    }
  }
}
