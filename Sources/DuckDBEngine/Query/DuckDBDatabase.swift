internal import CDuckDBABI
public import PythonUDF
internal import Synchronization

/// An open database: a file, or one in memory that goes away with it.
///
/// Can be used from any thread. Connections keep their database open; the file is closed when the
/// database and its last connection are gone.
public final class DuckDBDatabase: @unchecked Sendable {
  // Sendable because the handle never changes, and DuckDB guards a database with locks of its own.

  /// The library that the database was opened with.
  public let library: DuckDBLibrary

  private let handle: duckdb_database
  /// What runs the queries.
  private let place = Mutex(QueryPlace.own)
  /// The sources of the registered UDFs by name in lower case, as SQL compares names.
  private let functionNames = Mutex<[String: String]>([:])

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - path: the file, made if it does not exist; nil for a database in memory.
  ///   - library: the library to open it with.
  ///   - configuration: DuckDB's settings by name, such as `threads` or `memory_limit`.
  /// - Throws: `open`, with DuckDB's text.
  public init(
    path: String? = nil, library: DuckDBLibrary, configuration: [String: String] = [:]
  ) throws(DuckDBError) {
    let functions = library.functions
    var settings: duckdb_config?
    guard functions.pointee.create_config(&settings) == DuckDBSuccess, let settings else {
      throw DuckDBError(.open, "DuckDB has no memory for its settings")
    }
    var settingsToDestroy: duckdb_config? = settings
    defer { functions.pointee.destroy_config(&settingsToDestroy) }
    for (name, value) in configuration.sorted(by: { $0.key < $1.key }) {
      try name.refuseNUL()
      try value.refuseNUL()
      guard functions.pointee.set_config(settings, name, value) == DuckDBSuccess else {
        throw DuckDBError(.open, "DuckDB refuses the setting \(name) = \(value)")
      }
    }
    try path?.refuseNUL()
    var handle: duckdb_database?
    var message: UnsafeMutablePointer<CChar>?
    let status = functions.pointee.open_ext(path, &handle, settings, &message)
    let reason = functions.take(message)
    guard status == DuckDBSuccess, let handle else {
      throw DuckDBError(.open, reason ?? "cannot open \(path ?? "a database in memory")")
    }
    self.library = library
    self.handle = handle
  }

  deinit {
    if case .pool(let threads) = place.withLock({ $0 }) { threads.stop() }
    var handle: duckdb_database? = handle
    library.functions.pointee.close(&handle)
  }

  /// Refuses a name that DuckDB has already, if it has it from a UDF.
  func refuseRegistered(_ name: String, in provider: any FunctionProvider) throws(DuckDBError) {
    guard let other = functionNames.withLock({ $0[name.lowercased()] }) else { return }
    let own = provider.signatures.first { $0.name.lowercased() == name.lowercased() }
    throw DuckDBError(
      .query,
      "two UDFs are named \(own?.name ?? name), one of \(other) and one of \(provider.providerName): rename one (SQL does "
        + "not tell upper from lower case)")
  }

  func noteRegistered(_ signature: UDFSignature, of provider: any FunctionProvider) {
    functionNames.withLock { $0[signature.name.lowercased()] = provider.providerName }
  }

  /// Runs all queries of this database on the threads of a pool's interpreters from now on.
  ///
  /// The pool's UDFs are then called without a change of thread, which for short functions costs as much as the calls: see
  /// `docs/benchmarks.md`. The price is that the pool serves this database only, and that one call into the database is
  /// made at a time, whatever connection it comes from. Leave DuckDB's setting `threads` as it is from then on.
  ///
  /// - Parameter pool: its number of interpreters becomes the database's number of threads. Closing it gives the queries
  ///   back to the threads that make them.
  /// - Throws: `query` when the pool has been closed or serves another database, this one has a pool already or is about
  ///   to get one, or its settings are locked. The database is then as it was before.
  public func runQueries(on pool: UDFPool) throws(DuckDBError) {
    let isFree = place.withLock { place in
      guard case .own = place else { return false }
      place = .reserved
      return true
    }
    guard isFree else {
      throw DuckDBError(.query, "the queries of this database run on the threads of a pool already")
    }
    do throws(DuckDBError) {
      let threads = try takeThreads(of: pool)
      place.withLock { $0 = .pool(threads) }
    } catch {
      place.withLock { $0 = .own }
      throw error
    }
  }

  /// Settings first, because a pool that has given its threads away does not take them back.
  private func takeThreads(of pool: UDFPool) throws(DuckDBError) -> QueryThreads {
    let count = pool.interpreterCount
    let connection = try connect()
    let before = try connection.threadSettings()
    do throws(DuckDBError) {
      try connection.run("SET threads = \(count); SET external_threads = \(count)")
      return try QueryThreads(of: pool, for: handle, library.functions)
    } catch {
      // With external threads that never come, the database would run everything on the thread that asks for it.
      try? connection.run("SET external_threads = \(before.external); SET threads = \(before.all)")
      throw error
    }
  }

  /// Makes a call into the database, on the threads that its queries run on.
  func run<Value>(_ body: () throws(DuckDBError) -> Value) throws(DuckDBError) -> Value {
    if case .pool(let threads) = place.withLock({ $0 }), let value = try threads.run(body) { return value }
    return try body()
  }

  /// Opens a connection. Each has its own transactions, settings and temporary tables.
  ///
  /// - Throws: `open`.
  public func connect() throws(DuckDBError) -> DuckDBConnection {
    var connection: duckdb_connection?
    guard library.functions.pointee.connect(handle, &connection) == DuckDBSuccess, let connection else {
      throw DuckDBError(.open, "cannot connect to the database")
    }
    let result = DuckDBConnection(database: self, handle: connection)
    // Without the first setting DuckDB does not track progress, and without the second it draws a
    // bar of its own on standard output.
    try result.run("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    return result
  }
}

/// What runs the queries of a database.
private enum QueryPlace {
  /// Threads of DuckDB's, together with the one that makes the call.
  case own
  /// The same, while a pool gives its threads; → `own` or `pool`.
  case reserved
  /// The threads of a pool, for good.
  case pool(QueryThreads)
}

extension DuckDBConnection {
  /// The database's number of threads, and how many of them are not DuckDB's.
  fileprivate func threadSettings() throws(DuckDBError) -> (all: SQLValue, external: SQLValue) {
    let names = ["threads", "external_threads"].map { "current_setting('\($0)')" }
    guard let rows = try execute("SELECT \(names.joined(separator: ", "))").next()?.nextRows(), rows.count == 1 else {
      throw DuckDBError(.query, "DuckDB does not tell its number of threads")
    }
    return (rows[0, 0], rows[0, 1])
  }
}
