import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// What becomes of the rows of a batch that have no result: they end the call, or are counted and described.
///
/// None of this runs while all goes well.
struct RowOutcomes {
  private let api: PythonAPI
  /// The interpreter's memory, and how often it had been refused some before this batch.
  private let memory: MemoryAccount
  private let refusalsBefore: Int
  private let conversion: Conversion
  let function: String
  private let expected: String
  let mode: UDFErrorMode
  private let observer: (@Sendable (UDFRowFailure) -> Void)?
  private let timeZone: String?
  private(set) var failures: RowFailures
  /// How many rows of a table the row of arguments at hand has given; nil for what gives none.
  var drawn: Int?
  /// What of an aggregate function is called for each row, if not what takes rows.
  var step: String?
  /// How many rows, from the one at hand on, a failure is of.
  var rowsTogether = 1
  /// What each row is called, where they are not all rows of the batch; nil for their places.
  var rowNumbers: [Int]?

  /// What a row is called in what is told of it.
  func number(_ row: Int) -> Int { rowNumbers.map { $0[min(row, $0.count - 1)] } ?? row }

  init(
    _ signature: UDFSignature, _ result: UDFType, _ context: RowContext, _ conversion: Conversion,
    _ memory: MemoryAccount
  ) {
    api = conversion.api
    self.memory = memory
    refusalsBefore = memory.refusals
    self.conversion = conversion
    function = signature.name
    expected = result.expected
    mode = context.options.errorMode ?? signature.errorMode
    observer = context.observer
    timeZone = context.options.timeZone
    failures = RowFailures(describesAll: mode == .collect)
  }

  /// Notes that a row's arguments could not be made, or that its call raised.
  ///
  /// - Throws: the failure, when it ends the call.
  mutating func callFailed(
    _ row: Int, _ problem: RowProblem, isFatal: Bool, _ arguments: borrowing ArgumentRows
  ) throws {
    memory.suspendLimit()
    defer { memory.resumeLimit() }
    try note(problem, row, isFatal: isFatal, arguments)
  }

  /// The pending exception, and whether it ends the call in every mode.
  func takePending() -> (error: PythonError, isFatal: Bool) {
    memory.suspendLimit()
    defer { memory.resumeLimit() }
    let isFatal = api.isPendingFatal
    // Those of our own Python code say nothing to a person.
    return (api.takePendingError().droppingFrames { $0.file == LoadedModule.ownFile }, isFatal)
  }

  /// Notes that a row's result does not fit.
  ///
  /// - Throws: the failure, when it ends the call.
  mutating func resultFailed(
    _ row: Int, _ object: ObjectPointer, _ problem: ResultProblem, _ arguments: borrowing ArgumentRows
  ) throws {
    memory.suspendLimit()
    defer { memory.resumeLimit() }
    if api.closeCoroutine(object) {
      return try note(.result(UnawaitedCoroutine.problem, nil, isWrongType: true), row, isFatal: false, arguments)
    }
    let shown = "it returned \(api.shortRepresentation(object)) of type \(api.typeName(object))"
    if case .column(let error) = problem {
      // The column is full: that is no affair of the row's.
      throw RowProblem.result(full(error), nil, isWrongType: false).error(
        in: place(row, arguments), drawn: drawn, isIsolated: conversion.isIsolated)
    }
    let described = describe(problem, shown, expected: expected)
    try note(
      .result(described.reason, described.exception, isWrongType: described.isWrongType), row,
      isFatal: described.isFatal, arguments)
  }

  /// The errors of the rows, one for each.
  func errorColumn(rowCount: Int) throws -> Column {
    do throws(ColumnError) {
      return try UDFRowFailure.column(failures.described, rowCount: rowCount, conversion.reach)
    } catch {
      throw UDFError(.wrongResult, "UDF \(function): the errors of \(rowCount) rows: \(full(error))")
    }
  }

  private func full(_ error: ColumnError) -> String {
    guard error.code == .capacityExceeded else { return error.message }
    return """
      the results so far are more than the \(conversion.reach.short) bytes, or elements of lists, that a column takes; call it with \
      fewer rows, or set allowsLargeColumns in CallOptions
      """
  }

  private func describe(
    _ problem: ResultProblem, _ shown: String, expected: String
  ) -> (reason: String, exception: PythonError?, isWrongType: Bool, isFatal: Bool) {
    switch problem {
    case .wrongType: return ("\(shown), expected \(expected)", nil, true, false)
    case .outOfRange(let range): return ("\(shown), which does not fit \(range)", nil, false, false)
    case .column(let error): return (full(error), nil, false, true)
    case .exception(let error, let isFatal):
      return ("\(shown), which cannot be converted: \(error.summary)", error, false, isFatal)
    case .part(let name, let part, let partExpected, let inner):
      return describe(inner, "\(shown): \(name) is \(part)", expected: partExpected)
    }
  }

  private mutating func note(
    _ problem: RowProblem, _ row: Int, isFatal: Bool, _ arguments: borrowing ArgumentRows
  ) throws {
    let exceeded = exceededMemory(problem, row, arguments)
    if mode == .raise || isFatal || exceeded != nil {
      if let observer { observer(describe(problem, row, arguments)) }
      throw exceeded
        ?? problem.error(
          in: place(row, arguments), drawn: drawn, isIsolated: conversion.isIsolated)
    }
    let isKept = failures.add(problem.errorType)
    guard isKept || observer != nil else { return }
    let failure = describe(problem, row, arguments)
    observer?(failure)
    if isKept { failures.keep(failure) }
  }

  /// A `MemoryError` that the interpreter's limit led to, as an error of its own kind.
  private func exceededMemory(_ problem: RowProblem, _ row: Int, _ arguments: borrowing ArgumentRows) -> UDFError? {
    guard let exception = problem.exception, exception.isMemoryError, memory.refusals > refusalsBefore else {
      return nil
    }
    return .failed(.memoryExceeded, in: place(row, arguments), because: memory.refusal, exception: exception)
  }

  private func describe(_ problem: RowProblem, _ row: Int, _ arguments: borrowing ArgumentRows) -> UDFRowFailure {
    problem.failure(
      function: function, row: number(row),
      arguments: observer == nil ? nil : arguments.asJSON(row, conversion, timeZone: timeZone), drawn: drawn,
      isIsolated: conversion.isIsolated)
  }

  /// A row, as errors name it.
  func place(_ row: Int, _ arguments: borrowing ArgumentRows) -> UDFError.Row {
    guard rowsTogether == 1 else {
      let count = number(row + rowsTogether - 1) - number(row) + 1
      return UDFError.Row(function: function, index: number(row), count: count, arguments: [])
    }
    return UDFError.Row(function: function, index: number(row), arguments: arguments.shown(row), step: step)
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
