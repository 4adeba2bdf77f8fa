package import Columnar

/// A value of any type, in a form that two languages can compare exactly: numbers as text, floating-point numbers as
/// the bits of a double, texts and bytes in hexadecimal.
package indirect enum Canonical: Codable, Hashable, Sendable {
  case null
  case text(String)
  case list([Canonical])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .list(try container.decode([Canonical].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .text(let text): try container.encode(text)
    case .list(let values): try container.encode(values)
    }
  }
}

extension Column {
  /// All rows, through the public views.
  package func canonicalRows() throws -> [Canonical] {
    switch type {
    case .null: Array(repeating: .null, count: count)
    case .bool: try toArray(of: Bool.self).map { $0.map { .text("\($0)") } ?? .null }
    case .int8: try rows(Int8.self) { "\($0)" }
    case .int16: try rows(Int16.self) { "\($0)" }
    case .uint8: try rows(UInt8.self) { "\($0)" }
    case .uint16: try rows(UInt16.self) { "\($0)" }
    case .uint32: try rows(UInt32.self) { "\($0)" }
    case .uint64: try rows(UInt64.self) { "\($0)" }
    case .float16: try rows(Float16.self) { bits(Double($0)) }
    case .float32: try rows(Float.self) { bits(Double($0)) }
    case .float64: try rows(Double.self) { bits($0) }
    case .decimal128: try rows(Int128.self) { "\($0)" }
    case .decimal256: try rows(Int256.self) { "\($0)" }
    case .interval(.dayTime): try rows(DayTimeInterval.self) { "\($0.days) \($0.milliseconds)" }
    case .interval(.monthDayNano):
      try rows(MonthDayNanoInterval.self) { "\($0.months) \($0.days) \($0.nanoseconds)" }
    case .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView, .fixedSizeBinary:
      try toArray(of: [UInt8].self).map { $0.map { .text(Hexadecimal.text($0)) } ?? .null }
    case .struct: try structRows()
    case .dictionary:
      try dictionaryRows()
    case .list, .largeList, .fixedSizeList, .listView, .largeListView, .map:
      try listRows()
    case .int32, .date32, .time32, .interval(.yearMonth): try rows(Int32.self) { "\($0)" }
    default: try rows(Int64.self) { "\($0)" }
    }
  }

  private func rows<T: FixedWidthColumnElement>(_ element: T.Type, _ text: (T) -> String) throws -> [Canonical] {
    let values = try storage(as: T.self)
    return (0..<count).map { isNull($0) ? .null : .text(text(values[$0])) }
  }

  private func listRows() throws -> [Canonical] {
    let lists = try lists()
    let elements = try lists.elements.canonicalRows()
    return (0..<count).map { lists.isNull($0) ? .null : .list(Array(elements[lists.range(at: $0)])) }
  }

  private func structRows() throws -> [Canonical] {
    let fields = try fieldColumns().map { try $0.canonicalRows() }
    return (0..<count).map { row in isNull(row) ? .null : .list(fields.map { $0[row] }) }
  }

  private func dictionaryRows() throws -> [Canonical] {
    let values = try dictionary?.canonicalRows() ?? []
    return try dictionaryIndices().map { $0 < 0 ? .null : values[$0] }
  }
}

private func bits(_ number: Double) -> String {
  guard !number.isNaN else { return "nan" }
  let text = String(number.bitPattern, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}
