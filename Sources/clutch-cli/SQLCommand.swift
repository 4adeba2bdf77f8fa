public import ArgumentParser
public import Clutch
import DuckDBEngine
import Foundation

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

  /// How rows are printed.
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json, jsonl }

  @Option(
    help: ArgumentHelp("A file of Python functions marked with @udf. May be given several times.", valueName: "file"))
  var udf: [String] = []
  @OptionGroup var declared: DeclaredFunctions
  @OptionGroup var policy: PolicyOptions
  @OptionGroup var starting: ThreadOptions
  @OptionGroup var log: LogOptions
  @Option(
    help: ArgumentHelp(
      "What a row does whose function fails: raise (the query fails), null, or collect (a struct of value and error).",
      discussion: "Default: what @udf(on_error=...) of the function says, which is raise."))
  var onError: UDFErrorMode?
  @Option(
    help: ArgumentHelp(
      "How many seconds a function may take for one row; then the query fails.",
      discussion: "Default: what @udf(timeout=...) of the function says, which is any time.", valueName: "seconds"))
  var udfTimeout: Double?
  @Option(
    help: ArgumentHelp("Append every row that fails to this file, as JSON lines with the arguments.", valueName: "file")
  )
  var deadLetters: String?
  @Option(help: ArgumentHelp("The database; it is made if there is none. Default: in memory.", valueName: "file"))
  var database: String?
  @Option(help: "Threads of the database, and Python interpreters per UDF file. Default: the number of cores.")
  var threads: Int?
  @Option(
    help: ArgumentHelp(
      "How much memory each Python interpreter may take, such as 256MB or 1GiB; a function that needs more fails.",
      discussion: "A lower limit that a file's @udf(memory=...) declares holds all the same.", valueName: "size"),
    transform: memorySize)
  var udfMemory: Int?
  @Option(help: "How rows are printed. A table shows at most 40 rows; the other formats all of them.")
  var format = Format.table
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write rows to this file, which appears when everything has succeeded.", valueName: "file"))
  var output: String?
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("Read the SQL from this file.", valueName: "file.sql"))
  var file: String?
  @OptionGroup var python: PythonOptions
  @OptionGroup var duckdb: DuckDBOptions
  @Argument(help: "The SQL; - reads it from standard input.") var query: String?

  func validate() throws {
    guard (query == nil) != (file == nil) else {
      throw ValidationError("Give the SQL either as an argument (- for standard input) or with -f FILE.sql.")
    }
    if let udfTimeout, !(udfTimeout > 0 && udfTimeout < 1e9) {
      throw ValidationError("--udf-timeout takes a number of seconds above 0.")
    }
    if let threads, threads < 1 { throw ValidationError("--threads takes a number of at least 1.") }
  }

  func run() throws {
    OutputSink.ignoreClosedPipeSignal()
    let session = SQLSession()
    session.watchInterrupts()
    session.watchStackRequests()
    do {
      try run(in: session)
    } catch {
      guard session.wasInterrupted else { throw error }
      complain("interrupted")
      throw ExitCode(130)
    }
  }

  private func run(in session: SQLSession) throws {
    let sql = try readSQL()
    let sources = try declared.sources(udf)
    let installation = try choosePython(isNeeded: !sources.isEmpty)
    let library = try duckdb.load(installation)
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    // Where functions have timeouts each file has threads of its own: one that the database shares could not be left when
    // it hangs in a function.
    let group = udf.isEmpty || udfTimeout != nil ? nil : try ThreadGroup(count: threads, name: "udf")
    let options = HostOptions(
      interpreters: threads, configuration: starting.allow(in: .isolated(memoryLimit: udfMemory)), logging: log.logging, threads: group)
    let pools = try pools(sources, options)
    let connection = try DuckDBDatabase(
      path: database, library: library, configuration: ["threads": "\(threads)"]
    ).connect()
    let timeouts = UDFTimeouts(row: udfTimeout.map { .seconds($0) })
    for pool in pools { try connection.register(pool, onError: onError, timeouts: timeouts) }
    if let group, pools.contains(where: { $0.options.threads != nil }) { try connection.database.runQueries(on: group) }
    let letters = try deadLetters.map { try DeadLetters(path: $0) }
    if let letters { for pool in pools { pool.observeFailures { letters.write($0) } } }
    defer {
      for pool in pools { pool.settleLog() }
      reportFailures(of: pools)
      reportDenials(of: pools)
    }
    try session.run(sql, on: connection, pools: pools, format: format, output: output)
    try letters?.check()
  }

  /// The functions of each file, called on the database's threads unless one has a timeout of its own.
  private func pools(_ sources: [UDFSource], _ options: HostOptions) throws -> [UDFPool] {
    try zip(sources, policy.chosen(for: udf)).map { source, policy in
      var options = options
      options.policy = policy
      let pool = try UDFPool(source, options)
      guard options.threads != nil, pool.signatures.contains(where: { !$0.timeouts.isEmpty }) else { return pool }
      pool.close()
      options.threads = nil
      return try UDFPool(source, options)
    }
  }

  private func readSQL() throws -> String {
    if let file {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandError("The SQL file \(file) does not exist or cannot be read.")
      }
      return try text(data, of: "The SQL file \(file)")
    }
    guard let query, query != "-" else {
      let data: Data?
      do { data = try FileHandle.standardInput.readToEnd() } catch {
        throw CommandError("The SQL cannot be read from standard input: it is closed, or a folder.")
      }
      return try text(data ?? Data(), of: "The SQL on standard input")
    }
    return query
  }

  private func text(_ data: Data, of source: String) throws -> String {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw CommandError("\(source) is not UTF-8 text.")
    }
    return text
  }

  /// Without UDFs Python is not started; only its packages are looked through for a DuckDB.
  private func choosePython(isNeeded: Bool) throws -> PythonInstallation? {
    if isNeeded || python.python != nil { return try python.start() }
    if let path = duckdb.duckdb, !DuckDBLibrary.needsPython(path) { return nil }
    return PythonDiscovery.choose(from: python.discovery.search())
  }
}

extension UDFErrorMode: ExpressibleByArgument {}
