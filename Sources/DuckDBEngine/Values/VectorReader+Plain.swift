internal import CDuckDBABI

extension VectorReader {
  func plainValues(_ vector: duckdb_vector, type: SQLType.Plain, count: Int) -> [SQLValue] {
    switch type {
    case .null: Array(repeating: .null, count: count)
    case .boolean: rows(vector, of: UInt8.self, count: count) { .boolean($0 != 0) }
    case .tinyint: rows(vector, of: Int8.self, count: count) { .integer(Int64($0)) }
    case .smallint: rows(vector, of: Int16.self, count: count) { .integer(Int64($0)) }
    case .integer: rows(vector, of: Int32.self, count: count) { .integer(Int64($0)) }
    case .bigint: rows(vector, of: Int64.self, count: count) { .integer($0) }
    case .utinyint: rows(vector, of: UInt8.self, count: count) { .integer(Int64($0)) }
    case .usmallint: rows(vector, of: UInt16.self, count: count) { .integer(Int64($0)) }
    case .uinteger: rows(vector, of: UInt32.self, count: count) { .integer(Int64($0)) }
    case .ubigint:
      rows(vector, of: UInt64.self, count: count) { value in
        Int64(exactly: value).map { .integer($0) } ?? .hugeInteger(Int128(value))
      }
    case .hugeint: rows(vector, of: duckdb_hugeint.self, count: count) { .hugeInteger(Int128($0)) }
    case .uhugeint:
      rows(vector, of: duckdb_hugeint.self, count: count) {
        .unsignedHugeInteger(UInt128(bitPattern: Int128($0)))
      }
    case .float: rows(vector, of: Float.self, count: count) { .float($0) }
    case .double: rows(vector, of: Double.self, count: count) { .double($0) }
    case .varchar: bytes(vector, count: count) { .text(String(decoding: $0, as: UTF8.self)) }
    case .json: bytes(vector, count: count) { .json(String(decoding: $0, as: UTF8.self)) }
    case .blob: bytes(vector, count: count) { .blob(Array($0)) }
    case .bit: bytes(vector, count: count) { .bits(Self.bits($0)) }
    case .uuid:
      // Stored with the highest bit flipped, so that signed comparison gives the order of the texts.
      rows(vector, of: duckdb_hugeint.self, count: count) { value in
        .uuid(UInt128(bitPattern: Int128(value)) ^ (UInt128(1) << 127))
      }
    case .date: rows(vector, of: Int32.self, count: count) { .date(days: $0) }
    case .time:
      rows(vector, of: Int64.self, count: count) {
        .time(nanoseconds: $0.multipliedReportingOverflow(by: 1_000).0)
      }
    case .timeNS: rows(vector, of: Int64.self, count: count) { .time(nanoseconds: $0) }
    case .timeTZ: rows(vector, of: UInt64.self, count: count) { Self.zonedTime($0) }
    case .timestampS: timestamps(vector, .seconds, count: count)
    case .timestampMS: timestamps(vector, .milliseconds, count: count)
    case .timestamp: timestamps(vector, .microseconds, count: count)
    case .timestampNS: timestamps(vector, .nanoseconds, count: count)
    case .timestampTZ: timestamps(vector, .microseconds, isUTC: true, count: count)
    case .interval:
      rows(vector, of: duckdb_interval.self, count: count) {
        .interval(months: $0.months, days: $0.days, microseconds: $0.micros)
      }
    }
  }

  private func timestamps(
    _ vector: duckdb_vector, _ unit: SQLValue.TimestampUnit, isUTC: Bool = false, count: Int
  ) -> [SQLValue] {
    rows(vector, of: Int64.self, count: count) { .timestamp($0, unit, isUTC: isUTC) }
  }

  /// Reads rows of bytes. Short ones stand in the row itself, which is therefore read in place.
  private func bytes(
    _ vector: duckdb_vector, count: Int, _ value: (UnsafeRawBufferPointer) -> SQLValue
  ) -> [SQLValue] {
    guard let data = functions.pointee.vector_get_data(vector) else {
      return Array(repeating: .null, count: count)
    }
    let rows = data.assumingMemoryBound(to: duckdb_string_t.self)
    let validity = functions.pointee.vector_get_validity(vector)
    return (0..<count).map { row in
      if let validity, validity[row >> 6] >> UInt64(row & 63) & 1 == 0 { return .null }
      let length = Int(rows[row].length)
      let inlined = UnsafeRawPointer(rows + row) + MemoryLayout<UInt32>.size
      let start = length <= 12 ? inlined : UnsafeRawPointer(rows[row].pointer)
      return value(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length))
    }
  }

  /// The first byte says how many bits at the front of the second are padding.
  private static func bits(_ bytes: UnsafeRawBufferPointer) -> [Bool] {
    guard let padding = bytes.first, padding < 8 else { return [] }
    return (Int(padding)..<(bytes.count - 1) * 8).map { bit in
      bytes[1 + bit / 8] >> UInt8(7 - bit % 8) & 1 == 1
    }
  }

  /// The upper 40 bits are microseconds. The lower 24 count down from the largest offset, so that
  /// comparing the whole orders by time and then from east to west.
  private static func zonedTime(_ bits: UInt64) -> SQLValue {
    let largestOffset: Int32 = 16 * 60 * 60 - 1
    return .zonedTime(
      microseconds: Int64(bits >> 24), offsetSeconds: largestOffset - Int32(bits & 0xFF_FFFF))
  }
}
