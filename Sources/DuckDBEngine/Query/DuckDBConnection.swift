internal import CDuckDBABI
internal import Synchronization

/// A connection to a database.
///
/// The object can be shared between threads, but one thread uses it at a time: a second one that
/// runs SQL meanwhile, or a user-defined function that runs SQL on the connection that calls it,
/// gets an error with the code `connectionInUse` at once instead of waiting.
/// ``interrupt()`` and ``progress`` are for other threads and never wait.
public final class DuckDBConnection: @unchecked Sendable {
  // Sendable because the handle never changes, `isBusy` admits one user of it and of `openResult` at
  // a time, and DuckDB allows `interrupt` and `query_progress` at any time on an open connection.

  /// The database, kept open by its connections.
  public let database: DuckDBDatabase

  var functions: UnsafePointer<DuckDBFunctions> { database.library.functions }

  private let handle: duckdb_connection
  /// A call is under way: set by `withHandle` when it begins, cleared when it ends.
  private let isBusy = Mutex(false)
  private let interruption = Atomic(false)
  private let transaction = Atomic(false)
  private let queries = Mutex(Queries())
  private weak var openResult: ResultHandle?

  private struct Queries {
    /// The statement that is running only reads.
    var isRunning = false
    /// No statement that only reads is to run any more.
    var areStopped = false
    /// Told when the first of them is stopped.
    var onStop: (@Sendable () -> Void)?
  }

  init(database: DuckDBDatabase, handle: duckdb_connection) {
    self.database = database
    self.handle = handle
  }

  deinit {
    var handle: duckdb_connection? = handle
    functions.pointee.disconnect(&handle)
  }

  /// Parses SQL, which may hold several statements, and answers with an iteration that runs them one
  /// by one. Nothing has run when this returns.
  ///
  /// - Throws: `query` when the text cannot be parsed, `connectionInUse`.
  public func execute(_ sql: String) throws(DuckDBError) -> DuckDBStatements {
    interruption.store(false, ordering: .relaxed)
    return try DuckDBStatements(sql: sql, connection: self)
  }

  /// Runs every statement of `sql` and drops the rows.
  ///
  /// - Throws: as ``execute(_:)`` and ``DuckDBStatements/next()``.
  public func run(_ sql: String) throws(DuckDBError) {
    let statements = try execute(sql)
    while let result = try statements.next() { try result.drain() }
  }

  /// Stops the statement that is running, and the ones behind it in the same ``execute(_:)``. They
  /// end with an error with the code `interrupted`. Does nothing when nothing runs.
  ///
  /// Can be called from any thread; returns at once.
  public func interrupt() {
    interruption.store(true, ordering: .relaxed)
    functions.pointee.interrupt(handle)
  }

  /// Stops the statement that is running if it only reads, and every later one of that kind: nobody is there to see their
  /// rows. Statements with effects go on.
  ///
  /// Can be called from any thread; returns at once.
  ///
  /// - Parameter onStop: called when the first statement is stopped, before it fails.
  package func interruptQueries(onStop: @escaping @Sendable () -> Void) {
    let isRunning = queries.withLock { queries in
      queries.areStopped = true
      if queries.isRunning { functions.pointee.interrupt(handle) } else { queries.onStop = onStop }
      return queries.isRunning
    }
    if isRunning { onStop() }
  }

  /// How much of the running query is done, from 0 to 1, as far as DuckDB can tell; nil when
  /// nothing runs or the kind of query does not say.
  ///
  /// Can be read from any thread; never waits.
  public var progress: Double? {
    let percentage = functions.pointee.query_progress(handle).percentage
    return percentage >= 0 ? min(percentage / 100, 1) : nil
  }

  /// Gives the handle to one user at a time.
  func withHandle<Result>(
    _ body: (duckdb_connection) throws(DuckDBError) -> Result
  ) throws(DuckDBError) -> Result {
    let isFree = isBusy.withLock { isBusy in
      defer { isBusy = true }
      return !isBusy
    }
    guard isFree else {
      throw DuckDBError(
        .connectionInUse,
        "the connection is in use; use another connection for another thread, and run no SQL on a "
          + "connection from a function that it calls")
    }
    defer { isBusy.withLock { $0 = false } }
    return try database.run { () throws(DuckDBError) in try body(handle) }
  }

  /// Gives the handle to register functions, after closing the result that is open.
  ///
  /// Registering happens in the connection's transaction: between BEGIN and ROLLBACK it is undone.
  func withRegistrationHandle<Result>(
    _ body: (duckdb_connection) throws(DuckDBError) -> Result
  ) throws(DuckDBError) -> Result {
    // The transaction of a result that was not read to its end lasts until the next statement, and
    // then takes with it, without an error, what was registered meanwhile.
    try run("SELECT 1")
    return try withHandle(body)
  }

  /// Closes the result of the statement before, because DuckDB 2 refuses to run a statement while an
  /// earlier result is open, and older versions cut that result off. Call within `withHandle`.
  func beginStatement() {
    openResult?.close()
    openResult = nil
  }

  /// Remembers what the statement does that begins now. Call within `withHandle`.
  func noteStatement(isQuery: Bool) { queries.withLock { $0.isRunning = isQuery } }

  /// Whether statements are in a transaction of the user's, as far as their texts tell. Call within `withHandle`.
  var isInTransaction: Bool { transaction.load(ordering: .relaxed) }

  /// Remembers that a transaction begins, or is over. Call within `withHandle`.
  func noteTransaction(isBeginning: Bool) { transaction.store(isBeginning, ordering: .relaxed) }

  /// Remembers the result of the statement that has begun. Call within `withHandle`.
  func setOpenResult(_ result: ResultHandle) { openResult = result }

  /// DuckDB forgets an interruption when it begins a statement, so one that comes between two
  /// statements is remembered here.
  func checkInterruption() throws(DuckDBError) {
    let (isStopped, onStop) = queries.withLock { queries in
      let isStopped = queries.isRunning && queries.areStopped
      return (isStopped, isStopped ? queries.onStop.take() : nil)
    }
    onStop?()
    if isStopped || interruption.load(ordering: .relaxed) {
      throw DuckDBError(.interrupted, "INTERRUPT Error: Interrupted!")
    }
  }
}
