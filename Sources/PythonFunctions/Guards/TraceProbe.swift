import CPythonABI
import PythonRuntime

/// Whether somebody is told of the lines or calls that Python runs, who would miss those that it does not.
///
/// Used under the GIL of its interpreter. It calls nothing that is written in Python, so that nobody is told of its own asking.
package final class TraceProbe {
  private let api: PythonAPI
  private let state: InterpreterState
  /// Functions that give None while nobody is told.
  private let functions: [Int]
  /// How often tracing had been asked for when nobody was told; nil when somebody was, or that is not known.
  private var requests: Int?

  /// - Parameter functions: a tuple of functions without parameters that give None while nobody is told.
  init(_ functions: borrowing PythonObject, in py: borrowing Python) throws {
    (api, state) = (py.api, py.state)
    self.functions = try (0..<functions.count()).map { place in
      let function = try functions.item(place)
      py.api.pointee.Py_IncRef(function.pointer)
      return py.state.keep(function.pointer)
    }
  }

  /// Asks Python only once somebody may have changed it; some nanoseconds else.
  package var isTraced: Bool {
    let now = TraceRequests.count
    if requests == now { return false }
    requests = nil
    for key in functions {
      guard let function = state.kept(key), let answer = api.call(function, []) else {
        api.pointee.PyErr_Clear()
        return true
      }
      defer { api.pointee.Py_DecRef(answer) }
      guard answer == api.none else { return true }
    }
    requests = now
    return false
  }
}
