import CPythonABI
import Columnar
import PythonRuntime

/// What happens to a row that has no result. None of this runs while all goes well.
extension RowFunction {
  /// Notes that a row's call, or the making of its arguments, failed.
  ///
  /// - Throws: the failure, when it ends the call.
  mutating func callFailed(_ row: Int) throws {
    memory.suspendLimit()
    defer { memory.resumeLimit() }
    if let (error, isFatal) = argumentProblems[row] { return try note(.argument(error), row, isFatal: isFatal) }
    let group = distinct?.groups[row]
    if let group, let error = distinctFailures[group] { return try note(.call(error), row, isFatal: false) }
    let isFatal = api.isPendingFatal
    let error = pendingError()
    if let group { distinctFailures[group] = error }
    try note(.call(error), row, isFatal: isFatal)
  }

  /// Notes that a row's result does not fit.
  ///
  /// - Throws: the failure, when it ends the call.
  mutating func resultFailed(_ row: Int, _ object: ObjectPointer, _ problem: ResultProblem) throws {
    memory.suspendLimit()
    defer { memory.resumeLimit() }
    let shown = "it returned \(api.shortRepresentation(object)) of type \(api.typeName(object))"
    if case .column(let error) = problem {
      // The column is full: that is no affair of the row's.
      throw RowProblem.result(error.message, nil, isWrongType: false).error(in: place(row))
    }
    let described = Self.describe(problem, shown, expected: result.expected)
    try note(
      .result(described.reason, described.exception, isWrongType: described.isWrongType), row,
      isFatal: described.isFatal)
  }

  private static func describe(
    _ problem: ResultProblem, _ shown: String, expected: String
  ) -> (reason: String, exception: PythonError?, isWrongType: Bool, isFatal: Bool) {
    switch problem {
    case .wrongType: return ("\(shown), expected \(expected)", nil, true, false)
    case .outOfRange(let range): return ("\(shown), which does not fit \(range)", nil, false, false)
    case .column(let error): return (error.message, nil, false, true)
    case .exception(let error, let isFatal):
      return ("\(shown), which cannot be converted: \(error.summary)", error, false, isFatal)
    case .part(let name, let part, let partExpected, let inner):
      return describe(inner, "\(shown): \(name) is \(part)", expected: partExpected)
    }
  }

  private mutating func note(_ problem: RowProblem, _ row: Int, isFatal: Bool) throws {
    let exceeded = exceededMemory(problem, row)
    if mode == .raise || isFatal || exceeded != nil {
      if observer != nil { observer?(describe(problem, row)) }
      throw exceeded ?? problem.error(in: place(row))
    }
    let isKept = failures.add(problem.errorType)
    guard isKept || observer != nil else { return }
    let failure = describe(problem, row)
    observer?(failure)
    if isKept { failures.keep(failure) }
  }

  /// A `MemoryError` that the interpreter's limit led to, as an error of its own kind.
  private func exceededMemory(_ problem: RowProblem, _ row: Int) -> UDFError? {
    guard let exception = problem.exception, exception.isMemoryError, memory.refusals > refusalsBefore else {
      return nil
    }
    return .failed(.memoryExceeded, in: place(row), because: memory.refusal, exception: exception)
  }

  private func describe(_ problem: RowProblem, _ row: Int) -> UDFRowFailure {
    problem.failure(function: signature.name, row: row, arguments: observer == nil ? nil : argumentsAsJSON(row))
  }

  func pendingError() -> PythonError {
    (PythonError.take(api) ?? PythonError(typeName: "SystemError", message: "no exception was set"))
  }

  // MARK: Arguments, made again for their text only

  func place(_ row: Int) -> UDFError.Row {
    var arguments: [String] = []
    for (parameter, object) in zip(parameters, madeAgain(row)) {
      guard let object else { continue }
      arguments.append("\(parameter.name)=\(api.shortRepresentation(object))")
      api.pointee.Py_DecRef(object)
    }
    return UDFError.Row(function: signature.name, index: row, arguments: arguments)
  }

  /// Nil when Python cannot write them.
  private func argumentsAsJSON(_ row: Int) -> String? {
    let objects = madeAgain(row)
    defer { for case let object? in objects { api.pointee.Py_DecRef(object) } }
    let held = Conversion(conversion)
    defer { held.release() }
    do {
      let names = try held.hold(api.pointee.PyList_New(0))
      let values = try held.hold(api.pointee.PyList_New(0))
      for (parameter, object) in zip(parameters, objects) {
        _ = api.pointee.PyList_Append(names, try held.hold(api.makeText(parameter.name)))
        _ = api.pointee.PyList_Append(values, object ?? api.none)
      }
      return api.text(try held.support("dead_letter", [names, values]))
    } catch {
      return nil
    }
  }

  private func madeAgain(_ row: Int) -> [ObjectPointer?] {
    readers.map { read in
      var object: ObjectPointer?
      guard read(row..<row + 1, &object, 1) == 1 else {
        api.pointee.PyErr_Clear()
        return nil
      }
      return object
    }
  }
}

extension UnsafePointer<PythonFunctions> {
  /// Whether the pending exception ends a call in every mode: it asks for the end of the program, or says that there is
  /// no memory to go on with.
  var isPendingFatal: Bool {
    guard let type = pointee.PyErr_Occurred() else { return true }
    return pointee.PyErr_GivenExceptionMatches(type, pointee.PyExc_Exception.pointee) == 0
      || pointee.PyErr_GivenExceptionMatches(type, pointee.PyExc_MemoryError.pointee) != 0
  }
}
