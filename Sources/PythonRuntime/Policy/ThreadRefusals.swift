import CPythonABI
import Synchronization

/// Which interpreters may not start threads, and what their code is told when it tries.
///
/// CPython decides that when it makes an interpreter, and has words of its own for it. Here it can be decided later, when
/// a file has said whether it needs threads.
enum ThreadRefusals {
  private static let messages = Mutex<[UInt: String]>([:])

  static func insert(_ message: String, for interpreter: OpaquePointer) {
    messages.withLock { $0[UInt(bitPattern: interpreter)] = message }
  }

  static func remove(_ interpreter: OpaquePointer) {
    _ = messages.withLock { $0.removeValue(forKey: UInt(bitPattern: interpreter)) }
  }

  static func message(for interpreter: OpaquePointer) -> String? {
    messages.withLock { $0[UInt(bitPattern: interpreter)] }
  }

  /// Whether the interpreter whose GIL the calling thread holds may start a thread; if not, the exception is set.
  static func allowsThread(_ api: PythonAPI) -> Bool {
    guard let state = (api.pointee.PyThreadState_GetUnchecked ?? api.pointee._PyThreadState_UncheckedGet)?(),
      let message = message(for: api.pointee.PyThreadState_GetInterpreter(state))
    else { return true }
    api.pointee.PyErr_SetString(api.pointee.PyExc_RuntimeError.pointee, message)
    return false
  }
}
