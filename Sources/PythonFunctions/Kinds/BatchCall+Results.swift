import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// What a function may give for the rows of a batch: a list, a column, a buffer of numbers, an Arrow array, what of numpy or
/// pandas our Python code knows, or what can be iterated over.
extension BatchCall {
  mutating func write<Writer: ResultWriter & ~Copyable>(
    _ result: ObjectPointer, _ rows: Range<Int>, _ writer: inout Writer
  ) throws {
    if result.pointee.ob_type == OpaquePointer(columnClass) { return try writeColumn(result, rows, &writer) }
    if api.isList(result) { return try writeValues(result, rows, &writer) }
    returned = result
    switch plain(result, rows.count) {
    case .nothing: break
    case .raised: return try pendingFailed(rows, &writer)
    case .refused(let reason): return try failed(rows, .result(reason, nil, isWrongType: true), &writer)
    case .values(let plain):
      defer { api.pointee.Py_DecRef(plain) }
      if try writeArrow(plain, rows, &writer) { return }
      return try writeValues(plain, rows, &writer)
    case .masked(let numbers, let mask):
      defer { for object in [numbers, mask] { api.pointee.Py_DecRef(object) } }
      return try writeNumbers(numbers, mask, rows, &writer)
    }
    if try writeArrow(result, rows, &writer) { return }
    try writeValues(result, rows, &writer)
  }

  /// Writes what is a list of values, a buffer, or can be iterated over.
  private mutating func writeValues<Writer: ResultWriter & ~Copyable>(
    _ result: ObjectPointer, _ rows: Range<Int>, _ writer: inout Writer
  ) throws {
    guard api.isListOfValues(result) else { return try failed(rows, .noValues(result, api), &writer) }
    if !api.isList(result), api.pointee.PyObject_CheckBuffer(result) != 0, try writeBuffer(result, rows, &writer) {
      return
    }
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
      let isKnown = count <= rows.count || api.isList(result)
      return try failed(rows, .wrongCount(isKnown ? "\(count)" : "more than \(rows.count)", rows.count), &writer)
    }
    for row in rows {
      // Converting one may run code that changes the list.
      guard let value = api.pointee.PySequence_GetItem(values, row - rows.lowerBound) else {
        try pendingFailed(row..<row + 1, &writer)
        continue
      }
      try write(value, row, &writer)
    }
  }

  /// Writes one value, and drops it.
  mutating func write<Writer: ResultWriter & ~Copyable>(
    _ value: ObjectPointer, _ row: Int, _ writer: inout Writer
  ) throws {
    defer { api.pointee.Py_DecRef(value) }
    if value == api.none { return writer.appendNull() }
    do throws(ResultProblem) { try writer.append(value) } catch {
      try outcomes.resultFailed(row, value, error, arguments)
      writer.appendNull()
    }
  }

  // MARK: Columns

  private mutating func writeColumn<Writer: ResultWriter & ~Copyable>(
    _ result: ObjectPointer, _ rows: Range<Int>, _ writer: inout Writer
  ) throws {
    guard let given = ColumnClass.rows(result), let content = given.content else {
      let reason = "it returned a column of a call that is over; a column is good for its own call only"
      return try failed(rows, .result(reason, nil, isWrongType: false), &writer)
    }
    guard given.count == rows.count else {
      return try failed(rows, .wrongCount("\(given.count)", rows.count), &writer)
    }
    if let places = given.contiguous, content.isAlso(self.result) {
      if rows.count == rowCount {
        passedThrough = content.column.slice(places)
        return
      }
      if content.column.nullCount == 0, let layout = NumberLayout(self.result), layout.kind != .bool {
        let start = content.column.unsafeValues + places.lowerBound * layout.byteWidth
        if writer.append(numbers: NumbersInMemory(layout: layout, start: start, count: rows.count)) { return }
      }
    }
    for row in rows {
      guard let value = content.object(given.first + (row - rows.lowerBound) * given.step) else {
        try pendingFailed(row..<row + 1, &writer)
        continue
      }
      try write(value, row, &writer)
    }
  }

  // MARK: Buffers

  /// Takes the numbers out of a buffer in one piece.
  ///
  /// - Returns: false for a buffer whose elements have to be looked at one by one.
  private mutating func writeBuffer<Writer: ResultWriter & ~Copyable>(
    _ result: ObjectPointer, _ rows: Range<Int>, _ writer: inout Writer
  ) throws -> Bool {
    var view = Py_buffer()
    guard api.pointee.PyObject_GetBuffer(result, &view, Int32(PyBUF_FULL_RO)) == 0 else {
      try pendingFailed(rows, &writer)
      return true
    }
    var isOurs = true
    defer { if isOurs { api.pointee.PyBuffer_Release(&view) } }
    guard view.ndim == 1, let shape = view.shape else {
      let reason = "it returned a buffer of \(view.ndim) dimensions, expected one of one"
      try failed(rows, .result(reason, nil, isWrongType: true), &writer)
      return true
    }
    guard shape[0] == rows.count else {
      try failed(rows, .wrongCount("\(shape[0])", rows.count), &writer)
      return true
    }
    guard let layout = NumberLayout(of: view), let start = view.buf, view.suboffsets == nil,
      view.strides.map({ $0[0] == view.itemsize }) ?? true
    else { return false }
    if layout == NumberLayout(self.result), let column = lent(view, rows, validity: nil) {
      isOurs = false
      passedThrough = column
      return true
    }
    return writer.append(numbers: NumbersInMemory(layout: layout, start: start, count: rows.count))
  }
}

extension ColumnContent {
  /// Whether the column is as one of a result type's own, so that it can be one.
  fileprivate func isAlso(_ result: UDFType) -> Bool {
    switch result {
    // Their columns mean different things by what stands beside them.
    case .int128, .enumeration, .decimal, .decimalText: false
    default: type == result && column.type == result.columnType
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

  static func wrongCount(_ returned: String, _ rows: Int) -> RowProblem {
    let values = "\(returned) value\(returned == "1" ? "" : "s")"
    return .result("it returned \(values) for \(rows) row\(rows == 1 ? "" : "s")", nil, isWrongType: false)
  }
}

extension UnsafePointer<PythonFunctions> {
  func isList(_ object: ObjectPointer) -> Bool {
    object.pointee.ob_type == pointee.PyList_Type || object.pointee.ob_type == pointee.PyTuple_Type
  }

  /// Whether an object may be the values of many rows: texts and bytes can be iterated over too, but nobody means that.
  fileprivate func isListOfValues(_ object: ObjectPointer) -> Bool {
    !isInstance(object, of: pointee.PyUnicode_Type) && !isInstance(object, of: pointee.PyBytes_Type)
  }
}
