public import Functions
public import PythonRuntime
public import ThreadConfinement

/// How functions are run: by how many interpreters, what these may do, and where what they write goes.
///
/// One value that is handed down from whoever makes a ``UDFPool``, a ``ThreadedUDFInterpreter`` or a source of a
/// ``UDFRegistry`` to whatever runs the functions.
public struct HostOptions: Sendable {
  /// How many interpreters there may be, at least 1; nil for the number of cores, or of ``threads``. Always one where
  /// functions run in the main interpreter.
  public var interpreters: Int?
  /// Whether all of them are made at once. By default the first loads the source, and another one is made whenever a call
  /// waits while all there are run: a source that takes seconds to load does so once for a small piece of work.
  public var startsAll: Bool
  /// What each interpreter may do; full isolation by default.
  public var configuration: SubInterpreter.Configuration
  /// What the source may do to the machine, from its first line on.
  public var policy: InterpreterPolicy
  /// Where functions run, whatever the source says; nil for what its functions say (`@udf(placement=...)`), else
  /// ``blockPlacement``, else isolated interpreters, or worker processes where its packages need that.
  public var placement: Placement?
  /// Where functions run that do not say it themselves: what the source says in a block of comments. Nil for wherever they can.
  public var blockPlacement: Placement?
  /// How many worker processes there may be, at least 1, where functions run in these; nil for ``interpreters``.
  public var workers: Int?
  /// The program that is started as a worker process; nil to look for it: `CLUTCH_WORKER`, this program itself if it calls
  /// `runWorkerIfAsked()`, `clutch-worker` or `clutch` beside it, in `../libexec/clutch`, and on `PATH`.
  public var worker: String?
  /// How long a worker process may be idle before it ends; the next call starts another. Nil for as long as the pool is there.
  public var workerIdle: Duration?
  /// The packages that the source is loaded with; nil for those of the Python that runs.
  public var environment: UDFEnvironment?
  /// How long a source may take to load in one interpreter; nil for any time. One that does not stop then is given up a
  /// second later, but for one that a database's query loads on its own thread (``threads``), unless ``startsAll``.
  public var loadTimeout: Duration?
  /// Whether rows of functions that are plain enough are computed without Python, with the same results; on by default. A
  /// function may say otherwise with `@udf(vectorize=...)`.
  public var vectorizes: Bool
  /// How many calls may wait while all interpreters run; more fail with the code `busy`. Nil for any number.
  public var waitingLimit: Int?
  /// Where what the source prints, logs and warns of goes; the current logger by default.
  public var logging: UDFLogging
  /// Which CPython to start, if none runs yet.
  public var discovery: PythonDiscovery
  /// Threads that the interpreters live on, together with those of other sources; nil for threads of their own.
  ///
  /// A database that runs its queries on these threads calls the functions without a change of thread. A call that does not
  /// stop can then not be given up, because the thread is not the source's own: see ``UDFPool/observeHangs(with:)``.
  public var threads: ThreadGroup?
  /// What looks where the functions' time goes.
  package var profiler: FunctionProfiler?

  /// Options, each with its default unless given.
  public init(
    interpreters: Int? = nil, startsAll: Bool = false, configuration: SubInterpreter.Configuration = .isolated,
    policy: InterpreterPolicy = .guarded, placement: Placement? = nil, blockPlacement: Placement? = nil,
    workers: Int? = nil, worker: String? = nil, workerIdle: Duration? = nil, environment: UDFEnvironment? = nil,
    loadTimeout: Duration? = .seconds(120), waitingLimit: Int? = nil,
    logging: UDFLogging = UDFLogging(), discovery: PythonDiscovery = PythonDiscovery(), threads: ThreadGroup? = nil,
    vectorizes: Bool = true
  ) {
    self.interpreters = interpreters
    self.startsAll = startsAll
    self.configuration = configuration
    self.policy = policy
    self.placement = placement
    self.blockPlacement = blockPlacement
    self.workers = workers
    self.worker = worker
    self.workerIdle = workerIdle
    self.environment = environment
    self.loadTimeout = loadTimeout
    self.waitingLimit = waitingLimit
    self.logging = logging
    self.discovery = discovery
    self.threads = threads
    self.vectorizes = vectorizes
  }

  /// The same for one host, on a thread of its own, where functions run in the main interpreter: more would wait for its GIL,
  /// and a database's threads would for each other.
  var placed: HostOptions {
    placement == .main ? placed(in: .main) : self
  }

  /// The same for hosts in one place.
  func placed(in placement: Placement) -> HostOptions {
    var options = self
    options.placement = placement
    if placement == .main { (options.interpreters, options.threads) = (1, nil) }
    return options
  }
}
