public import ArgumentParser
public import Clutch
import DuckDBEngine
import Environments
import Shell

/// `clutch sql`: SQL over files, with Python functions.
struct SQLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql", abstract: "Run SQL over files, calling the Python functions of UDF files.",
    discussion: """
      Reads and writes what DuckDB does: read_csv, read_parquet, read_json, COPY ... TO 'file.parquet'. Several \
      statements run in order; those that give rows print them.

      Example:
        clutch sql --udf delays.py "SELECT avg(delay_score(dep, arr)) FROM 'flights.csv'"
      """)

  @OptionGroup var functions: FunctionOptions
  @Option(help: ArgumentHelp("The database; it is made if there is none. Default: in memory.", valueName: "file"))
  var database: String?
  @Option(help: "How rows are printed. A table shows at most 40 rows; the other formats all of them.")
  var format = TabularFormat.table
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write rows to this file, which appears when everything has succeeded.", valueName: "file"))
  var output: String?
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("Read the SQL from this file.", valueName: "file.sql"))
  var file: String?
  @Flag(
    help: "Show what each function has done on standard error: rows, calls, seconds in Python, errors, nulls, memory.")
  var stats = false
  @Option(
    defaultAsFlag: "",
    help: ArgumentHelp(
      """
      Show where the time of each function goes on standard error: in Python, with the hottest lines of the file, for \
      arguments and results, and waiting. With a file, write it there for speedscope, too.
      """, valueName: "file.json"))
  var profile: String?
  @OptionGroup var duckdb: DuckDBOptions
  @Argument(help: "The SQL; - reads it from standard input.") var query: String?

  mutating func validate() throws {
    // What stands after it is the query when it is no file for it.
    if let value = profile, !value.isEmpty, !value.lowercased().hasSuffix(".json") {
      guard query == nil, file == nil else {
        throw ValidationError("--profile writes a file whose name ends with .json, not '\(value)'.")
      }
      (profile, query) = ("", value)
    }
    guard (query == nil) != (file == nil) else {
      throw ValidationError("Give the SQL either as an argument (- for standard input) or with -f FILE.sql.")
    }
  }

  func run() throws { try Signals.handled { signals in try run(signals) } }

  private func run(_ signals: Signals) throws {
    signals.tidy { RunningPrograms.end() }
    let sql = try SQLText.read(query, file: file)
    let sources = try functions.loading.sources(functions.udf)
    let library = try loadLibrary(for: sources)
    // Neither waits for the other. But a database is not made in a file for functions that do not load.
    let opening = database == nil && !sources.isEmpty ? Meanwhile { try openFresh(library) } : nil
    defer { opening?.wait() }
    let report = try RunReport(stats: stats, profile: profile, signals)
    let load = {
      try self.functions.load(sources, profiler: report.profiler) { providers in
        let (connection, names) = try opening?.value() ?? openFresh(library)
        return try connection.registrationProblems(of: providers, onError: self.functions.onError, beside: names)
      }
    }
    let functions = try report.counting(load)
    defer {
      functions.end()
      report.show(functions.pools)
    }
    let (connection, names) = try opening?.value() ?? (open(library, database), nil)
    try functions.register(on: connection, beside: names)
    functions.watch(signals)
    try SQLSession(connection, functions, signals).run(sql, format: format, output: output)
    try report.writeProfile(of: sql)
    try functions.check()
  }

  /// Loads DuckDB's library, and meanwhile starts Python where that is needed.
  private func loadLibrary(for sources: [UDFSource]) throws -> DuckDBLibrary {
    var loading: Meanwhile<DuckDBLibrary>?
    defer { loading?.wait() }
    let installation = try choosePython(for: sources) { installation in
      loading = Meanwhile { try duckdb.load(installation) }
    }
    return try loading?.value() ?? duckdb.load(installation)
  }

  /// Opens a database in memory, and asks it what functions it has.
  private func openFresh(_ library: DuckDBLibrary) throws -> (DuckDBConnection, FunctionNames?) {
    let connection = try open(library, nil)
    return (connection, try FunctionNames(ofFresh: connection))
  }

  private func open(_ library: DuckDBLibrary, _ path: String?) throws -> DuckDBConnection {
    try DuckDBDatabase(
      path: path, library: library, configuration: ["threads": "\(functions.threadCount)"]
    ).connect()
  }

  /// Without UDFs Python is not started; only its packages are looked through for a DuckDB.
  ///
  /// - Parameter willStart: called before it is started, when the installation is known.
  private func choosePython(
    for sources: [UDFSource], willStart: (PythonInstallation) -> Void
  ) throws -> PythonInstallation? {
    let python = functions.loading.python
    if !sources.isEmpty || python.python != nil {
      return try functions.loading.startPython(for: sources, willStart: willStart)
    }
    if let path = duckdb.duckdb, !DuckDBLibrary.needsPython(path) { return nil }
    return PythonDiscovery.choose(from: python.discovery.search())
  }
}

extension TabularFormat: ExpressibleByArgument {}
