package import Functions
import CPythonABI
package import Columnar
package import PythonRuntime
import Synchronization

/// A table function on its way through the rows of a batch, some rows of its table at a time.
///
/// Between two draws it holds no reference of Python's but the iterator of the row at hand, which its interpreter keeps.
package final class TableCall: @unchecked Sendable {
  // Sendable because it is only used under the GIL of the interpreter of its first draw.

  package let function: Int
  package let batch: RecordBatch
  /// Where the call is, should that be another process.
  package let remote = RemotePlace()
  /// The row of arguments that is called for next.
  fileprivate(set) var nextRow = 0
  /// The key of the iterator over the rows of the one before; nil when there is none.
  fileprivate(set) var iterator: Int?
  /// How many rows that iterator has given.
  fileprivate(set) var drawn = 0

  package init(_ function: Int, _ batch: RecordBatch) {
    self.function = function
    self.batch = batch
  }

  /// Takes the iterator over, and gives up the rows of arguments that are left.
  fileprivate func end() -> Int? {
    nextRow = batch.rowCount
    return iterator.take()
  }
}

extension LoadedModule {
  /// Draws rows of a table function's call, under the GIL of the interpreter that the module was loaded in, which is the
  /// same for all draws of a call.
  ///
  /// - Parameter limit: how many rows at most.
  /// - Returns: nil when there are no more rows.
  /// - Throws: as `rows`. The call has ended then.
  package func draw(
    _ table: TableCall, _ limit: Int, _ context: RowContext = RowContext(), in py: borrowing Python
  ) throws -> UDFTableBatch? {
    let function = functions[table.function]
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    let memory = py.state.memory
    let refusals = memory.refusals
    do {
      guard let callable = function.roles[.call].flatMap(py.state.kept) else {
        throw UDFError(.closed, "UDF \(function.signature.name) has been unloaded")
      }
      var draw = try TableDraw(table, limit, function.signature, callable, in: py, conversion, context)
      return try draw.run()
    } catch {
      // Whoever has it open sees an error, and asks for no more.
      try? close(table, in: py)
      guard let error = error as? PythonError else { throw error }
      throw UDFError(error, memory, refusalsBefore: refusals, doing: "UDF \(function.signature.name) failed") ?? error
    }
  }

  /// Ends a call: its generator's `finally` blocks run.
  ///
  /// - Throws: `UDFError` with code `rowFailed` when that raises.
  package func close(_ table: TableCall, in py: borrowing Python) throws {
    guard let iterator = table.end() else { return }
    defer { py.state.drop(iterator) }
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    guard let object = py.state.kept(iterator) else { return }
    do { _ = try conversion.support("close", [object]) } catch let raised as PythonError {
      let error = raised.droppingFrames { $0.file == LoadedModule.ownFile }
      let name = functions[table.function].signature.name
      throw UDFError(
        .rowFailed, "UDF \(name) raised when it was closed after \(table.drawn) rows: \(error.summary)",
        exception: error)
    }
  }
}

/// One draw of rows.
struct TableDraw: WriterUse, ~Copyable {
  private let api: PythonAPI
  private let state: InterpreterState
  private let table: TableCall
  private let limit: Int
  private let callable: ObjectPointer
  private let conversion: Conversion
  private let result: UDFType
  /// The places of the columns that are written.
  private let wanted: [Int]
  private let progress: CallProgress
  private var arguments: ArgumentRows
  private var outcomes: RowOutcomes
  /// For each row drawn, the row of arguments that it belongs to.
  private var rows: [Int32] = []
  /// The rows that stand for failures, in the order of these.
  private var failed: [Int] = []
  /// The rows of arguments that have failed.
  private var failedRows: Set<Int> = []
  private let names: [String]
  /// Whether a failure without a row gets one where errors are collected.
  private let placesFailures: Bool
  private let takesTuplesOfOne: Bool
  /// How many failures have no row.
  private var failuresWithoutRow = 0

  init(
    _ table: TableCall, _ limit: Int, _ signature: UDFSignature, _ callable: ObjectPointer, in py: borrowing Python,
    _ conversion: Conversion, _ context: RowContext, placesFailures: Bool = true
  ) throws {
    let fields = table.batch.schema.fields
    let result = context.options.resultType?(signature.result) ?? signature.result.resolved(for: fields)
    conversion.decimals = signature.decimals ?? .exact
    conversion.reach = context.options.offsetReach
    arguments = try ArgumentRows(signature, table.batch, conversion)
    outcomes = RowOutcomes(signature, result, context, conversion, py.state.memory)
    let names = signature.columnTypes.map(\.name)
    wanted = context.options.columns ?? Array(names.indices)
    self.names = wanted.map { names[$0] }
    (api, state) = (py.api, py.state)
    self.placesFailures = placesFailures
    takesTuplesOfOne = signature.takesTuplesOfOne
    (self.table, self.limit, self.callable, self.conversion, self.result) = (table, limit, callable, conversion, result)
    progress = context.progress
  }

  mutating func run() throws -> UDFTableBatch? {
    var columns: [Column]
    var types: [UDFType]
    if case .structure(let structure) = result {
      columns = try use(StructWriter(conversion, structure, rows: 0, wanted: wanted)).fieldColumns()
      types = wanted.map { structure.fields[$0].type }
    } else {
      columns = [try conversion.withWriter(of: result, rows: 0, &self)]
      types = [result]
      // Nobody may want even the only column.
      if wanted.isEmpty { (columns, types) = ([], []) }
    }
    let failures = outcomes.failures
    guard rows.count > 0 || failures.count > 0 else { return nil }
    var fields = zip(zip(names, types), columns).map { described, column in
      var field = described.1.field(named: described.0)
      field.type = column.type
      return field
    }
    if outcomes.mode == .collect {
      let errors = try UDFRowFailure.column(
        zip(failures.described, failed).map { $0.moved(to: $1) }, rowCount: rows.count, conversion.reach)
      columns.append(errors)
      fields.append(Field(name: "error", type: errors.type))
    }
    let batch = try RecordBatch(
      schema: Schema([Field(name: "row", type: .int32, isNullable: false)] + fields), columns: [rowColumn()] + columns)
    return UDFTableBatch(
      values: batch, failureCount: failures.count, failures: failures.described, failuresByType: failures.countByType,
      failuresWithoutRow: outcomes.mode == .collect ? 0 : failuresWithoutRow)
  }

  /// Draws all rows, and puts those of each row of arguments in a list; null for a row that is not called for, or that
  /// fails before its first.
  mutating func lists() throws -> UDFResult {
    let elements: Column
    if case .structure(let structure) = result {
      elements = try use(StructWriter(conversion, structure, rows: 0))
    } else {
      elements = try conversion.withWriter(of: result, rows: 0, &self)
    }
    var builder = LargeListBuilder(reach: conversion.reach)
    builder.reserveCapacity(table.batch.rowCount)
    let failures = outcomes.failures
    // One for each row; a row may have several.
    var first: [UDFRowFailure] = []
    for failure in failures.described where failure.row != first.last?.row { first.append(failure) }
    var next = rows.startIndex
    for row in 0..<table.batch.rowCount {
      let start = next
      while next < rows.endIndex, rows[next] == Int32(truncatingIfNeeded: row) { next += 1 }
      if next == start, arguments.skipped?[row] == true || failedRows.contains(row) {
        builder.appendNull()
      } else {
        try builder.append(elementCount: next - start)
      }
    }
    var field = result.field(named: "item")
    field.type = elements.type
    let rowCount = table.batch.rowCount
    return UDFResult(
      values: try builder.finish(elements: elements, field: field),
      errors: outcomes.mode == .collect ? try UDFRowFailure.column(first, rowCount: rowCount, conversion.reach) : nil,
      failureCount: failures.count, failures: outcomes.mode == .collect ? first : failures.described,
      failuresByType: failures.countByType)
  }

  private func rowColumn() -> Column {
    var builder = FixedWidthBuilder<Int32>()
    builder.reserveCapacity(rows.count)
    for row in rows { builder.append(row) }
    return builder.finish()
  }

  /// Draws rows until there are enough.
  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    let none = api.none
    let drop = api.pointee.Py_DecRef
    let progress = self.progress
    let rowUnderWay = progress.row
    while rows.count < limit {
      guard let found = try iterator() else { break }
      let row = table.nextRow - 1
      guard case .some(let iterator) = found else {
        if noteFailure(row) { writer.appendNull() }
        continue
      }
      // Until it ends, or there are enough. Its type's own entry, as `PyIter_Next` would look it up for each row.
      let next = api.next(of: iterator)
      let room = limit - rows.count
      let (before, first) = (table.drawn, rows.count)
      var count = 0
      var hasEnded = false
      while count < room {
        if progress.isStopped.load(ordering: .relaxed) {
          table.drawn = before + count
          throw UDFError.failed(
            .interrupted, in: outcomes.place(row, arguments), because: "it was stopped after \(table.drawn) rows")
        }
        rowUnderWay.pointee.store(first + count + 1, ordering: .relaxed)
        guard var item = next(iterator) else {
          hasEnded = true
          break
        }
        if takesTuplesOfOne, let only = api.onlyItem(of: item) {
          drop(item)
          item = only
        }
        if item == none {
          writer.appendNull()
        } else {
          do throws(ResultProblem) { try writer.append(item) } catch {
            table.drawn = before + count
            outcomes.drawn = table.drawn
            do { try outcomes.resultFailed(row, item, error, arguments) } catch {
              drop(item)
              throw error
            }
            failed.append(first + count)
            writer.appendNull()
          }
        }
        drop(item)
        count += 1
      }
      table.drawn = before + count
      rows.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: row), count: count))
      if hasEnded, try hasRaised(row), noteFailure(row) { writer.appendNull() }
    }
    return try writer.finish()
  }

  /// The iterator of the row at hand, or of the next that has one, borrowed; nil within for one that failed, and nil when
  /// there are no more.
  private mutating func iterator() throws -> ObjectPointer?? {
    if let key = table.iterator { return .some(state.kept(key)) }
    while table.nextRow < table.batch.rowCount {
      let row = table.nextRow
      table.nextRow += 1
      table.drawn = 0
      outcomes.drawn = nil
      if progress.isStopped.load(ordering: .relaxed) {
        throw UDFError.failed(
          .interrupted, in: outcomes.place(row, arguments), because: "it was stopped before that row")
      }
      if let skipped = arguments.skipped, skipped[row] { continue }
      progress.row.pointee.store(rows.count + 1, ordering: .relaxed)
      let vector = arguments.make(row..<row + 1)
      if let (error, isFatal) = arguments.problems[row] {
        arguments.drop(vector)
        try outcomes.callFailed(row, .argument(error), isFatal: isFatal, arguments)
        return .some(nil)
      }
      let flags = arguments.width | Int(bitPattern: PythonVectorcallArgumentsOffset)
      let result = api.pointee.PyObject_Vectorcall(callable, vector, flags, nil)
      arguments.drop(vector)
      guard let result else {
        try callFailed(row)
        return .some(nil)
      }
      defer { api.pointee.Py_DecRef(result) }
      if let found = api.pointee.PyObject_GetIter(result) {
        table.iterator = state.keep(found)
        return .some(found)
      }
      let (error, isFatal) = outcomes.takePending()
      var problem = RowProblem.call(error)
      if api.closeCoroutine(result) {
        problem = .result(UnawaitedCoroutine.problem, nil, isWrongType: true)
      } else if error.typeName == "TypeError", error.traceback.isEmpty {
        let shown = result == api.none ? "None" : "\(api.shortRepresentation(result)) of type \(api.typeName(result))"
        problem = .result(
          "it returned \(shown), which has no rows; yield them, or return a list", nil, isWrongType: true)
      }
      try outcomes.callFailed(row, problem, isFatal: isFatal, arguments)
      return .some(nil)
    }
    return nil
  }

  /// Notes that the iterator at hand has no more rows; gives whether it has raised.
  private mutating func hasRaised(_ row: Int) throws -> Bool {
    if let key = table.iterator.take() { state.drop(key) }
    guard let raised = api.pointee.PyErr_Occurred() else { return false }
    if api.pointee.PyErr_GivenExceptionMatches(raised, api.pointee.PyExc_StopIteration.pointee) != 0 {
      api.pointee.PyErr_Clear()
      return false
    }
    outcomes.drawn = table.drawn
    try callFailed(row)
    return true
  }

  private mutating func callFailed(_ row: Int) throws {
    let (error, isFatal) = outcomes.takePending()
    try outcomes.callFailed(row, .call(error), isFatal: isFatal, arguments)
  }

  /// Makes a row that stands for a failure without one, where errors are collected; gives whether there is one.
  private mutating func noteFailure(_ row: Int) -> Bool {
    failedRows.insert(row)
    failuresWithoutRow += 1
    guard placesFailures, outcomes.mode == .collect else { return false }
    failed.append(rows.count)
    rows.append(Int32(truncatingIfNeeded: row))
    return true
  }
}

extension UnsafePointer<PythonFunctions> {
  /// What gives an iterator's items, as new references; nil at its end or with an exception pending, which at the end may be
  /// `StopIteration`.
  fileprivate func next(of iterator: ObjectPointer) -> iternextfunc {
    guard let own = pointee.PyType_GetSlot(iterator.pointee.ob_type, Int32(Py_tp_iternext)) else {
      return pointee.PyIter_Next
    }
    return unsafeBitCast(own, to: iternextfunc.self)
  }

  /// A new reference to the item of a tuple that has one; nil for anything else.
  fileprivate func onlyItem(of object: ObjectPointer) -> ObjectPointer? {
    guard object.pointee.ob_type == pointee.PyTuple_Type, pointee.PyTuple_Size(object) == 1,
      let item = pointee.PyTuple_GetItem(object, 0)
    else { return nil }
    pointee.Py_IncRef(item)
    return item
  }
}
