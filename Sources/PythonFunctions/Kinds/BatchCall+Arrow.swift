import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// What numpy, pandas, pyarrow and others that know Arrow give back for the rows of a batch.
///
/// Their memory is copied while the interpreter's GIL is held, since it may belong to Python objects, and the result goes to
/// threads that have none; or it is lent.
extension BatchCall {
  // MARK: What our Python code makes of a result

  /// A result that our Python code has looked at; objects are new references.
  enum PlainResult {
    /// It is none of a package's.
    case nothing
    case raised
    case refused(String)
    /// The same values in a list, a buffer or an Arrow array.
    case values(ObjectPointer)
    /// Numbers of the result's own width, and `None` or a byte for each, 1 for nulls.
    case masked(ObjectPointer, ObjectPointer)
  }

  func plain(_ result: ObjectPointer, _ count: Int) -> PlainResult {
    guard let plainResult else { return .nothing }
    guard let type = api.makeText(self.result.numberType) else { return .raised }
    defer { api.pointee.Py_DecRef(type) }
    guard let number = api.pointee.PyLong_FromLongLong(Int64(count)) else { return .raised }
    defer { api.pointee.Py_DecRef(number) }
    guard let answer = api.call(plainResult, [result, type, number]) else { return .raised }
    if answer == api.none {
      api.pointee.Py_DecRef(answer)
      return .nothing
    }
    if api.isInstance(answer, of: api.pointee.PyUnicode_Type) {
      defer { api.pointee.Py_DecRef(answer) }
      return .refused(api.text(answer, limit: 1_000) ?? "it returned what cannot be taken")
    }
    guard answer.pointee.ob_type == api.pointee.PyTuple_Type else { return .values(answer) }
    defer { api.pointee.Py_DecRef(answer) }
    guard let numbers = api.pointee.PyTuple_GetItem(answer, 0), let mask = api.pointee.PyTuple_GetItem(answer, 1) else {
      return .raised
    }
    api.pointee.Py_IncRef(numbers)
    api.pointee.Py_IncRef(mask)
    return .masked(numbers, mask)
  }

  /// Writes numbers that lie as the result's column has them.
  mutating func writeNumbers<Writer: ResultWriter & ~Copyable>(
    _ numbers: ObjectPointer, _ mask: ObjectPointer, _ rows: Range<Int>, _ writer: inout Writer
  ) throws {
    let problem = RowProblem.result("its numbers cannot be read", nil, isWrongType: true)
    guard let byteWidth = result.numberWidth, var view = bytes(of: numbers, byteCount: rows.count * byteWidth) else {
      return try failed(rows, problem, &writer)
    }
    var isOurs = true
    defer { if isOurs { api.pointee.PyBuffer_Release(&view) } }
    var validity: Buffer?
    if mask != api.none {
      guard var nulls = bytes(of: mask, byteCount: rows.count) else { return try failed(rows, problem, &writer) }
      defer { api.pointee.PyBuffer_Release(&nulls) }
      validity = Buffer.validity(ofMask: UnsafeRawBufferPointer(start: nulls.buf, count: nulls.len))
    }
    let type = result.columnType
    if let column = lent(view, rows, validity: validity) {
      isOurs = false
      passedThrough = column
      return
    }
    let start = UnsafeRawPointer(view.buf) ?? UnsafeRawPointer(Buffer.empty.baseAddress)
    // A buffer's memory ends at a multiple of 64 bytes.
    let words = validity?.baseAddress.assumingMemoryBound(to: UInt64.self)
    let column = try withExtendedLifetime(validity) {
      try Column(type: type, copyingValues: start, count: rows.count, validityWords: words)
    }
    try write(column, Field(name: "", type: type), rows, &writer)
  }

  /// The bytes of a buffer, which must be so many; to be released. Nil for any other.
  private func bytes(of object: ObjectPointer, byteCount: Int) -> Py_buffer? {
    var view = Py_buffer()
    guard api.pointee.PyObject_GetBuffer(object, &view, Int32(PyBUF_ND)) == 0 else {
      api.pointee.PyErr_Clear()
      return nil
    }
    if view.len == byteCount { return view }
    api.pointee.PyBuffer_Release(&view)
    return nil
  }

  // MARK: Arrow

  /// Writes what can give itself as an Arrow array, or as a stream of such.
  ///
  /// - Returns: false for what cannot.
  mutating func writeArrow<Writer: ResultWriter & ~Copyable>(
    _ result: ObjectPointer, _ rows: Range<Int>, _ writer: inout Writer
  ) throws -> Bool {
    guard let given = taken(result) else { return false }
    guard case .success(let (field, columns)) = given else {
      if case .failure(.error(let reason)) = given {
        try failed(rows, .result(reason, nil, isWrongType: false), &writer)
      } else {
        try pendingFailed(rows, &writer)
      }
      return true
    }
    let count = columns.reduce(0) { $0 + $1.count }
    guard count == rows.count else {
      try failed(rows, .wrongCount("\(count)", rows.count), &writer)
      return true
    }
    if let problem = problem(field, columns) {
      try failed(rows, .result(problem, nil, isWrongType: true), &writer)
      return true
    }
    var first = rows.lowerBound
    for column in columns {
      try write(column, field, first..<first + column.count, &writer)
      first += column.count
    }
    return true
  }

  private enum Untaken: Error {
    case raised
    case error(String)
  }

  /// The columns of what can give them, in memory of our own or lent; nil for what cannot.
  private func taken(_ result: ObjectPointer) -> Result<(Field, [Column]), Untaken>? {
    for (name, isStream) in [("__arrow_c_array__", false), ("__arrow_c_stream__", true)] {
      guard let method = api.attribute(result, name) else { continue }
      defer { api.pointee.Py_DecRef(method) }
      guard let answer = api.pointee.PyObject_Vectorcall(method, nil, 0, nil) else { return .failure(.raised) }
      defer { api.pointee.Py_DecRef(answer) }
      do {
        if isStream {
          guard let stream = api.pointee.PyCapsule_GetPointer(answer, ArrowCapsule.stream) else {
            return .failure(.raised)
          }
          let (field, columns) = try Column.all(fromStreamAt: UInt(bitPattern: stream))
          var kept: [Column] = []
          for column in columns { kept.append(self.kept(column)) }
          return .success((field, kept))
        }
        guard answer.pointee.ob_type == api.pointee.PyTuple_Type, api.pointee.PyTuple_Size(answer) == 2,
          let first = api.pointee.PyTuple_GetItem(answer, 0), let second = api.pointee.PyTuple_GetItem(answer, 1)
        else { return .failure(.error("its __arrow_c_array__ gave no pair of capsules")) }
        guard let schema = api.pointee.PyCapsule_GetPointer(first, ArrowCapsule.schema),
          let array = api.pointee.PyCapsule_GetPointer(second, ArrowCapsule.array)
        else { return .failure(.raised) }
        let (field, column) = try Column.imported(
          fromArrayAt: UInt(bitPattern: array), schemaAt: UInt(bitPattern: schema))
        return .success((field, [kept(column)]))
      } catch {
        return .failure(
          .error("it returned Arrow data that cannot be read: \(error.message)"))
      }
    }
    return nil
  }

  /// Why columns cannot be the result, in words; nil when they can.
  private func problem(_ field: Field, _ columns: [Column]) -> String? {
    let returned = "it returned an Arrow array of \(field.type)"
    switch result {
    case .any, .json, .pickle: return nil
    case .null: break
    default: if field.type == .null { return nil }
    }
    let isDecimal =
      if case .decimal128 = field.type { true } else if case .decimal256 = field.type { true } else { false }
    let isFloat = result == .float || result == .float32
    guard result.accepts(field), !(isFloat && isDecimal) else { return "\(returned), expected \(result)" }
    for column in columns {
      if isFloat, let number = column.firstInteger(notExactIn: result == .float ? 53 : 24) {
        return "\(returned), whose value \(number) a \(result == .float ? 64 : 32)-bit float cannot hold exactly"
      }
      if let unit = result.columnType.timeUnit, let own = field.type.timeUnit, own.perSecond > unit.perSecond,
        column.hasRemainder(of: own.perSecond / unit.perSecond)
      {
        return "\(returned), which has more digits than the unit of \(result), \(unit)"
      }
    }
    return nil
  }

  /// Writes a column of ours, whose type the result takes.
  private mutating func write<Writer: ResultWriter & ~Copyable>(
    _ column: Column, _ field: Field, _ rows: Range<Int>, _ writer: inout Writer
  ) throws {
    if column.type == result.columnType, result.isPlain {
      if rows.count == rowCount {
        passedThrough = column
        return
      }
      if column.nullCount == 0, let layout = NumberLayout(result), layout.kind != .bool,
        writer.append(numbers: NumbersInMemory(layout: layout, start: column.unsafeValues, count: rows.count))
      {
        return
      }
    }
    if field.type == .null {
      for _ in rows { writer.appendNull() }
      return
    }
    let type =
      switch result {
      case .any, .json, .pickle: UDFType.natural(of: field)
      default: result
      }
    let content = try ColumnContent(column, field, as: type, conversion, account)
    for row in rows {
      guard let value = content.object(row - rows.lowerBound) else {
        try pendingFailed(row..<row + 1, &writer)
        continue
      }
      try write(value, row, &writer)
    }
  }
}

extension UDFType {
  /// Whether a column of the type's own column type says all that there is to say of its values.
  var isPlain: Bool {
    switch self {
    case .int128, .enumeration, .decimal, .decimalText, .any, .json, .pickle, .uuid, .list, .map, .structure: false
    default: true
    }
  }

  /// What numpy calls the type of the result's numbers; empty for results that are no numbers.
  fileprivate var numberType: String {
    switch self {
    case .bool: return "?"
    case .date: return "M8[D]"
    case .timestamp(let unit, _): return "M8[\(unit)]"
    case .duration: return "m8[us]"
    default: break
    }
    guard let layout = NumberLayout(self) else { return "" }
    switch layout.kind {
    case .signed: return "i\(layout.byteWidth)"
    case .unsigned: return "u\(layout.byteWidth)"
    case .float: return "f\(layout.byteWidth)"
    case .bool: return "?"
    }
  }

  /// How many bytes each of them takes, as our Python code gives them.
  fileprivate var numberWidth: Int? {
    switch self {
    case .date: 4
    case .timestamp, .duration: 8
    default: NumberLayout(self)?.byteWidth
    }
  }
}

extension ColumnType {
  fileprivate var timeUnit: TimeUnit? {
    switch self {
    case .timestamp(let unit, _), .duration(let unit), .time32(let unit), .time64(let unit): unit
    default: nil
    }
  }
}

extension Column {
  /// The first number of integers that no float with so many bits for its digits is equal to; nil for none.
  fileprivate func firstInteger(notExactIn bits: Int) -> String? {
    switch type {
    case .int32: first(Int32.self, bits)
    case .uint32: first(UInt32.self, bits)
    case .int64: first(Int64.self, bits)
    case .uint64: first(UInt64.self, bits)
    default: nil
    }
  }

  private func first<Value: FixedWidthInteger>(_: Value.Type, _ bits: Int) -> String? {
    let values = unsafeValues.assumingMemoryBound(to: Value.self)
    for row in 0..<count {
      let magnitude = values[row].magnitude
      guard magnitude.bitWidth - magnitude.leadingZeroBitCount - magnitude.trailingZeroBitCount > bits, !isNull(row)
      else {
        continue
      }
      return "\(values[row])"
    }
    return nil
  }

  /// Whether a value of 32 or 64 bits is no multiple of a number.
  fileprivate func hasRemainder(of divisor: Int64) -> Bool {
    let isShort = type.layout == .fixedWidth(byteWidth: 4)
    for row in 0..<count where !isNull(row) {
      let value =
        isShort
        ? Int64(unsafeValues.load(fromByteOffset: row * 4, as: Int32.self))
        : unsafeValues.load(fromByteOffset: row * 8, as: Int64.self)
      if value % divisor != 0 { return true }
    }
    return false
  }
}
