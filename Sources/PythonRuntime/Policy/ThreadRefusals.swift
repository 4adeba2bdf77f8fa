import CPythonABI
import Synchronization

/// Which interpreters may not start threads, and what their code is told when it tries.
///
/// CPython decides that when it makes an interpreter, and has words of its own for it. Here it can be decided later, when
/// a file has said whether it needs threads.
enum ThreadRefusals {
  private static let messages = Mutex<[UInt: String]>([:])

  static func insert(_ message: String, for place: OpaquePointer) {
    messages.withLock { $0[UInt(bitPattern: place)] = message }
  }

  static func remove(_ place: OpaquePointer) {
    _ = messages.withLock { $0.removeValue(forKey: UInt(bitPattern: place)) }
  }

  static func message(for place: OpaquePointer) -> String? {
    messages.withLock { $0[UInt(bitPattern: place)] }
  }

  /// What stands for those that a thread state belongs to: its interpreter, and in the main one, where several sources can
  /// live, itself. Threads that are started there have been allowed to be, and may start others.
  static func place(of threadState: OpaquePointer, _ api: PythonAPI) -> OpaquePointer {
    let interpreter = api.pointee.PyThreadState_GetInterpreter(threadState)
    return interpreter == MainPolicy.interpreter ? threadState : interpreter
  }

  /// Whether the interpreter whose GIL the calling thread holds may start a thread; if not, the exception is set.
  static func allowsThread(_ api: PythonAPI) -> Bool {
    guard let state = (api.pointee.PyThreadState_GetUnchecked ?? api.pointee._PyThreadState_UncheckedGet)?(),
      let message = message(for: place(of: state, api))
    else { return true }
    api.pointee.PyErr_SetString(api.pointee.PyExc_RuntimeError.pointee, message)
    return false
  }
}
