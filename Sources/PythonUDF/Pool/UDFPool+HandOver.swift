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

  /// Calls a function for each row of a batch in the interpreter of the calling thread; nil when that is no thread of
  /// this pool.
  ///
  /// - Throws: `UDFError`, as `callAndWait`.
  package func callOnOwnThread(_ name: String, _ batch: RecordBatch) throws -> Column? {
    guard let worker = workers.first(where: { $0.interpreter.thread.isCurrent }) else { return nil }
    let function = try worker.module.function(name)
    do {
      return try worker.interpreter.withGILOnOwnThread { py in
        try worker.module.call(function, batch, in: py, interruption: interruption)
      }
    } catch let error as PythonRuntimeError where error.code == .interpreterClosed {
      throw UDFError(error, function: name)
    }
  }
}
