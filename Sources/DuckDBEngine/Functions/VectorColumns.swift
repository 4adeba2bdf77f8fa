internal import CDuckDBABI
import Columnar
import PythonUDF

/// Copies between DuckDB's vectors and Arrow columns.
///
/// Numbers have one layout in both, and so have validity masks, so most of this is a copy of memory: about 1 µs for
/// 2,048 values, and nothing of DuckDB's is kept beyond the callback it belongs to.
struct VectorColumns {
  let functions: UnsafePointer<DuckDBFunctions>

  // MARK: Arguments

  /// The rows of a vector as a column that a parameter takes; types without a column of their own are converted.
  ///
  /// - Throws: `invalidArgument` for a HUGEINT that does not fit the 64 bits of an `int` parameter's column.
  func column(_ vector: duckdb_vector, type: SQLType, for parameter: UDFType, count: Int) throws -> Column {
    let validity = functions.pointee.vector_get_validity(vector)
    guard let data = functions.pointee.vector_get_data(vector), type != .plain(.null) else {
      return .null(count: count)
    }
    if let columnType = type.columnType {
      return try Column(type: columnType, copyingValues: data, count: count, validityWords: validity)
    }
    func isValid(_ row: Int) -> Bool { validity.map { $0[row >> 6] >> UInt64(row & 63) & 1 == 1 } ?? true }
    switch type {
    case .plain(.blob):
      return try bytes(data.assumingMemoryBound(to: duckdb_string_t.self), count, isValid)
    case .plain(.hugeint) where parameter == .float:
      return floats(data.assumingMemoryBound(to: duckdb_hugeint.self), count, isValid) { Double(Int128($0)) }
    case .plain(.uhugeint) where parameter == .float:
      return floats(data.assumingMemoryBound(to: duckdb_hugeint.self), count, isValid) {
        Double(UInt128(bitPattern: Int128($0)))
      }
    case .plain(.hugeint):
      return try integers(data.assumingMemoryBound(to: duckdb_hugeint.self), count, isValid) { Int128($0) }
    case .plain(.uhugeint):
      return try integers(data.assumingMemoryBound(to: duckdb_hugeint.self), count, isValid) {
        UInt128(bitPattern: Int128($0))
      }
    case .decimal(let width, let scale):
      return decimals(data, width, scale, count, isValid)
    default:
      return try texts(data.assumingMemoryBound(to: duckdb_string_t.self), count, isValid)
    }
  }

  private func texts(
    _ strings: UnsafePointer<duckdb_string_t>, _ count: Int, _ isValid: (Int) -> Bool
  ) throws -> Column {
    var builder = StringBuilder()
    builder.reserveCapacity(count)
    for row in 0..<count {
      if isValid(row) { try strings.withBytes(row) { try builder.append(utf8: $0) } } else { builder.appendNull() }
    }
    return builder.finish()
  }

  private func bytes(
    _ strings: UnsafePointer<duckdb_string_t>, _ count: Int, _ isValid: (Int) -> Bool
  ) throws -> Column {
    var builder = BinaryBuilder()
    builder.reserveCapacity(count)
    for row in 0..<count {
      if isValid(row) { try strings.withBytes(row) { try builder.append(bytes: $0) } } else { builder.appendNull() }
    }
    return builder.finish()
  }

  private func integers<Value, Wide: FixedWidthInteger>(
    _ values: UnsafePointer<Value>, _ count: Int, _ isValid: (Int) -> Bool, _ widen: (Value) -> Wide
  ) throws -> Column {
    var builder = FixedWidthBuilder<Int64>()
    builder.reserveCapacity(count)
    for row in 0..<count {
      guard isValid(row) else {
        builder.appendNull()
        continue
      }
      let value = widen(values[row])
      guard let narrow = Int64(exactly: value) else {
        throw DuckDBError(
          .invalidArgument,
          "the number \(value) at row \(row) of its batch does not fit the 64 bits of an int parameter; declare it float"
        )
      }
      builder.append(narrow)
    }
    return builder.finish()
  }

  private func floats<Value>(
    _ values: UnsafePointer<Value>, _ count: Int, _ isValid: (Int) -> Bool, _ double: (Value) -> Double
  ) -> Column {
    var builder = FixedWidthBuilder<Double>()
    builder.reserveCapacity(count)
    for row in 0..<count {
      if isValid(row) { builder.append(double(values[row])) } else { builder.appendNull() }
    }
    return builder.finish()
  }

  /// Fixed point to floating point: the double next to the exact value, where DuckDB's own casts of more digits than a
  /// double has are off by a bit now and then, each version in its own way.
  private func decimals(
    _ data: UnsafeMutableRawPointer, _ width: Int, _ scale: Int, _ count: Int, _ isValid: (Int) -> Bool
  ) -> Column {
    // The quotient of two numbers that doubles hold exactly is rounded once: 10^22 is the last such power of ten.
    let divisor = (0..<scale).reduce(1.0) { power, _ in power * 10 }
    let largestExact: UInt128 = scale <= 22 ? 1 << 53 : 0
    func double(_ digits: Int128) -> Double {
      if digits.magnitude <= largestExact { return Double(digits) / divisor }
      return Double(NumberText.decimal(digits, scale: scale)) ?? Double(digits) / divisor
    }
    func column<Value>(_: Value.Type, _ digits: (Value) -> Int128) -> Column {
      floats(data.assumingMemoryBound(to: Value.self), count, isValid) { double(digits($0)) }
    }
    return switch width {
    case ...4: column(Int16.self) { Int128($0) }
    case ...9: column(Int32.self) { Int128($0) }
    case ...18: column(Int64.self) { Int128($0) }
    default: column(duckdb_hugeint.self) { Int128($0) }
    }
  }

  // MARK: Results

  /// Writes a result column into the vector that DuckDB gave for it.
  func write(_ column: Column, to vector: duckdb_vector) throws {
    writeValidity(of: column, to: vector)
    guard let data = functions.pointee.vector_get_data(vector) else { return }
    switch column.type.layout {
    case .fixedWidth(let byteWidth):
      data.copyMemory(from: column.unsafeValues, byteCount: column.count * byteWidth)
    case .bits:
      let booleans = try column.booleans()
      let target = data.assumingMemoryBound(to: Bool.self)
      for row in 0..<column.count { target[row] = booleans[row] }
    case .variableWidth:
      writeStrings(column, to: vector, data.assumingMemoryBound(to: duckdb_string_t.self))
    default:
      throw DuckDBError(.invalidArgument, "results of type \(column.type) cannot be handed to DuckDB yet")
    }
    withExtendedLifetime(column) {}
  }

  private func writeValidity(of column: Column, to vector: duckdb_vector) {
    guard let validity = column.validity else { return }
    functions.pointee.vector_ensure_validity_writable(vector)
    guard let words = functions.pointee.vector_get_validity(vector) else { return }
    for row in 0..<column.count where !validity[row] { words[row >> 6] &= ~(1 << UInt64(row & 63)) }
  }

  /// A short string stands in its slot; only a longer one needs memory of DuckDB's, and so a call.
  private func writeStrings(_ column: Column, to vector: duckdb_vector, _ slots: UnsafeMutablePointer<duckdb_string_t>)
  {
    let (offsets, data) = column.unsafeOffsets(as: Int32.self)
    let inlineCapacity = 12
    for row in 0..<column.count {
      let start = data + Int(offsets[row])
      let length = Int(offsets[row + 1] - offsets[row])
      guard length <= inlineCapacity else {
        start.withMemoryRebound(to: CChar.self, capacity: length) {
          functions.pointee.vector_assign_string_element_len(vector, idx_t(row), $0, idx_t(length))
        }
        continue
      }
      let slot = UnsafeMutableRawPointer(slots + row)
      slot.initializeMemory(as: UInt8.self, repeating: 0, count: 16)
      slot.storeBytes(of: UInt32(length), as: UInt32.self)
      (slot + 4).copyMemory(from: start, byteCount: length)
    }
  }
}

extension UnsafePointer<duckdb_string_t> {
  /// The bytes of a string: in its slot up to 12 of them, else behind its pointer.
  fileprivate func withBytes(_ row: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    let slot = self + row
    let length = Int(slot.pointee.length)
    let start = length <= 12 ? UnsafeRawPointer(slot) + 4 : UnsafeRawPointer(slot.pointee.pointer)
    try body(UnsafeRawBufferPointer(start: start, count: length))
  }
}

extension SQLType {
  /// The Arrow type with the same layout, if there is one.
  fileprivate var columnType: ColumnType? {
    guard case .plain(let plain) = self else { return nil }
    return switch plain {
    case .boolean: .bool
    case .tinyint: .int8
    case .smallint: .int16
    case .integer: .int32
    case .bigint: .int64
    case .utinyint: .uint8
    case .usmallint: .uint16
    case .uinteger: .uint32
    case .ubigint: .uint64
    case .float: .float32
    case .double: .float64
    default: nil
    }
  }
}
