import Clutch
import DuckDBEngine
import Environments
import Shell
import Synchronization

/// The tool, as a shell sees it: options, messages and signals.
final class TerminalShellHost: ShellHost {
  private let options: FunctionOptions
  private let duckdb: DuckDBOptions
  private let signals: Signals
  private let letters: DeadLetters?
  private let library: DuckDBLibrary
  private let installation: PythonInstallation?
  private var hasStarted = false
  /// Those whose stacks SIGUSR1 shows.
  private let shown = Shown()

  /// The pools of the files, each as it was loaded last. Any thread.
  private final class Shown: Sendable {
    private let pools = Mutex<[String: UDFPool]>([:])
    func set(_ pool: UDFPool) { pools.withLock { $0[pool.name] = pool } }
    var all: [UDFPool] { pools.withLock { pools in pools.keys.sorted().compactMap { pools[$0] } } }
  }

  /// Finds DuckDB. Python is looked for, but not started before there is a file of functions.
  init(_ options: FunctionOptions, _ duckdb: DuckDBOptions, _ signals: Signals) throws {
    self.options = options
    self.duckdb = duckdb
    self.signals = signals
    let sources = try options.loading.sources(options.udf)
    if !sources.isEmpty || options.loading.python.python != nil {
      installation = try options.loading.startPython(for: sources)
      hasStarted = true
    } else {
      installation = PythonDiscovery.choose(from: options.loading.python.discovery.search())
    }
    library = try duckdb.load(installation)
    letters = try options.deadLetters.map { try DeadLetters(path: $0) }
    signals.show { [shown] in reportStacks(of: shown.all) }
    if let letters { signals.tidy { letters.seal() } }
  }

  var errorMode: UDFErrorMode? { options.onError }
  var timeouts: UDFTimeouts { UDFTimeouts(row: options.udfTimeout) }

  var greeting: String {
    let python = installation.map { " and Python \($0.version)" } ?? ""
    return "Clutch with DuckDB \(library.version)\(python)\n"
      + "A statement ends with a semicolon. .help shows the commands."
  }

  func open(_ path: String?) throws -> DuckDBConnection {
    try DuckDBDatabase(
      path: path, library: library, configuration: ["threads": "\(options.threadCount)"]
    ).connect()
  }

  func prepare(_ file: String, among files: [String]) throws -> (source: UDFSource, options: HostOptions) {
    let source = try UDFSource(file: file)
    let declared = options.udf.contains(file) ? try options.loading.sources(options.udf).first { $0.name == file } : nil
    let chosen = declared ?? source
    if !hasStarted {
      _ = try options.loading.startPython(for: [chosen])
      hasStarted = true
    }
    // Of its own threads a file can be loaded anew, and what hangs in one can be left.
    var run = options.loading.options(interpreters: options.threadCount)
    let files = allFiles(with: files)
    let policies = try options.loading.policy.chosen(for: files)
    run.policy = zip(files, policies).first { $0.0 == file }?.1 ?? .guarded
    run.environment = try options.loading.packages.environment(
      for: chosen, among: files, options.loading.python.discovery)
    try options.loading.place(&run, for: chosen)
    return (chosen, run)
  }

  /// The files that there are or, as far as options name them, may come.
  private func allFiles(with files: [String]) -> [String] {
    let named = (options.loading.policy.policy + options.loading.packages.environments).compactMap { option in
      option.lastIndex(of: "=").map { String(option[..<$0]) }
    }
    var seen: Set<String> = []
    return (files + options.udf + named).filter { seen.insert($0).inserted }
  }

  func observe(_ pool: UDFPool) {
    shown.set(pool)
    pool.observeHangs { [signals] in signals.end(with: $0) }
    if let letters { pool.observeFailures { letters.write($0) } }
  }

  func say(_ lines: String) { StandardError.write(lines) }

  func showProgress(of connection: DuckDBConnection) -> (any ShellProgress)? { ProgressBar(of: connection) }

  func setSignals(_ handlers: ShellSignals) {
    signals.interrupt(with: handlers.interrupt)
    signals.stop(with: handlers.end)
  }

  /// Ends the functions that have something to do then, and says what became of the calls.
  func end(_ pools: [UDFPool]) {
    signals.stop(with: nil)
    signals.interrupt(with: nil)
    for pool in pools { pool.closeIfNeeded() }
    for pool in pools { pool.settleLog() }
    reportFailures(of: pools)
    reportDenials(of: pools)
  }

  /// - Throws: `CommandError` when not all rows that failed could be written.
  func check() throws { try letters?.check() }
}
