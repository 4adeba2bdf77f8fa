internal import CDuckDBABI
import Dispatch
import PythonUDF
import ThreadConfinement

/// Runs a database's work on the threads of a pool's interpreters, so that a UDF is called without a change of thread.
///
/// DuckDB cuts a query into tasks, and lets a host run them on threads of its own instead of those it would start. The
/// first thread makes every call into the database, and during a call the others work off tasks; one that is in the
/// middle of a task when the call returns finishes it, as a thread of DuckDB's would.
final class QueryThreads: @unchecked Sendable {
  // Sendable because nothing in it changes, and DuckDB lets any thread use a database and its task states.
  private let threads: [DedicatedThread]
  private let database: duckdb_database
  private let functions: UnsafePointer<DuckDBFunctions>
  /// Entered for each thread that is working off tasks.
  private let helpers = DispatchGroup()

  /// Takes over the threads of a pool, which serves nobody else from then on.
  ///
  /// - Throws: `query` when the pool has been closed, or serves another database.
  init(
    of pool: UDFPool, for database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws(DuckDBError) {
    do { threads = try pool.handOverThreads() } catch { throw DuckDBError(.query, "\(error)") }
    self.database = database
    self.functions = functions
  }

  /// Makes a call into the database; nil when the threads have ended, because the pool was closed.
  func run<Value>(_ body: () throws(DuckDBError) -> Value) throws(DuckDBError) -> Value? {
    guard let first = threads.first else { return nil }
    let tasks = TaskState(database, functions)
    for thread in threads.dropFirst() { help(on: thread, with: tasks) }
    defer { tasks?.finish() }
    var outcome: Result<Value, DuckDBError>?
    // What it throws is only that the thread has ended: `body` puts its errors into the outcome.
    try? first.perform { outcome = Result { () throws(DuckDBError) in try body() } }
    return try outcome?.get()
  }

  /// Blocks until no thread works for the database any more, which must be so before it closes.
  func waitForHelpers() { helpers.wait() }

  private func help(on thread: DedicatedThread, with tasks: TaskState?) {
    guard let tasks else { return }
    helpers.enter()
    let isAccepted = thread.submit { [helpers] in
      tasks.work()
      helpers.leave()
    }
    if !isAccepted { helpers.leave() }
  }
}

/// Work of a database that is open to helpers until it is finished; destroyed when the last helper has let go of it.
private final class TaskState: @unchecked Sendable {
  // Sendable because DuckDB lets several threads work for one state, and one thread finish it meanwhile.
  private let handle: duckdb_task_state
  private let functions: UnsafePointer<DuckDBFunctions>

  init?(_ database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>) {
    guard let handle = functions.pointee.create_task_state(database) else { return nil }
    self.handle = handle
    self.functions = functions
  }

  deinit { functions.pointee.destroy_task_state(handle) }

  /// Works off tasks, and waits for more, until `finish`.
  func work() { functions.pointee.execute_tasks_state(handle) }

  func finish() { functions.pointee.finish_execution(handle) }
}
