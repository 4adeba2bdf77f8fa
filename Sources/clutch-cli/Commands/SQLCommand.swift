public import ArgumentParser
public import Clutch
import DuckDBEngine

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
  @OptionGroup var duckdb: DuckDBOptions
  @Argument(help: "The SQL; - reads it from standard input.") var query: String?

  func validate() throws {
    guard (query == nil) != (file == nil) else {
      throw ValidationError("Give the SQL either as an argument (- for standard input) or with -f FILE.sql.")
    }
  }

  func run() throws { try Signals.handled { signals in try run(signals) } }

  private func run(_ signals: Signals) throws {
    let sql = try SQLText.read(query, file: file)
    let sources = try functions.loading.sources(functions.udf)
    let installation = try choosePython(isNeeded: !sources.isEmpty)
    let library = try duckdb.load(installation)
    let functions = try self.functions.load(sources)
    defer { functions.report() }
    let connection = try DuckDBDatabase(
      path: database, library: library, configuration: ["threads": "\(self.functions.threadCount)"]
    ).connect()
    try functions.register(on: connection)
    functions.watch(signals)
    try SQLSession(connection, functions, signals).run(sql, format: format, output: output)
    try functions.check()
  }

  /// Without UDFs Python is not started; only its packages are looked through for a DuckDB.
  private func choosePython(isNeeded: Bool) throws -> PythonInstallation? {
    let python = functions.loading.python
    if isNeeded || python.python != nil { return try python.start() }
    if let path = duckdb.duckdb, !DuckDBLibrary.needsPython(path) { return nil }
    return PythonDiscovery.choose(from: python.discovery.search())
  }
}

extension TabularFormat: ExpressibleByArgument {}
