import Essentials
import Functions
import Logging
import PythonFunctions
import PythonRuntime
import Synchronization
import ThreadConfinement

/// The hosts of one source: those there are, those that wait for work, and how more are made.
final class HostSet: Sendable {
  let queue: HostQueue<any FunctionHost>
  /// How many interpreters there may be.
  private let interpreters: Int

  private let source: UDFSource
  private let options: HostOptions
  private let telemetry: Telemetry
  private let state: Mutex<State>
  private let abandoned = Atomic(0)
  /// Who is told of calls that do not stop, on threads that cannot be left.
  let hangs = HangLog()

  private struct State {
    /// Where they run.
    var choice: PlacementChoice
    /// What keeps what was found, once it has been asked; whether it had an answer; and what is found in this process.
    var hasAsked = false
    var kept: KeptPlacement?
    var hasAnswer = false
    var findings: PackageFindings?
    /// All, in the order they were made, without those that were given up.
    var members: [any FunctionHost] = []
    /// Those on borrowed threads that have not been loaded.
    var spare: [any FunctionHost] = []
    /// How many are being loaded.
    var loading = 0
    /// How many are being made.
    var making = 0
    /// How many calls have been placed on a host that stay there for many steps; by the host's identity.
    var placed: [ObjectIdentifier: Int] = [:]
    /// When another one may be made, after one that did not load.
    var next = ContinuousClock.now
    var isClosed = false
  }

  private static let pause = Duration.seconds(1)

  /// Makes the hosts without loading them.
  ///
  /// - Throws: `PythonRuntimeError` when the system makes no thread.
  init(_ source: UDFSource, _ options: HostOptions, _ telemetry: Telemetry) throws {
    self.source = source
    self.options = options
    self.telemetry = telemetry
    state = Mutex(State(choice: PlacementChoice(options)))
    let usual = options.threads?.count ?? ProcessInfo.processInfo.activeProcessorCount
    interpreters = max(1, min(options.interpreters ?? usual, options.threads?.count ?? Int.max))
    queue = HostQueue(limit: options.waitingLimit)
    try makeSpare()
  }

  /// Makes the hosts that live on somebody else's threads, if they do.
  ///
  /// - Throws: `PythonRuntimeError`.
  private func makeSpare() throws {
    guard let threads else { return }
    let spare = try threads.threads.prefix(limit).map { thread -> any FunctionHost in
      try InterpreterHost(source, options, telemetry.log, on: thread)
    }
    state.withLock { ($0.members, $0.spare) = (spare, spare) }
  }

  // MARK: Where they run

  private var currentPlace: Placement { state.withLock(\.choice.place) }

  /// Where the functions run, and why there; nil before the first has been loaded, where nobody has said.
  var placement: (place: Placement, reason: String?)? {
    state.withLock { state in state.choice.isSettled ? (state.choice.place, state.choice.reason) : nil }
  }

  /// How many hosts there may be.
  var limit: Int {
    switch currentPlace {
    case .interpreter: interpreters
    case .worker: max(1, options.workers ?? interpreters)
    case .main: 1
    }
  }

  /// The threads of somebody else's that they live on; nil for threads of their own.
  var threads: ThreadGroup? { currentPlace == .interpreter ? options.threads : nil }

  private func makeHost() throws -> any FunctionHost {
    let place = currentPlace
    if place == .worker { return try ProcessHost(source, options, telemetry.log, share: limit) }
    return try InterpreterHost(source, options.placed(in: place), telemetry.log)
  }

  /// Whether a source that has not been loaded anywhere is known to belong elsewhere than in an interpreter.
  ///
  /// Called on the thread of an interpreter that would start CPython next.
  private func recallsOther(for host: any FunctionHost) -> Bool {
    let isFirst = state.withLock { state in
      guard !state.choice.isSettled, state.choice.place == .interpreter, !state.hasAsked else { return false }
      state.hasAsked = true
      return true
    }
    guard isFirst, let installation = try? CPython.start(options.discovery) else { return false }
    let kept = KeptPlacement(source, options, installation)
    let found = kept?.answer()
    state.withLock { ($0.kept, $0.hasAnswer) = (kept, found != nil) }
    guard let answer = found else {
      (host as? InterpreterHost)?.wantFindings()
      return false
    }
    let isMoving = state.withLock { $0.choice.recall(answer) }
    if !isMoving { tell(answer.notes) }
    tellPlace(ifAutomatic: isMoving)
    return isMoving
  }

  /// Whether a source that was loaded, or was not, is to run elsewhere instead; they all do then.
  private func moves(_ host: any FunctionHost, after outcome: Result<StepResult, any Error>) -> Bool {
    let findings = (host as? InterpreterHost)?.findings
    let (isMoving, answer) = state.withLock { state -> (Bool, KeptPlacement.Answer?) in
      guard !state.choice.isSettled else { return (false, nil) }
      state.findings = state.findings ?? findings
      let isMoving = state.choice.moves(after: outcome, findings)
      if isMoving, state.hasAnswer { state.kept?.forget() }
      guard state.choice.isSettled else { return (isMoving, nil) }
      let choice = state.choice
      let notes = choice.place == .interpreter && choice.reason == nil ? findings?.notes ?? [] : []
      return (
        isMoving,
        KeptPlacement.Answer(place: choice.place, reason: choice.reason, isAutomatic: choice.isAutomatic, notes: notes)
      )
    }
    tellPlace(ifAutomatic: isMoving)
    if let answer {
      tell(answer.notes)
      keep(answer)
    }
    return isMoving
  }

  private func tell(_ notes: [String]) { for note in notes { telemetry.log.note(.notice, note) } }

  private func tellPlace(ifAutomatic isMoving: Bool) {
    let choice = state.withLock(\.choice)
    guard isMoving, choice.isAutomatic, let reason = choice.reason else { return }
    telemetry.log.note(.info, "it runs in \(choice.place.summary): \(reason)")
  }

  /// Keeps for the next start what was found in this one. Of a source without packages nothing needs to be known.
  private func keep(_ answer: KeptPlacement.Answer) {
    let (kept, found) = state.withLock { ($0.kept, $0.findings) }
    guard let kept, let found, answer.place != .interpreter || !found.folders.isEmpty else { return }
    kept.keep(answer, found)
  }

  // MARK: What there is

  var all: [any FunctionHost] { state.withLock(\.members) }
  var memoryUsage: [MemoryUsage] { all.compactMap(\.memoryUsage) }
  var loadedCount: Int { all.count { $0.isLoaded } }
  var abandonedCount: Int { abandoned.load(ordering: .relaxed) }

  /// The host that lives on the calling thread.
  var current: (any FunctionHost)? { state.withLock { $0.members.first { $0.isCurrent } } }

  /// The thread of the only host, if there is one.
  var onlyThread: DedicatedThread? { all.count == 1 ? all[0].thread : nil }

  /// Whether a host that hangs in a call can be left: not when its thread is somebody else's too.
  var canAbandon: Bool { threads == nil }

  /// Refuses a call that comes from elsewhere while a database has the threads.
  ///
  /// - Throws: `UDFError` with code `handedOver`.
  func refuseIfLent(_ call: CallContext) throws(UDFError) {
    guard let threads, threads.isLent else { return }
    throw UDFError(
      .handedOver,
      """
      the interpreters of \(source.name) live on the \(threads.count == 1 ? "thread" : "\(threads.count) threads") of \
      a database's queries, and can be called by these only. Leave DuckDB's setting threads as it is: SET threads = \
      \(threads.count) sets it back, and the number is chosen when the threads are made, which is clutch's option \
      --threads. For calls from elsewhere make another pool
      """)
  }

  /// An idle host of which steps may run on any thread, if there is one; `queue` gets it back.
  func takeAnywhere() -> (any FunctionHost)? {
    currentPlace == .worker ? queue.takeIdle() : nil
  }

  /// An idle host that runs short steps on its caller's thread, if there is one; `queue` gets it back.
  func takeAtOnce() -> (any FunctionHost)? {
    guard threads == nil, let host = queue.takeIdle() else { return nil }
    if host.runsAtOnce { return host }
    queue.give(back: host)
    return nil
  }

  /// Waits for one host, for what has begun there.
  ///
  /// - Parameter receive: as of `HostQueue.take`.
  /// - Returns: as there.
  func take(_ host: any FunctionHost, _ receive: @escaping HostQueue<any FunctionHost>.Receive) -> Int? {
    let ticket = queue.take(where: { $0 === host }, receive)
    // It may have gone before, and nobody gives it back then.
    if let ticket, !state.withLock({ $0.members.contains { $0 === host } }) { queue.leave(ticket, because: gone) }
    return ticket
  }

  /// The host for a call that stays there for many steps: of all hosts the one with the fewest such calls, best one that is
  /// idle. Another one is made while each has one, so that such calls run beside each other; `leave` takes the call back.
  ///
  /// - Returns: nil when there is none and none can be made.
  func place() -> (any FunctionHost)? {
    if let host = place(orMake: true) { return host }
    // There may be no more now; who is there takes it.
    guard let host = reserve() else { return place(orMake: false) }
    state.withLock { $0.placed[ObjectIdentifier(host), default: 0] += 1 }
    let call = CallContext(loading: source.name, timeout: options.loadTimeout)
    call.onOutcome { [weak self] outcome in
      guard case .failure(let error) = outcome, let self else { return }
      queue.refuseWaiting(
        for: host, because: UDFError(.notAvailable, "another interpreter of \(source.name) could not be made: \(error)")
      )
      loadFailed(error)
    }
    load(host, call)
    return host
  }

  /// Chooses among the hosts that there are.
  ///
  /// - Parameter orMake: whether one that has such a call already is only chosen when there may be no more.
  private func place(orMake: Bool) -> (any FunctionHost)? {
    let limit = limit
    let idle = Set(queue.idle.map { ObjectIdentifier($0) })
    return state.withLock { state in
      let hosts = state.members.map { host in
        (host: host, calls: state.placed[ObjectIdentifier(host)] ?? 0, isBusy: !idle.contains(ObjectIdentifier(host)))
      }
      let best = hosts.min { ($0.calls, $0.isBusy ? 1 : 0) < ($1.calls, $1.isBusy ? 1 : 0) }
      guard let best, best.calls == 0 || !orMake || state.members.count >= limit else { return nil }
      state.placed[ObjectIdentifier(best.host)] = best.calls + 1
      return best.host
    }
  }

  /// Takes back a call that was placed on a host.
  func leave(_ host: any FunctionHost) {
    state.withLock { state in
      // One that is gone has been forgotten.
      guard let calls = state.placed[ObjectIdentifier(host)] else { return }
      state.placed[ObjectIdentifier(host)] = calls > 1 ? calls - 1 : nil
    }
  }

  private var gone: UDFError { UDFError(.closed, "the interpreter that the call had begun in was given up") }

  // MARK: Making more

  /// Loads the first host alone, so that a faulty source is reported once and does its side effects once, and settles the
  /// call.
  func loadFirst(_ call: CallContext) {
    guard let host = reserve() else {
      return call.settle(.failure(UDFError(.closed, "the pool of interpreters has been closed")))
    }
    load(host, call)
  }

  /// Makes another host for those who wait, if there may be one; returns at once.
  func grow() {
    guard let host = reserve() else { return }
    let call = CallContext(loading: source.name, timeout: options.loadTimeout)
    call.onOutcome { [weak self] outcome in
      if case .failure(let error) = outcome { self?.loadFailed(error) }
    }
    load(host, call)
  }

  /// Makes all hosts that there may be, and waits for them.
  ///
  /// - Throws: why one does not load.
  func startAll() throws {
    let outcomes = Mutex<[Result<StepResult, any Error>]>([])
    let isLoaded = DispatchGroup()
    while let host = reserve() {
      let call = CallContext(loading: source.name, timeout: options.loadTimeout)
      isLoaded.enter()
      call.onOutcome { outcome in
        outcomes.withLock { $0.append(outcome) }
        isLoaded.leave()
      }
      load(host, call)
    }
    isLoaded.wait()
    for outcome in outcomes.withLock({ $0 }) { _ = try outcome.get() }
  }

  /// A host that is not loaded, which counts as loading from now on; nil when there may be no more now.
  private func reserve() -> (any FunctionHost)? {
    let (threads, limit) = (threads, limit)
    let isMine = state.withLock { state in
      guard !state.isClosed, ContinuousClock.now >= state.next else { return false }
      // They do nothing else until they are given back.
      if let threads, threads.isLent { return false }
      guard threads == nil ? state.members.count + state.making < limit : !state.spare.isEmpty else { return false }
      state.making += 1
      return true
    }
    guard isMine else { return nil }
    let made = threads == nil ? try? makeHost() : nil
    return state.withLock { state in
      state.making -= 1
      if threads != nil {
        guard let host = state.spare.first else { return nil }
        state.spare.removeFirst()
        state.loading += 1
        return host
      }
      guard let made else { return nil }
      state.members.append(made)
      state.loading += 1
      return made
    }
  }

  /// Loads a host on its thread, and settles the call; the host then waits for work.
  private func load(_ host: any FunctionHost, _ call: CallContext) {
    let abandon: CallContext.Abandon = { [weak self] call in self?.abandon(host, loading: call) }
    do { try call.begin(on: host, abandon: abandon) } catch {
      discard(host)
      call.settle(.failure(error))
      return
    }
    let isAccepted = host.submit { [self] in
      if recallsOther(for: host) {
        call.end()
        return loadElsewhere(call)
      }
      let outcome = Result { try host.run(.load, call) }
      call.end()
      if moves(host, after: outcome) { return loadElsewhere(call) }
      call.settle(outcome) {
        switch outcome {
        case .failure: discard(host)
        case .success:
          state.withLock { $0.loading -= 1 }
          telemetry.metrics?.note(memoryUsage)
          queue.give(back: host)
        }
      }
    }
    guard !isAccepted else { return }
    discard(host)
    call.settle(.failure(UDFError(.closed, "the interpreter was closed before \(source.name) was loaded")))
  }

  /// Loads a source where it is known to belong by now; the hosts that there are elsewhere are given up.
  private func loadElsewhere(_ call: CallContext) {
    let others = state.withLock { state in
      state.loading -= 1
      state.spare = []
      defer { state.members = [] }
      return state.members
    }
    // The thread is its own.
    DispatchQueue.global().async { for host in others { host.close() } }
    try? makeSpare()
    guard let next = reserve() else {
      return call.settle(.failure(UDFError(.closed, "the pool of interpreters has been closed")))
    }
    call.reopen()
    load(next, call)
  }

  /// Loads the host of the calling thread, for a caller who belongs there.
  func load(_ host: any FunctionHost) throws {
    let call = CallContext(loading: source.name, timeout: options.loadTimeout)
    try begin(call, onThreadOf: host)
    defer { call.end() }
    _ = try host.run(.load, call)
    telemetry.metrics?.note(memoryUsage)
  }

  /// Begins a call on the thread of its caller, which cannot be left: that it does not stop can only be told.
  func begin(_ call: CallContext, onThreadOf host: any FunctionHost) throws {
    try call.begin(on: host) { [hangs] call in
      let reason = call.reason ?? .interrupted
      let stack = StopReason.describe(host.lastFrames)
      hangs.tell(reason.hangingError(call.subject, row: call.progress.currentRow, stack: stack))
    }
  }

  /// Takes a host out that did not load.
  private func discard(_ host: any FunctionHost) {
    let isOwn = threads == nil
    state.withLock { state in
      state.loading -= 1
      state.placed[ObjectIdentifier(host)] = nil
      if isOwn { state.members.removeAll { $0 === host } } else { state.spare.append(host) }
    }
    if isOwn { host.close() }
  }

  /// One that was made for those who wait did not load: they go on waiting if there are others.
  private func loadFailed(_ error: any Error) {
    let (isClosed, isLast) = state.withLock { state in
      state.next = .now + Self.pause
      return (state.isClosed, state.loading == 0 && !state.members.contains { $0.isLoaded })
    }
    // Then nobody wants it any more.
    if isClosed { return }
    telemetry.metrics?.interpreterFailed()
    telemetry.log.note(.error, "another interpreter could not be made: \(error)")
    guard isLast else { return }
    queue.refuseWaiting(because: UDFError(.notAvailable, "no interpreter of \(source.name) is left: \(error)"))
  }

  // MARK: The end

  /// Gives up a host whose thread hangs, and makes another in its place.
  func abandon(_ host: any FunctionHost) {
    state.withLock { state in
      state.placed[ObjectIdentifier(host)] = nil
      state.members.removeAll { $0 === host }
    }
    queue.refuseWaiting(for: host, because: gone)
    abandoned.add(1, ordering: .relaxed)
    telemetry.metrics?.interpreterAbandoned()
    telemetry.metrics?.note(memoryUsage)
    host.abandon()
    grow()
  }

  private func abandon(_ host: any FunctionHost, loading call: CallContext) {
    let reason = call.reason ?? .interrupted
    let error = reason.abandonedError(
      call.subject, row: nil, host.ending, stack: StopReason.describe(host.lastFrames))
    call.settle(.failure(error)) {
      state.withLock { state in
        state.loading -= 1
        state.placed[ObjectIdentifier(host)] = nil
        state.members.removeAll { $0 === host }
      }
      abandoned.add(1, ordering: .relaxed)
      telemetry.metrics?.interpreterAbandoned()
      host.abandon()
    }
  }

  /// Ends all hosts, after the calls that they run, and waits for that.
  func close() {
    let (members, unloaded) = state.withLock { state in
      state.isClosed = true
      return (state.members, state.members.filter { !$0.isLoaded })
    }
    queue.close(because: UDFError(.closed, "the pool of interpreters has been closed"))
    // What is still loading is of no use any more.
    for host in unloaded { host.stop(.interrupted) }
    options.threads?.reclaim()
    for host in members { host.close() }
  }

  deinit { close() }
}
