internal import CDuckDBABI
import Dispatch
import PythonUDF
internal import Synchronization
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
private final class Helpers: Sendable {
  private let tasks: Tasks
  /// Whether they work; must be false before the database closes, and the pool may close after that.
  private let isWorking = Mutex(true)
  /// Entered for each thread.
  private let threads = DispatchGroup()

  init?(_ database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>) {
    guard let state = functions.pointee.create_task_state(database) else { return nil }
    tasks = Tasks(state: state, functions: functions)
  }

  deinit { stop() }

  func start(on thread: DedicatedThread) {
    threads.enter()
    let isAccepted = thread.submit { [tasks, threads] in
      tasks.work()
      threads.leave()
    }
    if !isAccepted { threads.leave() }
  }

  /// Lets the threads go, each after its task, and waits for that. Safe to call twice.
  func stop() {
    isWorking.withLock { isWorking in
      guard isWorking else { return }
      isWorking = false
      // DuckDB wakes as many threads as wait here, but not these in particular: one that it has started itself can
      // take the wake-up. So it is told again until all have left.
      repeat { tasks.finish() } while threads.wait(timeout: .now() + .milliseconds(10)) == .timedOut
      tasks.destroy()
    }
  }
}

/// DuckDB's own object for work that is open to other threads.
///
/// Sendable because DuckDB lets several threads work for one and another finish it.
private struct Tasks: @unchecked Sendable {
  let state: duckdb_task_state
  let functions: UnsafePointer<DuckDBFunctions>

  /// Works off tasks, and waits for more without spinning, until `finish`.
  func work() { functions.pointee.execute_tasks_state(state) }

  func finish() { functions.pointee.finish_execution(state) }

  func destroy() { functions.pointee.destroy_task_state(state) }
}
