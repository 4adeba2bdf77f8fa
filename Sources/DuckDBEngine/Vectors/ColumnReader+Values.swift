internal import CDuckDBABI
import Columnar

extension ColumnReader {
  /// One byte per row becomes one bit.
  func booleans(_ data: UnsafeRawPointer, _ rows: RowSelection, _ mask: RowMask?) throws(ColumnError) -> Column {
    func column(_ values: UnsafeRawPointer) throws(ColumnError) -> Column {
      let words = mask?.words
      return try Column(type: .bool, copyingValues: values, count: rows.count, validityWords: words)
    }
    guard rows.ranges.count > 1 else { return try column(data + (rows.ranges.first?.lowerBound ?? 0)) }
    let bytes = rows.copy(of: data, byteWidth: 1)
    return try column(bytes.baseAddress)
  }

  /// DuckDB flips the highest bit, so that signed comparison gives the order of the texts.
  func uuids(_ data: UnsafeRawPointer, _ rows: RowSelection) -> Buffer {
    let values = data.assumingMemoryBound(to: duckdb_hugeint.self)
    return rows.map(to: (UInt64, UInt64).self) { _, row in
      (UInt64(bitPattern: values[row].upper ^ .min).bigEndian, values[row].lower.bigEndian)
    }
  }

  /// The storage is the smallest that holds all digits of the type.
  func decimals(_ data: UnsafeRawPointer, _ digits: Int, _ rows: RowSelection) -> Buffer {
    func widened<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) -> Buffer {
      let values = data.assumingMemoryBound(to: Stored.self)
      return rows.map(to: Int128.self) { _, row in Int128(values[row]) }
    }
    return switch digits {
    case ...4: widened(Int16.self)
    case ...9: widened(Int32.self)
    case ...18: widened(Int64.self)
    default: rows.copy(of: data, byteWidth: 16)
    }
  }

  func intervals(_ data: UnsafeRawPointer, _ rows: RowSelection, _ mask: RowMask?) throws(DuckDBError) -> Buffer {
    let values = data.assumingMemoryBound(to: duckdb_interval.self)
    return try rows.map(to: MonthDayNanoInterval.self) { position, row throws(DuckDBError) in
      let value = values[row]
      let (nanoseconds, overflow) = value.micros.multipliedReportingOverflow(by: 1_000)
      // A null row may hold anything.
      if overflow, mask?[position] ?? true {
        let interval = SQLValue.interval(months: value.months, days: value.days, microseconds: value.micros)
        throw DuckDBError(
          .invalidArgument,
          "the INTERVAL '\(interval)' at row \(position) of its batch has more hours than the 2,562,047 that 64 bits of "
            + "nanoseconds hold; count them in days, or cast it to VARCHAR")
      }
      return MonthDayNanoInterval(months: value.months, days: value.days, nanoseconds: nanoseconds)
    }
  }
}

extension RowSelection {
  /// Copies the rows of a fixed width.
  func copy(of data: UnsafeRawPointer, byteWidth: Int) -> Buffer {
    var memory = GrowableBuffer(byteCapacity: count * byteWidth)
    var end = 0
    for range in ranges {
      let bytes = UnsafeRawBufferPointer(start: data + range.lowerBound * byteWidth, count: range.count * byteWidth)
      memory.copy(bytes, toByteOffset: end)
      end += bytes.count
    }
    return memory.freeze(byteCount: end)
  }

  /// Makes a value of each row, given its position and its row.
  @inline(__always)
  func map<Value: BitwiseCopyable, Failure>(
    to _: Value.Type, _ value: (_ position: Int, _ row: Int) throws(Failure) -> Value
  ) throws(Failure) -> Buffer {
    let width = MemoryLayout<Value>.stride
    let memory = GrowableBuffer(byteCapacity: count * width)
    let values = memory.base.assumingMemoryBound(to: Value.self)
    try forEach { position, row throws(Failure) in values[position] = try value(position, row) }
    return memory.freeze(byteCount: count * width)
  }
}
