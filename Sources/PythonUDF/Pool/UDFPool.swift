import Functions
import PythonFunctions
public import PythonRuntime
import Synchronization
import ThreadConfinement

/// The UDFs of one source on several interpreters, each with its own GIL.
///
/// Batches run in parallel, one per interpreter; a caller waits, without spinning, while all are busy. All members may
/// be used from any thread and any task.
public final class UDFPool: FunctionProvider, AtOnceProvider {
  /// The signatures of the functions, in the order of the source.
  public let signatures: [UDFSignature]
  /// What was loaded.
  public let source: UDFSource
  /// What messages call it: the source's name.
  public var name: String { source.name }
  /// How it is run.
  public let options: HostOptions

  let hosts: HostSet
  /// Those that table functions run on where `hosts` live on the threads of a database: their rows are drawn on one
  /// interpreter after the other queries' threads have moved on, so these have threads of their own. Nil until needed.
  private let apart = Mutex<HostSet?>(nil)
  /// For each signature how many rows may be under way in all interpreters together, where there is a limit and there may be
  /// more than one interpreter.
  let concurrentPlaces: [ConcurrentPlaces?]
  /// For each signature how long its batches take, where some may run on their callers' threads.
  let meters: [CallMeter?]
  let failures = FailureLog()
  let telemetry: Telemetry

  /// Loads a source and blocks until it can be called.
  ///
  /// - Parameters:
  ///   - source: the file or text.
  ///   - options: how its functions are run.
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`.
  public convenience init(_ source: UDFSource, _ options: HostOptions = HostOptions()) throws {
    try self.init(source, options, Telemetry(source.name, options.logging))
  }

  /// Makes a pool as `init` does; the calling task is suspended and blocks no thread. Cancelling it stops the loading.
  ///
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`; `CancellationError`.
  public static func make(_ source: UDFSource, _ options: HostOptions = HostOptions()) async throws -> UDFPool {
    // Made here, where the calling task's own collectors are known.
    try await make(source, options, Telemetry(source.name, options.logging))
  }

  static func make(_ source: UDFSource, _ given: HostOptions, _ telemetry: Telemetry) async throws -> UDFPool {
    let options = given.placed
    let hosts = try HostSet(source, options, telemetry)
    let call = CallContext(loading: source.name, timeout: options.loadTimeout)
    let loaded = try await call.outcome { hosts.loadFirst(call) }
    let pool = UDFPool(hosts, loaded, source, options, telemetry)
    if options.startsAll { try await onThreadOfItsOwn { try pool.startAll() } }
    return pool
  }

  convenience init(_ source: UDFSource, _ given: HostOptions, _ telemetry: Telemetry) throws {
    let options = given.placed
    let hosts = try HostSet(source, options, telemetry)
    let call = CallContext(loading: source.name, timeout: options.loadTimeout)
    let loaded = try call.outcomeAndWait { hosts.loadFirst(call) }
    self.init(hosts, loaded, source, options, telemetry)
    if options.startsAll { try startAll() }
  }

  private init(
    _ hosts: HostSet, _ loaded: StepResult, _ source: UDFSource, _ options: HostOptions, _ telemetry: Telemetry
  ) {
    if case .loaded(let signatures) = loaded { self.signatures = signatures } else { signatures = [] }
    concurrentPlaces = signatures.map { hosts.limit > 1 ? $0.concurrency.map(ConcurrentPlaces.init) : nil }
    meters = signatures.map { $0.mayRunAtOnce && options.threads == nil ? CallMeter() : nil }
    self.hosts = hosts
    self.source = source
    self.options = options
    self.telemetry = telemetry
    telemetry.metrics?.note(hosts.memoryUsage)
  }

  private func startAll() throws {
    do { try hosts.startAll() } catch {
      close()
      throw error
    }
    telemetry.metrics?.note(memoryUsage)
  }

  /// The hosts that table functions run on.
  ///
  /// - Throws: `PythonRuntimeError` when the system makes no thread.
  var tableHosts: HostSet {
    get throws {
      guard hosts.threads != nil else { return hosts }
      return try apart.withLock { apart in
        if let apart { return apart }
        var own = options
        (own.threads, own.interpreters, own.placement) = (nil, hosts.limit, hosts.placement?.place)
        let made = try HostSet(source, own, telemetry)
        apart = made
        return made
      }
    }
  }

  private var hostSets: [HostSet] { [hosts] + [apart.withLock { $0 }].compactMap { $0 } }
  private var allHosts: [any FunctionHost] { hostSets.flatMap(\.all) }

  // MARK: What it is doing

  /// Where the functions run.
  public var placement: Placement { hosts.placement?.place ?? .interpreter }

  /// Why they run there, in words; nil where the options said so.
  public var placementReason: String? { hosts.placement?.reason }

  /// How much memory each interpreter takes, in the order they were made; also after `close`.
  public var memoryUsage: [MemoryUsage] { hostSets.flatMap(\.memoryUsage) }

  /// How many interpreters there are now, without those that were given up; more are made when calls wait.
  public var interpreterCount: Int { hostSets.reduce(0) { $0 + $1.loadedCount } }

  /// How many interpreters were given up, because a call did not stop when it had to.
  public var abandonedInterpreterCount: Int { hostSets.reduce(0) { $0 + $1.abandonedCount } }

  /// What each interpreter is doing now: the frames of its Python code, innermost first. Empty for one that is idle, nil
  /// for one that is in a call into C that keeps the GIL.
  ///
  /// Takes each interpreter's GIL for a moment, and waits at most 0.2 s for it.
  public func stacks() -> [[PythonError.Frame]?] { allHosts.map { $0.frames() } }

  /// What the policy has denied in all interpreters so far.
  public var denials: PolicyDenials { allHosts.reduce(PolicyDenials()) { $0.joined(with: $1.denials) } }

  /// What the functions print, log and warn of from now on, and what their policy denies; ends when the pool does.
  ///
  /// It is also logged, and limited to as many messages: see ``UDFLogging``. Each call gives a sequence of its own.
  ///
  /// - Parameter limit: how many messages wait for a consumer that is slower than the functions; older ones go.
  public func logRecords(bufferingNewest limit: Int = 1_000) -> AsyncStream<UDFLogRecord> {
    telemetry.log.records(bufferingNewest: limit)
  }

  /// Logs how many messages of each function were left out, as `close` does.
  package func settleLog() {
    for host in allHosts { host.settleOutput() }
    telemetry.log.settle()
  }

  /// The functions of which rows failed without failing their batch, since the pool was made.
  public var failureSummaries: [UDFFailureSummary] { failures.summaries }

  /// Hands every row that fails from now on to an observer, with its arguments, in every mode.
  ///
  /// - Parameter observer: called on the interpreters' threads while they wait; nil for nobody.
  public func observeFailures(with observer: (@Sendable (UDFRowFailure) -> Void)?) {
    failures.observe(with: observer)
  }

  /// Hands over the error of code that does not stop when it is told to, where the waiting for it cannot be ended: the
  /// loading of another interpreter, or a call, on the thread of a database's query. Nothing in the process can end that
  /// query then, nor close its database; all that is left is to end the process. Without an observer nobody is told, and the
  /// query waits for as long as the code takes.
  ///
  /// No loading ends so in a pool with ``HostOptions/startsAll``: its interpreters are loaded while their threads can still
  /// be given up, and one that hangs is an error of ``init(_:_:)`` within ``HostOptions/loadTimeout`` and a second.
  ///
  /// - Parameter observer: called on another thread, a second after the code was to stop; nil for nobody.
  public func observeHangs(with observer: (@Sendable (any Error) -> Void)?) { hosts.hangs.observe(with: observer) }

  // MARK: The end

  /// Stops the calls that are under way, also in the middle of a row; they throw `interrupted`. Later calls run as usual.
  ///
  /// Returns at once.
  public func interrupt() { for host in allHosts { host.stop(.interrupted) } }

  /// Lets calls under way finish, ends every interpreter and joins its thread. Later calls throw `closed`.
  ///
  /// Blocks until all have ended. Dropping the last reference does the same.
  public func close() {
    for set in hostSets { set.close() }
    telemetry.close()
  }

  /// Does what `close` does if code of the source's runs then, for a process that ends next and frees everything anyway.
  package func closeIfNeeded() {
    if allHosts.contains(where: \.hasWorkAtEnd) { close() }
  }

  /// Does what `close` does; the calling task is suspended and blocks no thread.
  public func closeAsync() async {
    // Without a thread to wait on the interpreters still end, when the last reference goes.
    try? await onThreadOfItsOwn { self.close() }
  }
}
