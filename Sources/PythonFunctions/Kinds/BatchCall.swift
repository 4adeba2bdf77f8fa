import Functions
import CPythonABI
import Columnar
import PythonRuntime
import Synchronization

/// A function of a whole batch: called once with the list of each parameter's values, it gives a value for each row.
struct BatchCall: WriterUse, ~Copyable {
  private let api: PythonAPI
  private let conversion: Conversion
  private let callable: ObjectPointer
  private let result: UDFType
  private let readers: [ArgumentReader]
  /// The readers point into these.
  private let columns: [Column]
  private let rowCount: Int
  private let retriesRows: Bool
  private let progress: CallProgress
  /// For what failures show of a row.
  private var arguments: ArgumentRows
  private var outcomes: RowOutcomes

  /// - Throws: `UDFError` with code `wrongArguments`.
  init(
    _ signature: UDFSignature, _ callable: ObjectPointer, for batch: RecordBatch, in py: borrowing Python,
    _ conversion: Conversion, _ context: RowContext
  ) throws {
    let fields = batch.schema.fields
    let result = context.options.resultType?(signature.result) ?? signature.result.resolved(for: fields)
    conversion.decimals = signature.decimals ?? .exact
    conversion.reach = context.options.offsetReach
    try signature.check(fields)
    let parameters = signature.parameters(forArguments: fields.count) ?? []
    let readers = try zip(parameters, fields).enumerated().map { index, pair in
      try conversion.reader(of: batch.columns[index], pair.1, as: pair.0.type)
    }
    arguments = try ArgumentRows(signature, batch, conversion)
    outcomes = RowOutcomes(signature, result, context, conversion, py.state.memory)
    api = py.api
    columns = batch.columns
    rowCount = batch.rowCount
    retriesRows = signature.retriesRows
    progress = context.progress
    (self.conversion, self.callable, self.result, self.readers) = (conversion, callable, result, readers)
  }

  /// Calls the function.
  ///
  /// - Throws: `UDFError`, `PythonError`.
  mutating func run() throws -> UDFResult {
    let values = try conversion.withWriter(of: result, rows: rowCount, &self)
    let failures = outcomes.failures
    let errors = outcomes.mode == .collect ? try outcomes.errorColumn(rowCount: rowCount) : nil
    withExtendedLifetime(columns) {}
    return UDFResult(
      values: values, errors: errors, failureCount: failures.count, failures: failures.described,
      failuresByType: failures.countByType)
  }

  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    if rowCount > 0 { try call(0..<rowCount, &writer) }
    return try writer.finish()
  }

  /// Calls the function for some rows, and writes as many values.
  private mutating func call<Writer: ResultWriter & ~Copyable>(_ rows: Range<Int>, _ writer: inout Writer) throws {
    if progress.isStopped.load(ordering: .relaxed) {
      throw UDFError(.interrupted, "UDF \(outcomes.function) was stopped before row \(rows.lowerBound) of its batch")
    }
    progress.row.pointee.store(rows.lowerBound + 1, ordering: .relaxed)
    guard let lists = lists(rows) else {
      let (error, isFatal) = outcomes.takePending()
      return try failed(rows, .argument(error), isFatal: isFatal, &writer)
    }
    let result = api.call(callable, lists)
    for list in lists { api.pointee.Py_DecRef(list) }
    guard let result else { return try pendingFailed(rows, &writer) }
    defer { api.pointee.Py_DecRef(result) }
    guard api.isListOfValues(result) else { return try failed(rows, .noValues(result, api), &writer) }
    guard let values = try values(of: result, rows.count) else {
      let (error, isFatal) = outcomes.takePending()
      if error.typeName == "TypeError", error.traceback.isEmpty {
        return try failed(rows, .noValues(result, api), &writer)
      }
      return try failed(rows, .call(error), isFatal: isFatal, &writer)
    }
    defer { api.pointee.Py_DecRef(values) }
    let count = api.pointee.PyObject_Size(values)
    guard count == rows.count else {
      let returned = count <= rows.count || isList(result) ? "\(count)" : "more than \(rows.count)"
      let reason = """
        it returned \(returned) value\(returned == "1" ? "" : "s") for \(rows.count) row\(rows.count == 1 ? "" : "s")
        """
      return try failed(rows, .result(reason, nil, isWrongType: false), &writer)
    }
    for row in rows { try write(row, of: values, at: row - rows.lowerBound, &writer) }
  }

  /// The values in a list, as a new reference; nil with an exception pending.
  private func values(of result: ObjectPointer, _ count: Int) throws -> ObjectPointer? {
    if isList(result) { return api.pointee.PySequence_List(result) }
    let function = try conversion.supportFunction("first_values")
    let number = try conversion.hold(api.pointee.PyLong_FromLongLong(Int64(count)))
    return api.call(function, [result, number])
  }

  private func isList(_ result: ObjectPointer) -> Bool {
    result.pointee.ob_type == api.pointee.PyList_Type || result.pointee.ob_type == api.pointee.PyTuple_Type
  }

  private mutating func write<Writer: ResultWriter & ~Copyable>(
    _ row: Int, of values: ObjectPointer, at place: Int, _ writer: inout Writer
  ) throws {
    // Converting one may run code that changes the list.
    guard let value = api.pointee.PySequence_GetItem(values, place) else {
      return try pendingFailed(row..<row + 1, &writer)
    }
    defer { api.pointee.Py_DecRef(value) }
    if value == api.none { return writer.appendNull() }
    do throws(ResultProblem) { try writer.append(value) } catch {
      try outcomes.resultFailed(row, value, error, arguments)
      writer.appendNull()
    }
  }

  /// The values of each parameter, as new references; nil with an exception pending.
  private func lists(_ rows: Range<Int>) -> [ObjectPointer]? {
    var lists: [ObjectPointer] = []
    for read in readers {
      let list = api.pointee.PyList_New(rows.count)
      if let list {
        lists.append(list)
        let places = api.places(of: list, count: rows.count, holdNone: read.runsPython)
        if let places, read(rows, places, 1) == rows.count { continue }
      }
      for list in lists { api.pointee.Py_DecRef(list) }
      return nil
    }
    return lists
  }

  // MARK: What ends a call without values

  private mutating func pendingFailed<Writer: ResultWriter & ~Copyable>(
    _ rows: Range<Int>, _ writer: inout Writer
  ) throws {
    let (error, isFatal) = outcomes.takePending()
    try failed(rows, .call(error), isFatal: isFatal, &writer)
  }

  /// Fails all rows of a call, or tries them one by one.
  private mutating func failed<Writer: ResultWriter & ~Copyable>(
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

extension RowProblem {
  /// What was returned is no list of values.
  fileprivate static func noValues(_ object: ObjectPointer, _ api: PythonAPI) -> RowProblem {
    if api.closeCoroutine(object) { return .result(UnawaitedCoroutine.problem, nil, isWrongType: true) }
    let shown = object == api.none ? "None" : "\(api.shortRepresentation(object)) of type \(api.typeName(object))"
    return .result("it returned \(shown), expected a list with a value for each row", nil, isWrongType: true)
  }
}

extension UnsafePointer<PythonFunctions> {
  /// Whether an object may be the values of many rows: texts and bytes can be iterated over too, but nobody means that.
  fileprivate func isListOfValues(_ object: ObjectPointer) -> Bool {
    !isInstance(object, of: pointee.PyUnicode_Type) && !isInstance(object, of: pointee.PyBytes_Type)
  }
}
