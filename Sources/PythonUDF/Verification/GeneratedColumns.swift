package import Columnar
package import Functions

/// Columns of made-up values for a function's parameters, which are the same for the same seed: ordinary ones, and those that
/// arithmetic and text handling trip over.
package struct GeneratedColumns {
  private var state: UInt64
  /// Texts that the functions themselves have.
  private let own: [String]

  /// - Parameter source: of the functions' file, of which the quoted texts are among the values.
  package init(seed: UInt64, source: String = "") {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var seen: Set<[UInt8]> = []
    own = source.split(separator: "\n").flatMap { line in
      ["\"", "'"].flatMap { quote in
        line.split(separator: quote, omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 && $0.element.utf8.count <= 40 && !$0.element.contains("\\") }
          .map { String($0.element) }
      }
    }.filter { seen.insert(Array($0.utf8)).inserted }
  }

  /// Nil for a function with a parameter of a type that has no such values.
  package mutating func batch(for signature: UDFSignature, rows: Int, nullShare: Double) throws -> RecordBatch? {
    var (fields, columns): ([Field], [Column]) = ([], [])
    for parameter in signature.parameters where !parameter.isVariadic {
      guard let column = try column(of: parameter.type, rows: rows, nullShare: nullShare) else { return nil }
      fields.append(Field(name: parameter.name, type: column.type))
      columns.append(column)
    }
    return try RecordBatch(schema: Schema(fields), columns: columns, rowCount: rows)
  }

  private mutating func column(of type: UDFType, rows: Int, nullShare: Double) throws -> Column? {
    let nulls = (0..<rows).map { _ in chance(nullShare) }
    switch type {
    case .bool: return Column(nulls.map { $0 ? nil : chance(0.5) } as [Bool?])
    case .int: return Column(nulls.map { $0 ? nil : integer() } as [Int64?])
    case .int8: return Column(nulls.map { $0 ? nil : Int8(truncatingIfNeeded: integer()) } as [Int8?])
    case .int16: return Column(nulls.map { $0 ? nil : Int16(truncatingIfNeeded: integer()) } as [Int16?])
    case .int32: return Column(nulls.map { $0 ? nil : Int32(truncatingIfNeeded: integer()) } as [Int32?])
    case .uint8: return Column(nulls.map { $0 ? nil : UInt8(truncatingIfNeeded: integer()) } as [UInt8?])
    case .uint16: return Column(nulls.map { $0 ? nil : UInt16(truncatingIfNeeded: integer()) } as [UInt16?])
    case .uint32: return Column(nulls.map { $0 ? nil : UInt32(truncatingIfNeeded: integer()) } as [UInt32?])
    case .uint64: return Column(nulls.map { $0 ? nil : UInt64(truncatingIfNeeded: integer()) } as [UInt64?])
    case .float: return Column(nulls.map { $0 ? nil : float() } as [Double?])
    case .float32: return Column(nulls.map { $0 ? nil : Float(float()) } as [Float?])
    case .string: return Column(nulls.map { $0 ? nil : text() } as [String?])
    case .date: return try column(.date32, nulls.map { $0 ? nil : day() })
    case .timestamp(.microsecond, timeZone: nil):
      return try column(.timestamp(.microsecond, timeZone: nil), nulls.map { $0 ? nil : moment() })
    default: return nil
    }
  }

  private func column<Value: FixedWidthColumnElement>(_ type: ColumnType, _ values: [Value?]) throws -> Column {
    var builder = try FixedWidthBuilder<Value>(type: type)
    for value in values { if let value { builder.append(value) } else { builder.appendNull() } }
    return builder.finish()
  }

  // MARK: Values

  package mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  package mutating func chance(_ share: Double) -> Bool { Double(next() >> 11) / Double(1 << 53) < share }
  package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }
  package mutating func element<Element>(of all: [Element]) -> Element { all[below(all.count)] }

  private static let integers: [Int64] = [
    .min, .min + 1, .max, .max - 1, 1 << 53, (1 << 53) + 1, -(1 << 53), -(1 << 53) - 1, 1 << 31, (1 << 31) - 1,
    -(1 << 31),
    1 << 32, 3_037_000_500, -3_037_000_500, 1 << 62, -(1 << 62), 127, 128, -128, 255, 256, 65_535, 65_536, 0, 1, -1, 63,
    64,
    65, 1_000_000_007,
  ]

  package mutating func integer() -> Int64 {
    switch below(20) {
    case 0..<9: Int64(below(201)) - 100
    case 9..<13: Int64(below(20))
    case 13..<17: Int64(below(2_000_001)) - 1_000_000
    case 17: Int64(bitPattern: next()) >> Int64(below(63))
    default: element(of: Self.integers)
    }
  }

  private static let days: [Int32] = [
    0, -1, -719_162, 2_932_896, 59, 60, 10_957, 11_016, 11_017, 19_782, 19_723, 20_088, -25_567, -354_285, 364, 365,
  ]

  /// Mostly of these times; now and then any that Python has, or none.
  package mutating func day() -> Int32 {
    switch below(20) {
    case 0..<12: Int32(below(20_000))
    case 12..<16: Int32(below(3_652_059) - 719_162)
    case 16..<19: element(of: Self.days)
    default: chance(0.1) ? Int32(truncatingIfNeeded: integer()) : Int32(below(2_000) - 1_000)
    }
  }

  package mutating func moment() -> Int64 {
    let day = Int64(min(max(day(), -719_162), 2_932_896)) * 86_400_000_000
    switch below(20) {
    case 0..<6: return day
    case 6..<12: return day + Int64(below(86_400)) * 1_000_000
    case 12..<18: return day + Int64(next() % 86_400_000_000)
    case 18: return day + 86_399_999_999
    default: return chance(0.1) ? integer() : day + 1
    }
  }

  private static let floats: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 1e16, 1e15, 123_456_789_012_345_680, 1e-5, 0.0001, 1e22, 1e23,
    1e300,
    -1e300, 1e308, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .leastNormalMagnitude, .infinity, -.infinity, .nan,
    0x1p53, 0x1p53 + 2, -0x1p63, 0x1p63, 0x1p62, 2.675, 1.005, 0.285, 4_503_599_627_370_496.5,
  ]

  package mutating func float() -> Double {
    switch below(20) {
    case 0..<6: Double(below(20_001) - 10_000) / 100
    case 6..<10: Double(below(201) - 100)
    case 10..<15: Double(Int64(bitPattern: next()) >> 11) / Double(1 << 52)
    case 15: Double(Int64(bitPattern: next()) >> Int64(below(63)))
    case 16: Double(bitPattern: next())
    default: element(of: Self.floats)
    }
  }

  private static let texts = [
    "", " ", "a", "abc", "ABC", "Hello World", "  padded  ", "\tx\n", "\u{1c}\u{1d}\u{1e}\u{1f}x\u{1f}", "12", "-7",
    "+5", "007", "1_000",
    " 42 ", "3.14", "-0.5", "1e5", "nan", "inf", "1.", ".5", "0x1f", "9223372036854775807", "9223372036854775808",
    "12345678901234567890",
    "ID-123456", "foo-bar_baz", "a,b,,c", "x=1;y=2", "Ünï-Code", "straße", "İstanbul", "e\u{301}", "٣٤", "²", "日本語",
    "😀", "\u{2003}x\u{2003}",
    "\u{85}x", "\u{a0}y\u{a0}", "ǅ", "ﬁ", "yes", "no", "True", "None", "2024-01-31", "2024-02-29", "2023-02-29",
    "2024-01-31 12:30:59", "1999-12-31T23:59:59.5", "31.12.1999", "aaa", "abcabc", "A", "z", "0",
    "~", "\u{0}", "a\u{0}b",
    "\u{d7ff}\u{e000}\u{ffff}", "NYC", "New York", "new-york", "DE", "de", "US", "gold", "silver", "K",
  ]

  package mutating func text() -> String {
    switch below(10) {
    case 0 where !own.isEmpty: return element(of: own)
    case 1 where !own.isEmpty: return element(of: own) + (chance(0.5) ? element(of: own) : element(of: Self.texts))
    case 0..<5: return element(of: Self.texts)
    case 5: return element(of: Self.texts) + element(of: Self.texts)
    case 6: return "\(integer())"
    case 7: return "\(float())"
    default:
      let letters = Array("abcXYZ 019-_.,/@ \t")
      return String((0..<below(24)).map { _ in element(of: letters) })
    }
  }
}
