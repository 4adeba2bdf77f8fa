internal import CDuckDBABI
import Columnar

extension ColumnWriter {
  func writeBooleans(_ column: Column, to data: UnsafeMutableRawPointer) throws(ColumnError) {
    let booleans = try column.booleans()
    let target = data.assumingMemoryBound(to: Bool.self)
    for row in 0..<column.count { target[row] = booleans[row] }
  }

  /// Arrow does not check times of day either, and a day ends.
  func checkTimes(_ column: Column, _ mask: RowMask?) throws {
    guard case .time64(let unit) = column.type else { return }
    let values = try column.storage(as: Int64.self)
    let day = 0...unit.perSecond * 86_400
    for row in 0..<column.count where !day.contains(values[row]) && mask?[row] ?? true {
      throw DuckDBError(.invalidArgument, "the time of \(values[row]) \(unit) at row \(row) is not within a day")
    }
  }

  /// DuckDB flips the highest bit, so that signed comparison gives the order of the texts.
  func writeUUIDs(_ column: Column, to data: UnsafeMutableRawPointer) {
    let source = column.unsafeValues
    let target = data.assumingMemoryBound(to: duckdb_hugeint.self)
    for row in 0..<column.count {
      // The column's memory may start anywhere.
      let upper = source.loadUnaligned(fromByteOffset: row * 16, as: UInt64.self)
      let lower = source.loadUnaligned(fromByteOffset: row * 16 + 8, as: UInt64.self)
      target[row] = duckdb_hugeint(
        lower: UInt64(bigEndian: lower), upper: Int64(bitPattern: UInt64(bigEndian: upper)) ^ .min)
    }
  }

  /// Arrow does not check that values have no more digits than their type, and DuckDB relies on it.
  func writeDecimals(
    _ column: Column, _ digits: Int, _ mask: RowMask?, _ shape: VectorShape, to data: UnsafeMutableRawPointer
  ) throws {
    let values = try column.values(as: Int128.self)
    let limit = (0..<digits).reduce(UInt128(1)) { power, _ in power * 10 }
    for row in 0..<column.count where values[row].magnitude >= limit && mask?[row] ?? true {
      guard case .decimal(_, let scale) = shape.type else { continue }
      let value = SQLValue.decimal(values[row], width: digits, scale: scale)
      throw DuckDBError(.invalidArgument, "\(value) at row \(row) has too many digits for \(shape.type)")
    }
    func narrow<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) {
      let target = data.assumingMemoryBound(to: Stored.self)
      for row in 0..<column.count { target[row] = Stored(truncatingIfNeeded: values[row]) }
    }
    switch digits {
    case ...4: narrow(Int16.self)
    case ...9: narrow(Int32.self)
    case ...18: narrow(Int64.self)
    default: data.copyMemory(from: column.unsafeValues, byteCount: column.count * 16)
    }
  }

  /// A short string stands in its slot; only a longer one needs memory of DuckDB's, and so a call.
  func writeStrings<Offset: ColumnOffset>(
    _ column: Column, _: Offset.Type, _ mask: RowMask?, to vector: duckdb_vector
  ) throws {
    let slots = try data(of: vector).assumingMemoryBound(to: duckdb_string_t.self)
    let (offsets, data) = column.unsafeOffsets(as: Offset.self)
    let inlineCapacity = 12
    for row in 0..<column.count {
      let start = data + Int(offsets[row])
      let length = mask?[row] ?? true ? Int(offsets[row + 1] - offsets[row]) : 0
      guard length <= inlineCapacity else {
        guard let length = UInt32(exactly: length) else { throw tooLong(length, row) }
        start.withMemoryRebound(to: CChar.self, capacity: Int(length)) {
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

  private func tooLong(_ length: Int, _ row: Int) -> DuckDBError {
    DuckDBError(
      .invalidArgument, "the \(length) bytes at row \(row) are more than the \(UInt32.max) that a value of DuckDB holds"
    )
  }
}
