import Columnar

/// Makes texts of columns, a whole column at a time, so that its type is looked at once and not for every row.
///
/// In SQL's form they are what `CAST(x AS VARCHAR)` gives in DuckDB, and `NULL`. Where versions of it differ, which is in
/// when texts within other values are quoted, they are those of DuckDB 2.
///
/// In JSON's form, which is on one line, integers and decimals of any size are numbers with all their digits. NaN and
/// infinities, which JSON has no numbers for, become `null`, as in JavaScript. Lists and structures without names are
/// arrays, structures and maps are objects, a union is the value in it, and everything else is a string with SQL's text.
struct CellMaker {
  enum Form { case sql, json }

  let form: Form
  let zones: TimeZoneLookup

  var null: StaticString { form == .sql ? "NULL" : "null" }

  /// - Throws: what the lookup of a time zone throws, and `ColumnError` for rows that lie outside their dictionary.
  func cells(_ column: Column, _ field: Field) throws -> Cells {
    if let cells = try extended(column, field) { return cells }
    switch column.type {
    case .null: return Cells(column, null: null) { _, _ in }
    case .bool:
      let bits = try column.booleans()
      return Cells(column, null: null) { row, text in text += bits[row] ? "true".utf8 : "false".utf8 }
    case .int8: return integers(column, Int8.self)
    case .int16: return integers(column, Int16.self)
    case .int32: return integers(column, Int32.self)
    case .int64: return integers(column, Int64.self)
    case .uint8: return integers(column, UInt8.self)
    case .uint16: return integers(column, UInt16.self)
    case .uint32: return integers(column, UInt32.self)
    case .uint64: return integers(column, UInt64.self)
    case .float16:
      #if os(macOS) && arch(x86_64)
        throw ColumnError(code: .unsupportedType, message: "float16 has no text on this machine")
      #else
        return numbers(column, Float16.self) { Float($0) }
      #endif
    case .float32: return numbers(column, Float.self) { $0 }
    case .float64: return numbers(column, Double.self) { $0 }
    case .decimal128(let precision, let scale):
      // Without room for a digit before the point, DuckDB writes none, but JSON wants one.
      let hasLeadingZero = form == .json || precision > scale
      return values(column, Int128.self) { value, text in
        NumberText.appendDecimal(value, scale: scale, hasLeadingZero: hasLeadingZero, to: &text)
      }
    case .decimal256(let precision, let scale):
      let hasLeadingZero = form == .json || precision > scale
      return values(column, Int256.self) { value, text in
        let digits = value.description
        NumberText.appendDecimal(digits: digits, scale: scale, hasLeadingZero: hasLeadingZero, to: &text)
      }
    case .utf8, .largeUTF8, .utf8View: return try texts(column)
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary:
      let rows = try column.binary()
      return strings(column, isPlain: false) { row, text in
        rows.bytes(at: row).withUnsafeBytes { ByteText.append($0, to: &text) }
      }
    case .dictionary: return try dictionary(column)
    case .list(let element), .largeList(let element), .listView(let element), .largeListView(let element),
      .fixedSizeList(let element, _):
      return try lists(column, element)
    case .struct(let fields): return try structures(column, fields)
    case .map(let key, let value, _): return try maps(column, key, value)
    case .date32, .date64, .time32, .time64, .timestamp, .duration, .interval: return try temporal(column)
    }
  }

  // MARK: Building blocks

  /// Values that are written as they are in both forms.
  @inline(__always)
  func values<Value: BitwiseCopyable>(
    _ column: Column, _: Value.Type, _ append: (Value, inout [UInt8]) throws -> Void
  ) rethrows -> Cells {
    try withExtendedLifetime(column) {
      // The memory may come from elsewhere, and wide values there need not be aligned.
      let start = column.unsafeValues
      return try Cells(column, null: null) { row, text in
        let place = row * MemoryLayout<Value>.stride
        try append(start.loadUnaligned(fromByteOffset: place, as: Value.self), &text)
      }
    }
  }

  private func integers<Value: FixedWidthInteger & BitwiseCopyable>(_ column: Column, _: Value.Type) -> Cells {
    values(column, Value.self) { NumberText.append($0, to: &$1) }
  }

  private func numbers<Stored: BitwiseCopyable, Value: BinaryFloatingPoint & LosslessStringConvertible>(
    _ column: Column, _: Stored.Type, _ number: (Stored) -> Value
  ) -> Cells {
    let isJSON = form == .json
    return values(column, Stored.self) { stored, text in
      let value = number(stored)
      if isJSON, !value.isFinite { text += "null".utf8 } else { NumberText.append(value, to: &text) }
    }
  }

  /// Values that are strings in JSON.
  ///
  /// - Parameter isPlain: whether nothing in them needs an escape.
  @inline(__always)
  func strings(
    _ column: Column, isPlain: Bool = true, _ append: (_ row: Int, _ text: inout [UInt8]) throws -> Void
  ) rethrows -> Cells {
    guard form == .json else { return try Cells(column, null: null, append) }
    return try Cells(column, null: null) { row, text in
      if isPlain {
        text.append(UInt8(ascii: "\""))
        try append(row, &text)
        text.append(UInt8(ascii: "\""))
      } else {
        var own: [UInt8] = []
        try append(row, &own)
        JSONText.appendString(own, to: &text)
      }
    }
  }

  private func texts(_ column: Column) throws -> Cells {
    let rows = try column.strings()
    return Cells(column, null: null) { row, text in
      rows.bytes(at: row).withUnsafeBytes { bytes in
        if form == .json { JSONText.appendString(bytes, to: &text) } else { text += bytes }
      }
    }
  }

  /// Rows that refer to others. Texts, of which there may be many more than rows, are written for the rows only.
  private func dictionary(_ column: Column) throws -> Cells {
    guard let values = column.dictionary, case .dictionary(_, let type, _) = column.type else {
      return Cells(column, null: null) { _, _ in }
    }
    let indices = try column.dictionaryIndices()
    if let outside = indices.first(where: { $0 >= values.count }) {
      throw ColumnError(
        code: .invalidIndex,
        message: "a row has the index \(outside) in a dictionary of \(values.count); the producer must correct it")
    }
    if type.isText, values.nullCount == 0 {
      let names = try values.strings()
      return Cells(column, null: null) { row, text in
        names.bytes(at: indices[row]).withUnsafeBytes { bytes in
          if form == .json { JSONText.appendString(bytes, to: &text) } else { text += bytes }
        }
      }
    }
    let cells = try cells(values, Field(name: "", type: type))
    return Cells(column, null: null, isNested: cells.isNested) { row, text in text += cells[indices[row]] }
  }
}
