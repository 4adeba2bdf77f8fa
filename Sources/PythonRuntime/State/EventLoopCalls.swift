import CPythonABI
import HostSupport

/// What is asked of the event loop that an interpreter may be running, on another of its threads: functions of our own
/// Python code without arguments, which the interpreter keeps until it ends.
package struct EventLoopCalls: @unchecked Sendable {
  // Sendable because the pointers are only used under the interpreter's GIL.
  private let stop, place: ObjectPointer

  /// - Parameters:
  ///   - stop: makes what the loop runs for end soon, without an exception in the middle of it, and says whether that is
  ///     enough.
  ///   - place: while the loop waits, where the oldest task does, innermost first: a text of files, lines and names, with
  ///     a zero after each. Else nothing.
  package init(stop: ObjectPointer, place: ObjectPointer) {
    self.stop = stop
    self.place = place
  }

  /// Called under the GIL.
  func stopIsEnough(_ api: PythonAPI) -> Bool {
    guard let answer = answer(of: stop, api) else { return false }
    defer { api.pointee.Py_DecRef(answer) }
    return api.pointee.PyObject_IsTrue(answer) == 1
  }

  /// Called under the GIL; empty while the loop does not wait.
  func waitingFrames(_ api: PythonAPI) -> [PythonError.Frame] {
    guard let answer = answer(of: place, api) else { return [] }
    defer { api.pointee.Py_DecRef(answer) }
    let parts = (api.text(answer, limit: 100_000) ?? "").split(separator: "\0", omittingEmptySubsequences: false)
    return stride(from: 0, to: parts.count - 2, by: 3).map { part in
      PythonError.Frame(
        file: String(parts[part]).cut(to: TextLimit.path), line: Int(parts[part + 1]) ?? 0,
        function: String(parts[part + 2]).cut(to: TextLimit.name), source: nil)
    }
  }

  private func answer(of function: ObjectPointer, _ api: PythonAPI) -> ObjectPointer? {
    let answer = api.pointee.PyObject_Vectorcall(function, nil, 0, nil)
    if answer == nil { api.pointee.PyErr_Clear() }
    return answer
  }
}
