import Columnar

extension Column {
  /// Every row as text that depends on its value only, not on the layout or the unit of the column: two columns hold the
  /// same values exactly when these are equal.
  ///
  /// Numbers in decimal, floats with the bits of a NaN, texts quoted, bytes in hexadecimal, times and durations in
  /// nanoseconds, timestamps in nanoseconds since 1970, dates in days, intervals as three numbers.
  func logicalRows() throws -> [String] {
    switch type {
    case .null: Array(repeating: "null", count: count)
    case .bool: try toArray(of: Bool.self).map { $0.map { "\($0)" } ?? "null" }
    case .int8: try rows(Int8.self) { "\($0)" }
    case .int16: try rows(Int16.self) { "\($0)" }
    case .int32: try rows(Int32.self) { "\($0)" }
    case .int64: try rows(Int64.self) { "\($0)" }
    case .uint8: try rows(UInt8.self) { "\($0)" }
    case .uint16: try rows(UInt16.self) { "\($0)" }
    case .uint32: try rows(UInt32.self) { "\($0)" }
    case .uint64: try rows(UInt64.self) { "\($0)" }
    case .float16: try rows(Float16.self) { logical(Double($0)) }
    case .float32: try rows(Float.self) { logical(Double($0)) }
    case .float64: try rows(Double.self) { logical($0) }
    case .decimal128(_, let scale): try rows(Int128.self) { logical("\($0)", scale: scale) }
    case .decimal256(_, let scale): try rows(Int256.self) { logical("\($0)", scale: scale) }
    case .date32: try rows(Int32.self) { "\($0)" }
    case .date64: try rows(Int64.self) { "\($0 / 86_400_000)" }
    case .time32(let unit): try rows(Int32.self) { nanoseconds(Int64($0), unit) }
    case .time64(let unit), .timestamp(let unit, _), .duration(let unit):
      try rows(Int64.self) { nanoseconds($0, unit) }
    case .interval(.yearMonth): try rows(Int32.self) { "\($0) 0 0" }
    case .interval(.dayTime): try rows(DayTimeInterval.self) { "0 \($0.days) \(Int64($0.milliseconds) * 1_000_000)" }
    case .interval(.monthDayNano):
      try rows(MonthDayNanoInterval.self) { "\($0.months) \($0.days) \($0.nanoseconds)" }
    case .utf8, .largeUTF8, .utf8View:
      try toArray(of: [UInt8].self).map { $0.map { String(decoding: $0, as: UTF8.self).debugDescription } ?? "null" }
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary:
      try toArray(of: [UInt8].self).map { $0.map { bytes in "x'\(bytes.map(hexadecimal).joined())'" } ?? "null" }
    case .dictionary: try dictionaryRows()
    case .struct(let fields): try structRows(fields)
    case .map: try mapRows()
    case .list, .largeList, .fixedSizeList, .listView, .largeListView: try listRows()
    }
  }

  private func rows<T: FixedWidthColumnElement>(_ element: T.Type, _ text: (T) -> String) throws -> [String] {
    let values = try storage(as: T.self)
    return (0..<count).map { isNull($0) ? "null" : text(values[$0]) }
  }

  private func dictionaryRows() throws -> [String] {
    let values = try dictionary?.logicalRows() ?? []
    return try dictionaryIndices().map { $0 < 0 ? "null" : values[$0] }
  }

  private func structRows(_ fields: [Field]) throws -> [String] {
    let columns = try fieldColumns().map { try $0.logicalRows() }
    return (0..<count).map { row in
      if isNull(row) { return "null" }
      return "{\(zip(fields, columns).map { "\($0.name): \($1[row])" }.joined(separator: ", "))}"
    }
  }

  private func listRows() throws -> [String] {
    let lists = try lists()
    let elements = try lists.elements.logicalRows()
    return (0..<count).map {
      lists.isNull($0) ? "null" : "[\(elements[lists.range(at: $0)].joined(separator: ", "))]"
    }
  }

  /// A key that occurs twice counts as it does in Python: it keeps its first place and its last value.
  private func mapRows() throws -> [String] {
    let lists = try lists()
    let entries = try lists.elements.fieldColumns().map { try $0.logicalRows() }
    return (0..<count).map { row in
      if lists.isNull(row) { return "null" }
      var keys: [String] = []
      var values: [String: String] = [:]
      for entry in lists.range(at: row) {
        if values.updateValue(entries[1][entry], forKey: entries[0][entry]) == nil { keys.append(entries[0][entry]) }
      }
      return "{\(keys.map { "\($0): \(values[$0] ?? "")" }.joined(separator: ", "))}"
    }
  }
}

private func logical(_ number: Double) -> String {
  number.isNaN ? "nan(\(String(number.bitPattern, radix: 16)))" : "\(number)"
}

/// Without the zeros at the end that a larger scale adds.
private func logical(_ digits: String, scale: Int) -> String {
  let sign = digits.hasPrefix("-") ? "-" : ""
  var whole = String(digits.dropFirst(sign.count))
  if whole == "0" { return "0" }
  guard scale > 0 else { return sign + whole + String(repeating: "0", count: -scale) }
  whole = String(repeating: "0", count: max(0, scale + 1 - whole.count)) + whole
  var fraction = String(whole.suffix(scale))
  while fraction.last == "0" { fraction.removeLast() }
  return sign + whole.dropLast(scale) + (fraction.isEmpty ? "" : "." + fraction)
}

private func nanoseconds(_ value: Int64, _ unit: TimeUnit) -> String {
  "\(Int128(value) * Int128(1_000_000_000 / unit.perSecond))"
}

private func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
