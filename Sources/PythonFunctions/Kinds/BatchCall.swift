import Functions
import CPythonABI
import Columnar
import PythonRuntime
import Synchronization

/// A function of whole batches: called with the values of each parameter, it gives a value for each row.
struct BatchCall: WriterUse, ~Copyable {
  let api: PythonAPI
  let conversion: Conversion
  private let caller: any BatchCaller
  let result: UDFType
  private let inputs: [Input]
  /// The readers point into these.
  private let columns: [Column]
  let rowCount: Int
  private let retriesRows: Bool
  /// How many rows a call gets at most.
  private let mostRows: Int
  private let progress: CallProgress
  /// The class of columns.
  let columnClass: ObjectPointer
  /// For what failures show of a row.
  var arguments: ArgumentRows
  var outcomes: RowOutcomes
  /// The function of our module for objects of packages that looks at results, where the module is there.
  let plainResult: ObjectPointer?
  /// The function of the same module that says whether an array has memory of its own.
  let ownsMemory: ObjectPointer?
  let account: MemoryAccount
  /// What takes back memory that a result uses where it lies; nil where results are copied.
  let lending: Lending?
  /// Whether results are read before code of the source's runs again.
  let areTakenAtOnce: Bool
  /// For each row of the batch its place among those that the function gets, or -1 for one that is left out because of a null;
  /// nil when it gets all.
  private let places: [Int]?
  /// All rows of the result, where the function gave back a column as it is, or memory that is used where it lies.
  var passedThrough: Column?
  /// What the function gave back last.
  var returned: ObjectPointer?

  /// What the function gets of a parameter.
  private enum Input {
    case list(ArgumentReader)
    case column(ColumnContent, name: String)
    case package(PackagedColumn)

    var contents: [ColumnContent] {
      switch self {
      case .list: []
      case .column(let content, _): [content]
      case .package(let package): package.contents
      }
    }
  }

  /// - Parameters:
  ///   - columnClass: of the interpreter.
  ///   - arrays: our module for objects of packages, if it is there.
  /// - Throws: `UDFError` with code `wrongArguments`.
  init(
    _ signature: UDFSignature, _ caller: any BatchCaller, for given: RecordBatch, in py: borrowing Python,
    _ conversion: Conversion, columnClass: ObjectPointer, arrays: ObjectPointer?, _ context: RowContext
  ) throws {
    let fields = given.schema.fields
    let result = context.options.resultType?(signature.result) ?? signature.result.resolved(for: fields)
    conversion.decimals = signature.decimals ?? .exact
    conversion.reach = context.options.offsetReach
    try signature.check(fields)
    let parameters = signature.parameters(forArguments: fields.count) ?? []
    let memory = py.state.memory
    let skipped = ArgumentRows.skippedRows(
      zip(parameters, given.columns).filter { !$0.0.isOptional }.map(\.1), given.rowCount)
    let kept = skipped.map { skipped in skipped.indices.filter { !skipped[$0] } }
    let batch =
      try kept.map { kept in
        try RecordBatch(
          schema: given.schema, columns: given.columns.map { $0.gathering(kept) }, rowCount: kept.count)
      } ?? given
    let inputs: [Input] = try zip(parameters, fields).enumerated().map { index, pair in
      let (parameter, field) = pair
      // The last one of the signature may stand for many.
      let place = min(index, signature.parameters.count - 1)
      let package = signature.batchForm?.packages[place]
      guard package != nil || signature.batchForm?.columns.contains(place) == true else {
        return .list(try conversion.reader(of: batch.columns[index], field, as: parameter.type))
      }
      let content = try ColumnContent(batch.columns[index], field, as: parameter.type, conversion, memory)
      guard let package, let arrays else { return .column(content, name: parameter.name) }
      return .package(
        try PackagedColumn(
          package, content, named: parameter.name, hasMask: parameter.isOptional, arrays, conversion, memory))
    }
    let plain = try arrays.map { try conversion.hold(py.api.pointee.PyObject_GetAttrString($0, "plain")) }
    let owns = try arrays.map { try conversion.hold(py.api.pointee.PyObject_GetAttrString($0, "owns_memory")) }
    arguments = try ArgumentRows(signature, batch, conversion)
    outcomes = RowOutcomes(signature, result, context, conversion, memory)
    outcomes.rowNumbers = kept
    (plainResult, ownsMemory) = (plain, owns)
    account = memory
    (lending, areTakenAtOnce) = (py.state.lending, context.areTakenAtOnce)
    places = kept.map { kept in
      var places = [Int](repeating: -1, count: given.rowCount)
      for (place, row) in kept.enumerated() { places[row] = place }
      return places
    }
    api = py.api
    columns = batch.columns
    rowCount = batch.rowCount
    retriesRows = signature.retriesRows
    mostRows = signature.batchForm?.rows ?? .max
    progress = context.progress
    (passedThrough, returned) = (nil, nil)
    (self.conversion, self.caller, self.result, self.columnClass) = (conversion, caller, result, columnClass)
    self.inputs = inputs
  }

  /// Calls the function.
  ///
  /// - Throws: `UDFError`, `PythonError`.
  mutating func run() throws -> UDFResult {
    defer { for content in inputs.flatMap(\.contents) { content.end() } }
    let called = try conversion.withWriter(of: result, rows: rowCount, &self)
    let values = places.map(called.gathering) ?? called
    let failures = outcomes.failures
    let errors = outcomes.mode == .collect ? try outcomes.errorColumn(rowCount: values.count) : nil
    withExtendedLifetime(columns) {}
    return UDFResult(
      values: values, errors: errors, failureCount: failures.count, failures: failures.described,
      failuresByType: failures.countByType)
  }

  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    var first = 0
    while first < rowCount {
      let next = first + min(mostRows, rowCount - first)
      try call(first..<next, &writer)
      first = next
    }
    if let passedThrough { return passedThrough }
    return try writer.finish()
  }

  /// Calls the function for some rows, and writes as many values.
  private mutating func call<Writer: ResultWriter & ~Copyable>(_ rows: Range<Int>, _ writer: inout Writer) throws {
    if progress.isStopped.load(ordering: .relaxed) {
      throw UDFError(.interrupted, "UDF \(outcomes.function) was stopped before row \(rows.lowerBound) of its batch")
    }
    progress.row.pointee.store(outcomes.number(rows.lowerBound) + 1, ordering: .relaxed)
    // A result may be made of them as it is read, so they end after that.
    var used: [ColumnOfCall] = []
    defer { for column in used { column.end() } }
    guard let values = values(rows, &used) else {
      let (error, isFatal) = outcomes.takePending()
      return try failed(rows, .argument(error), isFatal: isFatal, &writer)
    }
    let answer = caller.call(values)
    for value in values { api.pointee.Py_DecRef(value) }
    switch answer {
    case .raised: try pendingFailed(rows, &writer)
    case .refused(let reason): try failed(rows, .result(reason, nil, isWrongType: false), &writer)
    case .result(let result):
      defer { api.pointee.Py_DecRef(result) }
      try write(result, rows, &writer)
    }
  }

  /// The values of each parameter, as new references; nil with an exception pending.
  private func values(_ rows: Range<Int>, _ used: inout [ColumnOfCall]) -> [ObjectPointer]? {
    var values: [ObjectPointer] = []
    for input in inputs {
      let value: ObjectPointer?
      switch input {
      case .list(let read): value = list(rows, read)
      case .column(let content, let name):
        let column = ColumnOfCall(content, named: name, columnClass)
        used.append(column)
        value = column.object(rows)
      case .package(let package): value = package.object(rows, columnClass, &used)
      }
      guard let value else {
        for value in values { api.pointee.Py_DecRef(value) }
        return nil
      }
      values.append(value)
    }
    return values
  }

  private func list(_ rows: Range<Int>, _ read: ArgumentReader) -> ObjectPointer? {
    guard let list = api.pointee.PyList_New(rows.count) else { return nil }
    let places = api.places(of: list, count: rows.count, holdNone: read.runsPython)
    if let places, read(rows, places, 1) == rows.count { return list }
    api.pointee.Py_DecRef(list)
    return nil
  }

  /// The values in something to iterate over, as a new reference to a list; nil with an exception pending.
  func values(of result: ObjectPointer, _ count: Int) throws -> ObjectPointer? {
    if api.isList(result) { return api.pointee.PySequence_List(result) }
    let function = try conversion.supportFunction("first_values")
    let number = try conversion.hold(api.pointee.PyLong_FromLongLong(Int64(count)))
    return api.call(function, [result, number])
  }

  // MARK: What ends a call without values

  mutating func pendingFailed<Writer: ResultWriter & ~Copyable>(_ rows: Range<Int>, _ writer: inout Writer) throws {
    let (error, isFatal) = outcomes.takePending()
    try failed(rows, .call(error), isFatal: isFatal, &writer)
  }

  /// Fails all rows of a call, or tries them one by one.
  mutating func failed<Writer: ResultWriter & ~Copyable>(
    _ rows: Range<Int>, _ problem: RowProblem, isFatal: Bool = false, _ writer: inout Writer
  ) throws {
    if retriesRows, rows.count > 1, !isFatal, outcomes.mode != .raise {
      for row in rows { try call(row..<row + 1, &writer) }
      return
    }
    outcomes.rowsTogether = rows.count
    defer { outcomes.rowsTogether = 1 }
    for row in rows {
      try outcomes.callFailed(row, problem, isFatal: isFatal, arguments)
      writer.appendNull()
    }
  }
}

/// What gives the values of a batch's rows.
protocol BatchCaller {
  /// Gives the result of a call, or says what there is instead.
  ///
  /// - Parameter values: of each parameter; these stay the caller's.
  func call(_ values: [ObjectPointer]) -> BatchAnswer
}

/// What came of a call.
enum BatchAnswer {
  /// A new reference.
  case result(ObjectPointer)
  /// An exception is pending.
  case raised
  /// There is no result, for this reason.
  case refused(String)
}

/// A function that is called anew for each batch.
struct FunctionCaller: BatchCaller {
  let api: PythonAPI
  let callable: ObjectPointer

  func call(_ values: [ObjectPointer]) -> BatchAnswer { api.call(callable, values).map(BatchAnswer.result) ?? .raised }
}
