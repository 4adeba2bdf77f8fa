package import Columnar
import PythonRuntime
import Synchronization
package import ThreadConfinement

/// For an engine that runs its own work on the interpreters' threads, so that its calls need no change of thread.
extension UDFPool {
  /// Gives the threads of all interpreters away, for good, once every interpreter is idle.
  ///
  /// From then on functions are called by `callOnOwnThread` only; other callers are refused.
  ///
  /// - Parameter leave: called when the pool closes; it must make the new owner's work on the threads end.
  /// - Throws: `UDFError` with code `closed`, also when the threads have been given away before.
  package func handOverThreads(leave: @escaping @Sendable () -> Void) throws -> [DedicatedThread] {
    for _ in workers { _ = try idle.takeAndWait() }
    idle.close(
      because: UDFError(
        .closed,
        "the interpreters of \(source.name) run a database's queries and can be called by these only, on no more threads "
          + "than there are interpreters; make another pool for other calls, and leave DuckDB's setting threads as it is"
      ))
    leaveThreads.withLock { $0 = leave }
    return workers.map(\.interpreter.thread)
  }

  /// Calls the function at a place in `signatures` for each row of a batch, in the interpreter of the calling thread if
  /// that is one of this pool, else in an idle one, while the calling thread waits.
  ///
  /// A call in the thread's own interpreter can be stopped, but not given up: the thread is its caller's.
  ///
  /// - Parameter options: its observer is the pool's.
  /// - Throws: `UDFError`, as `callAndWait`.
  package func evaluateHere(_ index: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult {
    try observing(signatures[index].name, batch, options) { options in
      guard let worker = workers.first(where: { $0.interpreter.thread.isCurrent }) else {
        return try evaluateAndWait(batch, options) { $0.module.functions[index] }
      }
      return try evaluateOnOwnThread(worker.module.functions[index], batch, options, worker)
    }
  }
}
