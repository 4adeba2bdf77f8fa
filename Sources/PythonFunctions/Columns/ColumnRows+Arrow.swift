import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// The rows of a column as Arrow's C structs, in the capsules of the Arrow PyCapsule interface: `pyarrow.array(column)` and
/// whatever else knows that interface takes them, without a copy.
///
/// Numbers are of the type of the parameter, as in a buffer; everything else is as the engine has it. What is taken keeps the
/// memory for as long as it lives.
extension ColumnRows {
  /// The pair of a schema and an array, as new references, or nil with an exception set.
  var arrowArray: ObjectPointer? {
    guard let (api, content) = livingContent else { return nil }
    guard let rows = contiguous else {
      return api.raise(
        api.pointee.PyExc_ValueError,
        "these rows of a column do not lie one after the other, as those of an Arrow array do")
    }
    guard let (field, column) = content.arrow(),
      let schema = Self.capsule(field.makeSchema(), .schema, api)
    else { return nil }
    defer { api.pointee.Py_DecRef(schema) }
    guard let array = Self.capsule(column.slice(rows).makeArray(), .array, api) else { return nil }
    defer { api.pointee.Py_DecRef(array) }
    guard let pair = api.pointee.PyTuple_New(2) else { return nil }
    for (place, part) in [schema, array].enumerated() {
      // The tuple takes a reference over.
      api.pointee.Py_IncRef(part)
      _ = api.pointee.PyTuple_SetItem(pair, place, part)
    }
    return pair
  }

  /// The schema, as a new reference, or nil with an exception set.
  var arrowSchema: ObjectPointer? {
    guard let (api, content) = livingContent, let (field, _) = content.arrow() else { return nil }
    return Self.capsule(field.makeSchema(), .schema, api)
  }

  private enum Kind { case schema, array }

  private static func capsule(_ address: UnsafeMutableRawPointer, _ kind: Kind, _ api: PythonAPI) -> ObjectPointer? {
    switch kind {
    case .schema:
      if let made = api.pointee.PyCapsule_New(
        address, ArrowCapsule.schema,
        { capsule in
          ArrowCapsule.pointer(capsule, ArrowCapsule.schema).map(Field.freeSchema)
        })
      {
        return made
      }
      Field.freeSchema(address)
    case .array:
      if let made = api.pointee.PyCapsule_New(
        address, ArrowCapsule.array,
        { capsule in
          ArrowCapsule.pointer(capsule, ArrowCapsule.array).map(Column.freeArray)
        })
      {
        return made
      }
      Column.freeArray(address)
    }
    return nil
  }
}

/// The names that capsules with Arrow's structs have. Literals of the program: never written, and never gone.
enum ArrowCapsule {
  nonisolated(unsafe) static let schema = text("arrow_schema")
  nonisolated(unsafe) static let array = text("arrow_array")
  nonisolated(unsafe) static let stream = text("arrow_array_stream")

  private static func text(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  static func pointer(_ capsule: ObjectPointer, _ name: UnsafePointer<CChar>) -> UnsafeMutableRawPointer? {
    HostFunction.api?.pointee.PyCapsule_GetPointer(capsule, name)
  }
}

extension ColumnContent {
  /// All rows for Arrow, with the field that describes them; nil with an exception set.
  func arrow() -> (Field, Column)? {
    guard NumberLayout(type) != nil, column.type != type.columnType else { return (field, column) }
    guard let plain = plainNumbers() else { return nil }
    return (Field(name: field.name, type: plain.type), plain)
  }

  /// The numbers behind dates, timestamps and durations as 64-bit integers, and what numpy calls their type; nil for what
  /// numpy has no numbers for.
  func moments() -> (Column, String)? {
    let (unit, isMoment): (TimeUnit?, Bool)
    switch (type, column.type) {
    case (.date, .date32): (unit, isMoment) = (nil, true)
    case (.date, .date64): (unit, isMoment) = (.millisecond, true)
    case (.timestamp, .timestamp(let own, _)): (unit, isMoment) = (own, true)
    case (.duration, .duration(let own)): (unit, isMoment) = (own, false)
    default: return nil
    }
    let letters = unit.map { "\($0)" } ?? "D"
    guard let numbers = column.numbers(unit == nil ? .int32 : .int64) else { return nil }
    return (numbers, "\(isMoment ? "M8" : "m8")[\(letters)]")
  }

  /// A byte for each row, 1 for nulls.
  func nullMask() -> Column {
    if dictionaryNulls == nil, let validity = column.unsafeValidity {
      let bytes = Buffer.unpacking(
        validity.bytes, bitOffset: validity.bitOffset, count: column.count, isInverted: true)
      if let mask = try? Column(type: .uint8, count: column.count, buffers: [bytes]) { return mask }
    }
    var builder = FixedWidthBuilder<UInt8>()
    builder.reserveCapacity(column.count)
    for row in 0..<column.count { builder.append(isNull(row) ? 1 : 0) }
    return builder.finish()
  }
}

extension Column {
  /// The same memory as integers.
  fileprivate func numbers(_ type: ColumnType) -> Column? {
    try? Column(
      type: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer, buffers: buffers)
  }
}
