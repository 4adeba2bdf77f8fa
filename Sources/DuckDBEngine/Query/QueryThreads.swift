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
  /// - Throws: `query` when another database has them, or one of them hangs.
  init(
    _ group: ThreadGroup, for database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws(DuckDBError) {
    guard let helpers = Helpers(database, functions) else {
      throw DuckDBError(.query, "DuckDB has no memory for running queries on other threads")
    }
    do throws(ThreadConfinementError) { threads = try group.lend { helpers.stop() } } catch {
      let reason =
        error == .givenUp ? "code hangs on one of these threads" : "another database runs its queries on these threads"
      throw DuckDBError(.query, "\(reason); make others for this one")
    }
    for thread in threads.dropFirst() { helpers.start(on: thread) }
    self.helpers = helpers
    self.group = group
  }

  /// Makes a call into the database; nil when the threads have ended.
  func run<Value>(_ body: () throws(DuckDBError) -> Value) throws(DuckDBError) -> Value? {
    helpers.beginCall()
    defer { helpers.endCall() }
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

/// Threads that work off a database's tasks, until `stop`.
///
/// They ask for tasks instead of waiting together with DuckDB's own threads, because those that wait are woken at once:
/// they would take the only task of a query from the thread that made the call, which then has nothing to do but to
/// turn until there are rows.
private final class Helpers: Sendable {
  private struct State {
    /// Must be false before the database closes; the pool may close after that.
    var isWorking = true
    /// Calls into the database that are under way.
    var calls = 0
    /// Threads that have found nothing to do between calls, and wait for the next one.
    var asleep = 0
  }

  private let tasks: Tasks
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)
  private let hasStopped = Mutex(false)
  /// Entered for each thread.
  private let threads = DispatchGroup()

  init?(_ database: duckdb_database, _ functions: UnsafePointer<DuckDBFunctions>) {
    guard let state = functions.pointee.create_task_state(database) else { return nil }
    tasks = Tasks(state: state, functions: functions)
  }

  deinit { stop() }

  func start(on thread: DedicatedThread) {
    threads.enter()
    let isAccepted = thread.submit { [self] in
      work()
      threads.leave()
    }
    if !isAccepted { threads.leave() }
  }

  private func work() {
    var backoff = Backoff()
    while state.withLock(\.isWorking) {
      if tasks.work() > 0 {
        backoff.reset()
      } else if !backoff.isLong || state.withLock({ $0.calls > 0 }) {
        backoff.pause()
      } else {
        sleep()
        backoff.reset()
      }
    }
  }

  private func sleep() {
    let mustWait = state.withLock { state in
      guard state.isWorking, state.calls == 0 else { return false }
      state.asleep += 1
      return true
    }
    if mustWait { wake.wait() }
  }

  private func wakeAll(_ change: (inout State) -> Void) {
    let asleep = state.withLock { state in
      defer { state.asleep = 0 }
      change(&state)
      return state.asleep
    }
    for _ in 0..<asleep { wake.signal() }
  }

  /// A call into the database begins, or ends.
  func beginCall() { wakeAll { $0.calls += 1 } }
  func endCall() { state.withLock { $0.calls -= 1 } }

  /// Whether the threads have not been let go.
  var isAtWork: Bool { state.withLock(\.isWorking) }

  /// Lets the threads go, each after its task, and waits for that. Safe to call twice.
  func stop() {
    hasStopped.withLock { hasStopped in
      guard !hasStopped else { return }
      hasStopped = true
      wakeAll { $0.isWorking = false }
      tasks.finish()
      threads.wait()
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

  /// Works off tasks until there are none, or `finish`; answers how many.
  func work() -> Int { Int(functions.pointee.execute_n_tasks_state(state, .max)) }

  func finish() { functions.pointee.finish_execution(state) }

  func destroy() { functions.pointee.destroy_task_state(state) }
}
