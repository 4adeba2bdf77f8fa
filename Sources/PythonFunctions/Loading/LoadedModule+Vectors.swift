import CPythonABI
import Functions
package import PythonRuntime

/// What the front end for programs says of a function.
package enum VectorSyntax {
  /// Its syntax, as JSON, and what guards that this goes on being what Python would run.
  case found(String, FunctionGuard)
  /// Why it has no program: where, what stands there, and what to write instead, or "".
  case refused(line: Int, column: Int, construct: String, hint: String)
}

extension LoadedModule {
  /// Asks Python's own compiler for the syntax of a function, with its names resolved as they are now.
  ///
  /// Takes some milliseconds for the first function of a source, and a fraction of one for each.
  package func vectorSyntax(_ function: Int, in py: borrowing Python) throws -> VectorSyntax {
    // Isolated interpreters of 3.12 have no dates, which is an error of every row.
    let signature = functions[function].signature
    if py.state.installation.version < .supported, signature.hasDates {
      return .refused(line: signature.line, column: 1, construct: "dates, which need CPython 3.13", hint: "")
    }
    py.state.memory.suspendLimit()
    defer { py.state.memory.resumeLimit() }
    guard let callable = functions[function].roles[.call].flatMap(py.state.kept), let module = py.state.kept(vectorize)
    else {
      throw UDFError(.closed, "UDF \(functions[function].signature.name) has been unloaded")
    }
    let program = try py.state.check(py.api.pointee.PyObject_GetAttrString(module, "program"))
    defer { py.api.pointee.Py_DecRef(program) }
    let answer = PythonObject(owning: try py.state.check(py.api.call(program, callable)), py.state)
    let refusal = try answer.item(1)
    guard refusal.isNone else {
      return .refused(
        line: try refusal.item(0).extract(Int.self), column: try refusal.item(1).extract(Int.self),
        construct: try refusal.item(2).extract(String.self), hint: try refusal.item(3).extract(String.self))
    }
    let guarded = try FunctionGuard(answer.item(2), answer.item(3), in: py)
    return .found(try answer.item(0).extract(String.self), guarded)
  }

  /// What says whether somebody traces the source's code.
  package func traceProbe(in py: borrowing Python) throws -> TraceProbe {
    guard let module = py.state.kept(vectorize) else { throw UDFError(.closed, "the source has been unloaded") }
    let tracers = PythonObject(
      owning: try py.state.check(py.api.pointee.PyObject_GetAttrString(module, "tracers")), py.state)
    return try TraceProbe(tracers, in: py)
  }

  /// Whether a function of Python's `math` gives other bits than the host's own for some arguments.
  package func differs(_ name: String, _ arguments: [[Double]], _ results: [Double], in py: borrowing Python) throws
    -> Bool
  {
    guard let module = py.state.kept(vectorize) else { return true }
    let differing = PythonObject(
      owning: try py.state.check(py.api.pointee.PyObject_GetAttrString(module, "differing")), py.state)
    return try differing.call(name, arguments, results).extract(Bool.self)
  }
}

extension UDFSignature {
  fileprivate var hasDates: Bool {
    (parameters.map(\.type) + [result]).contains { type in
      switch type {
      case .date, .timestamp: true
      default: false
      }
    }
  }
}
