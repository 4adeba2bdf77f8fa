import HostSupport
internal import CDuckDBABI
import Functions
internal import Synchronization
public import Tabular
public import ThreadConfinement

/// An open database: a file, or one in memory that goes away with it.
///
/// Can be used from any thread. Connections keep their database open; the file is closed when the
/// database and its last connection are gone.
public final class DuckDBDatabase: @unchecked Sendable {
  // Sendable because the handle never changes, and DuckDB guards a database with locks of its own.

  /// The library that the database was opened with.
  public let library: DuckDBLibrary

  private let handle: duckdb_database
  /// Its file and the log beside it, which a function could take the locks from.
  private let protectedFiles: [ProtectedFile]
  /// The threads that run the queries, if they are not DuckDB's own.
  private let threads = Mutex<QueryThreads?>(nil)
  /// Whether it has such threads, or somebody is giving it some.
  private let isLending = Mutex(false)
  /// The sources and the kinds of the registered UDFs by name in lower case, as SQL compares names.
  private let functionNames = Mutex<[String: (source: String, kind: FunctionKind)]>([:])
  /// The registered functions, by the same names.
  private let functionSets = Mutex<[String: FunctionSet]>([:])
  private let timeZones = Mutex(TimeZoneOffsets())
  /// The statements that are running.
  let statements = StatementLog()
  /// The aggregate functions that were registered.
  private let aggregates = Mutex<[AggregateFunction]>([])

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
    let file = path.flatMap { $0.isEmpty || $0.hasPrefix(":memory:") ? nil : $0 }
    protectedFiles = file.map { [ProtectedFile($0), ProtectedFile($0 + ".wal")] } ?? []
  }

  deinit {
    threads.withLock { $0 }?.stop()
    var handle: duckdb_database? = handle
    library.functions.pointee.close(&handle)
  }

  /// The source of the UDF that has a name; nil for a name that DuckDB has itself.
  func source(ofFunction name: String) -> String? { functionNames.withLock { $0[name.lowercased()]?.source } }

  /// The kind of the UDF that has a name.
  func kind(ofFunction name: String) -> FunctionKind? { functionNames.withLock { $0[name.lowercased()]?.kind } }

  func noteRegistered(_ set: FunctionSet, of provider: any FunctionProvider) {
    noteRegistered(set.name, of: provider)
    functionSets.withLock { $0[set.name.lowercased()] = set }
  }

  func noteRegistered(_ set: AggregateSet, of provider: any FunctionProvider) {
    noteRegistered(set.name, of: provider)
    aggregates.withLock { $0 += set.functions }
  }

  private func noteRegistered(_ name: String, of provider: any FunctionProvider) {
    let name = name.lowercased()
    let kind = provider.signatures.first { $0.name.lowercased() == name }?.kind ?? .rows
    functionNames.withLock { $0[name] = (provider.name, kind) }
  }

  /// How many states of aggregate functions there are.
  package var aggregateStateCount: Int { aggregates.withLock { $0.reduce(0) { $0 + $1.store.count } } }

  /// Whether functions have been registered.
  var hasFunctions: Bool { functionSets.withLock { !$0.isEmpty } }

  /// The registered functions of some names.
  func functionSets(named names: [String]) -> [FunctionSet] {
    functionSets.withLock { sets in Set(names.map { $0.lowercased() }).sorted().compactMap { sets[$0] } }
  }

  /// For callbacks, which come from the database while it is open.
  var callbackHandle: DatabaseHandle { DatabaseHandle(pointer: handle) }

  /// Runs all queries of this database on some threads from now on, on which interpreters live.
  ///
  /// Functions of pools that were made with these threads are then called without a change of thread, which for short
  /// functions costs as much as the calls: see `docs/benchmarks.md`. The price is that the pools serve this database only,
  /// and that one call into the database is made at a time, whatever connection it comes from. Leave DuckDB's setting
  /// `threads` as it is from then on.
  ///
  /// What hangs in Python on one of these threads cannot be left, since DuckDB stands there too: the query waits for it, and
  /// so does whoever closes the database. That holds for calls, and for the loading of an interpreter that a query makes
  /// beside the first, `loadTimeout` or not. With `HostOptions.startsAll` all are loaded before the threads are lent, and
  /// one that hangs is the pool's error within that time. `UDFPool.observeHangs(with:)` tells of all others.
  ///
  /// - Parameter group: its number of threads becomes the database's. Closing a pool on them gives the queries back to one
  ///   of the threads alone.
  /// - Throws: `query` when another database has the threads, or this one has some already.
  public func runQueries(on group: ThreadGroup) throws(DuckDBError) {
    // The place is taken first, so that two callers cannot both go on; nothing of the database has changed when it is
    // refused.
    guard
      isLending.withLock({ isLending in
        defer { isLending = true }
        return !isLending
      })
    else {
      throw DuckDBError(.query, "the queries of this database run on threads of its own already")
    }
    do throws(DuckDBError) {
      let new = try QueryThreads(group, for: handle, library.functions)
      do throws(DuckDBError) { try setThreads(group.count) } catch {
        new.stop()
        throw error
      }
      threads.withLock { $0 = new }
    } catch {
      isLending.withLock { $0 = false }
      throw error
    }
  }

  /// Tells the database that all of its threads are a host's, or changes nothing.
  private func setThreads(_ count: Int) throws(DuckDBError) {
    let connection = try connect()
    let names = ["threads", "external_threads"].map { "current_setting('\($0)')" }
    let before = try connection.execute("SELECT \(names.joined(separator: ", "))").next()?.nextRows()
    do throws(DuckDBError) { try connection.run("SET threads = \(count); SET external_threads = \(count)") } catch {
      // With external threads that never come, the database would run everything on the thread that asks for it.
      if let before, before.count == 1 {
        try? connection.run("SET external_threads = \(before[0, 1]); SET threads = \(before[0, 0])")
      }
      throw error
    }
  }

  /// Makes a call into the database, on the threads that its queries run on.
  func run<Value>(_ body: () throws(DuckDBError) -> Value) throws(DuckDBError) -> Value {
    if let threads = threads.withLock({ $0 }), let value = try threads.run(body) { return value }
    return try body()
  }

  /// A stretch of time around a moment in which the clocks of a time zone keep one distance from UTC, as DuckDB has it.
  ///
  /// For the texts of a result: `TabularFormat.writer(to:timeZones:)` takes this method. The first moment in each 34 years
  /// of a time zone costs some milliseconds, because DuckDB is asked for all changes in them; the answers are kept.
  ///
  /// - Parameters:
  ///   - timeZone: a name of DuckDB's function `pg_timezone_names()`, such as `Asia/Tokyo`.
  ///   - seconds: since 1970-01-01 00:00 UTC.
  /// - Throws: `query` for a time zone that DuckDB does not know.
  public func timeZoneSpan(_ timeZone: String, at seconds: Int64) throws(DuckDBError) -> TimeZoneSpan {
    if let span = timeZones.withLock({ $0.span(timeZone, at: seconds) }) { return span }
    let found = try TimeZoneOffsets.spans(of: timeZone, around: seconds, on: connect())
    return timeZones.withLock { $0.add(found, of: timeZone, at: seconds) }
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
