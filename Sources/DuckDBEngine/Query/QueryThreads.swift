internal import CDuckDBABI
import Dispatch
internal import Synchronization
import ThreadConfinement

/// Runs a database's work on threads that interpreters live on, so that a UDF is called without a change of thread.
///
/// DuckDB cuts a query into tasks, and lets a host run them on threads of its own instead of those it would start. The
/// first thread makes every call into the database; the others wait for tasks, from the beginning to the end.
final class QueryThreads: Sendable {
  private let threads: [DedicatedThread]
  private let helpers: Helpers
  /// Kept, because its threads end with it.
  private let group: ThreadGroup

  /// Borrows the threads of a group, until `stop` or until the group takes them back.
  ///
  /// - Throws: `query` when another database has them.
  init(
    _ group: ThreadGroup, for database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws(DuckDBError) {
    guard let helpers = Helpers(database, functions) else {
      throw DuckDBError(.query, "DuckDB has no memory for running queries on other threads")
    }
    do throws(ThreadConfinementError) { threads = try group.lend { helpers.stop() } } catch {
      throw DuckDBError(.query, "another database runs its queries on these threads; make others for this one")
    }
    for thread in threads.dropFirst() { helpers.start(on: thread) }
    self.helpers = helpers
    self.group = group
  }

  /// Makes a call into the database; nil when the threads have ended.
  func run<Value>(_ body: () throws(DuckDBError) -> Value) throws(DuckDBError) -> Value? {
    var outcome: Result<Value, DuckDBError>?
    // What it throws is only that the thread has ended: `body` puts its errors into the outcome.
    try? threads.first?.perform { outcome = Result { () throws(DuckDBError) in try body() } }
    return try outcome?.get()
  }

  /// Gives the threads back, and blocks until none works for the database any more, which must be so before it closes.
  func stop() {
    if helpers.isAtWork { group.reclaim() }
    helpers.stop()
  }
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

  /// Whether the threads have not been let go.
  var isAtWork: Bool { isWorking.withLock { $0 } }

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
