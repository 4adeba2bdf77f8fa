internal import CDuckDBABI
import Dispatch
import PythonUDF
import ThreadConfinement

/// Runs a database's work on the threads of a pool's interpreters, so that a UDF is called without a change of thread.
///
/// DuckDB cuts a query into tasks, and lets a host run them on threads of its own instead of those it would start. The
/// first thread makes every call into the database; the others wait for tasks, from the beginning to the end.
final class QueryThreads: Sendable {
  private let threads: [DedicatedThread]
  private let helpers: Helpers
  /// Kept, because its threads end with it.
  private let pool: UDFPool

  /// Takes over the threads of a pool, which serves nobody else from then on.
  ///
  /// - Throws: `query` when the pool has been closed, or serves another database.
  init(
    of pool: UDFPool, for database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws(DuckDBError) {
    guard let helpers = Helpers(database, functions) else {
      throw DuckDBError(.query, "DuckDB has no memory for running queries on other threads")
    }
    do { threads = try pool.handOverThreads { helpers.stop() } } catch { throw DuckDBError(.query, "\(error)") }
    for thread in threads.dropFirst() { helpers.start(on: thread) }
    self.helpers = helpers
    self.pool = pool
  }

  /// Makes a call into the database; nil when the threads have ended, because the pool was closed.
  func run<Value>(_ body: () throws(DuckDBError) -> Value) throws(DuckDBError) -> Value? {
    var outcome: Result<Value, DuckDBError>?
    // What it throws is only that the thread has ended: `body` puts its errors into the outcome.
    try? threads.first?.perform { outcome = Result { () throws(DuckDBError) in try body() } }
    return try outcome?.get()
  }

  /// Blocks until no thread works for the database any more, which must be so before it closes.
  func stop() { helpers.stop() }
}

/// Threads that work off a database's tasks.
private final class Helpers: @unchecked Sendable {
  // Sendable because nothing in it changes, and DuckDB lets several threads work for one state and another finish it.
  private let state: duckdb_task_state
  private let functions: UnsafePointer<DuckDBFunctions>
  /// Entered for each thread.
  private let working = DispatchGroup()

  init?(_ database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>) {
    guard let state = functions.pointee.create_task_state(database) else { return nil }
    self.state = state
    self.functions = functions
  }

  deinit { functions.pointee.destroy_task_state(state) }

  func start(on thread: DedicatedThread) {
    working.enter()
    let isAccepted = thread.submit { [self] in
      // Waits for tasks, without spinning, until the state is finished.
      functions.pointee.execute_tasks_state(state)
      working.leave()
    }
    if !isAccepted { working.leave() }
  }

  /// Lets the threads go, each after its task, and waits for that. Safe to call twice.
  func stop() {
    // DuckDB wakes as many threads as wait here, but not these in particular: one that it has started itself can take
    // the wake-up. So it is told again until all have left.
    repeat { functions.pointee.finish_execution(state) } while working.wait(timeout: .now() + .milliseconds(10)) == .timedOut
  }
}
