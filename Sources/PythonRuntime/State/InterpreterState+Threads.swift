import CPythonABI
import ThreadConfinement

extension InterpreterState {
  /// How long user threads that nothing joins may take to end: daemon threads, and those of `_thread`.
  private static let patience = 100
  private static let pause = 0.01

  /// Waits a second for the threads that user code left; false when one is still there.
  ///
  /// CPython stops the whole process when an interpreter that has other threads is ended. Called under the GIL,
  /// which it lets go of while it waits.
  func waitForOtherThreads() -> Bool {
    for _ in 0..<Self.patience where hasOtherThreads {
      detach()
      DetachedThread.sleep(seconds: Self.pause)
      attach()
    }
    return !hasOtherThreads
  }

  private var hasOtherThreads: Bool {
    let functions = api.pointee
    let interpreter = functions.PyThreadState_GetInterpreter(threadState)
    guard let first = functions.PyInterpreterState_ThreadHead(interpreter) else { return false }
    return first != threadState || functions.PyThreadState_Next(first) != nil
  }
}

extension InterpreterState {
  /// Whether its code may start threads. Under the GIL.
  package var mayStartThreads: Bool {
    ThreadRefusals.message(for: ThreadRefusals.place(of: threadState, api)) == nil
  }

  /// Lets its code start threads from now on. Under the GIL.
  package func allowThreads() { ThreadRefusals.remove(ThreadRefusals.place(of: threadState, api)) }

  /// Refuses threads from now on. Under the GIL.
  ///
  /// - Parameter message: what code that tries is told.
  package func refuseThreads(_ message: String) {
    ThreadRefusals.insert(message, for: ThreadRefusals.place(of: threadState, api))
  }
}
