import Columnar
import TestSupport
import Testing

/// A column of every type, from the builders, with nulls and the values they should have.
struct Sample: Sendable, CustomTestStringConvertible {
  let column: Column
  let rows: [Canonical]

  var type: ColumnType { column.type }
  var testDescription: String { type.description }

  /// Twenty-one rows, every fourth of them null.
  static let count = 21

  static func rows(_ value: (Int) -> Canonical) -> [Canonical] {
    (0..<count).map { $0 % 4 == 1 ? .null : value($0) }
  }

  static let all: [Sample] = {
    do {
      return try plain + texts + nested(plain[3]) + nested(texts[2]) + deep
    } catch {
      preconditionFailure("a sample cannot be built: \(error)")
    }
  }()

  static func integers<T: FixedWidthColumnElement & FixedWidthInteger>(
    _ type: ColumnType, _ element: T.Type
  ) throws -> Sample {
    try fixedWidth(type) { (T.max / 7 &* T($0), "\(T.max / 7 &* T($0))") }
  }

  static func fixedWidth<T: FixedWidthColumnElement>(
    _ type: ColumnType, _ value: (Int) -> (T, String)
  ) throws -> Sample {
    var builder = try FixedWidthBuilder<T>(type: type)
    for row in 0..<count { if row % 4 == 1 { builder.appendNull() } else { builder.append(value(row).0) } }
    return Sample(column: builder.finish(), rows: rows { .text(value($0).1) })
  }

  private static var plain: [Sample] {
    get throws {
      let units = TimeUnit.allCases
      var samples = [
        try integers(.int8, Int8.self), try integers(.int16, Int16.self), try integers(.int32, Int32.self),
        try integers(.int64, Int64.self), try integers(.uint8, UInt8.self), try integers(.uint16, UInt16.self),
        try integers(.uint32, UInt32.self), try integers(.uint64, UInt64.self), try integers(.date32, Int32.self),
        try integers(.interval(.yearMonth), Int32.self),
      ]
      samples += try [TimeUnit.second, .millisecond].map { try fixedWidth(.time32($0)) { (Int32($0), "\($0)") } }
      samples += try [TimeUnit.microsecond, .nanosecond].map { try fixedWidth(.time64($0)) { (Int64($0), "\($0)") } }
      samples += try units.map { try integers(.timestamp($0, timeZone: nil), Int64.self) }
      samples += try units.map { try integers(.timestamp($0, timeZone: "Europe/Zurich"), Int64.self) }
      samples += try units.map { try integers(.duration($0), Int64.self) }
      samples.append(try fixedWidth(.date64) { (Int64($0) * 86_400_000, "\(Int64($0) * 86_400_000)") })
      samples.append(
        try fixedWidth(.decimal128(precision: 38, scale: 3)) { row in
          let value = Int128(row - 9) * 1_000_000_000_000_000_000 * 1_000_000_000_000_000_000 + 1
          return (value, value.description)
        })
      samples.append(
        try fixedWidth(.decimal256(precision: 76, scale: -2)) { row in
          let value = Int256(high: Int128(row - 9), low: .max)
          return (value, value.description)
        })
      samples.append(
        try fixedWidth(.interval(.dayTime)) {
          (DayTimeInterval(days: Int32($0), milliseconds: -5), "\($0) -5")
        })
      samples.append(
        try fixedWidth(.interval(.monthDayNano)) {
          (MonthDayNanoInterval(months: Int32($0), days: -1, nanoseconds: .max), "\($0) -1 \(Int64.max)")
        })
      samples.append(try fixedWidth(.float16) { (Float16($0), bits(Double($0))) })
      samples.append(try fixedWidth(.float32) { (Float($0) / 4, bits(Double($0) / 4)) })
      samples.append(try fixedWidth(.float64) { (1 / Double($0), bits(1 / Double($0))) })
      samples.append(Sample(column: .null(count: count), rows: Array(repeating: .null, count: count)))
      let booleans: [Bool?] = (0..<count).map { $0 % 4 == 1 ? nil : $0 % 3 == 0 }
      samples.append(Sample(column: Column(booleans), rows: rows { .text("\($0 % 3 == 0)") }))
      return samples
    }
  }

  private static func bits(_ number: Double) -> String {
    let text = String(number.bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
