import CPythonABI
import PythonRuntime

/// What a function returns that calls an async one without await, plain or async itself.
enum UnawaitedCoroutine {
  static let problem = "it returned a coroutine that was never awaited: write async def, and await it"
}

extension UnsafePointer<PythonFunctions> {
  /// Closes a coroutine, which nobody is going to await, so that Python does not warn of it; gives whether it was one.
  func closeCoroutine(_ object: ObjectPointer) -> Bool {
    guard typeName(object) == "coroutine" else { return false }
    if let close = pointee.PyObject_GetAttrString(object, "close") {
      if let closed = call(close, []) { pointee.Py_DecRef(closed) }
      pointee.Py_DecRef(close)
    }
    pointee.PyErr_Clear()
    return true
  }
}
