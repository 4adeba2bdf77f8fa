extension SQLValue: CustomStringConvertible {
  /// The text that `CAST(x AS VARCHAR)` gives in DuckDB, and `NULL` for no value. Where versions
  /// differ, which is in when texts within other values are quoted, it is that of DuckDB 2.
  public var description: String {
    var text = ""
    appendText(to: &text)
    return text
  }

  /// Appends ``description``.
  package func appendText(to text: inout String) {
    switch self {
    case .null: text += "NULL"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .hugeInteger(let value): text += String(value)
    case .unsignedHugeInteger(let value): text += String(value)
    case .float(let value): text += NumberText.shortest(value)
    case .double(let value): text += NumberText.shortest(value)
    case .decimal(let value, let width, let scale):
      // Without room for a digit before the point, DuckDB writes none.
      text += NumberText.decimal(value, scale: scale, hasLeadingZero: width > scale)
    case .text(let value), .json(let value): text += value
    case .blob(let bytes): Self.append(bytes, to: &text)
    case .bits(let bits): for bit in bits { text += bit ? "1" : "0" }
    case .uuid(let value): text += Self.uuid(value)
    case .date(let days): TemporalText.appendDate(days: days, to: &text)
    case .time(let nanoseconds): TemporalText.appendTime(nanoseconds: nanoseconds, to: &text)
    case .zonedTime(let microseconds, let offset):
      TemporalText.appendTime(nanoseconds: microseconds.multipliedReportingOverflow(by: 1_000).0, to: &text)
      TemporalText.appendOffset(seconds: offset, to: &text)
    case .timestamp(let value, let unit, let isUTC):
      TemporalText.appendTimestamp(value, unit, isUTC: isUTC, to: &text)
    case .interval(let months, let days, let microseconds):
      TemporalText.appendInterval(months: months, days: days, microseconds: microseconds, to: &text)
    case .list(let elements):
      Self.append(elements, "[", "]", to: &text) { $0.appendNested(to: &$1) }
    case .structure(let fields):
      let isNamed = fields.first.map { !$0.name.isEmpty } ?? true
      Self.append(fields, isNamed ? "{" : "(", isNamed ? "}" : ")", to: &text) { field, text in
        if isNamed {
          Self.appendQuoted(field.name, to: &text)
          text += ": "
        }
        field.value.appendNested(to: &text)
      }
    case .map(let entries):
      Self.append(entries, "{", "}", to: &text) { entry, text in
        entry.key.appendNested(to: &text)
        text += "="
        entry.value.appendNested(to: &text)
      }
    case .union(_, let value): value.appendText(to: &text)
    case .unsupported(let type): text += "<\(type) is not supported>"
    }
  }

  /// Inside another value, texts that could be mistaken for its punctuation are quoted.
  private func appendNested(to text: inout String) {
    switch self {
    case .null, .list, .structure, .map, .unsupported, .union: appendText(to: &text)
    default:
      var own = ""
      appendText(to: &own)
      if Self.needsQuotes(own) { Self.appendQuoted(own, to: &text) } else { text += own }
    }
  }

  private static func append<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String,
    _ append: (Element, inout String) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += ", " }
      append(element, &text)
    }
    text += close
  }

  private static func needsQuotes(_ text: String) -> Bool {
    let utf8 = text.utf8
    guard let first = utf8.first, let last = utf8.last else { return true }
    if isSpace(first) || isSpace(last) || text.lowercased() == "null" { return true }
    return utf8.contains { byte in
      switch Unicode.Scalar(byte) {
      case "\"", "'", "(", ")", ",", ":", "=", "[", "]", "{", "}", "\\": true
      default: false
      }
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private static func appendQuoted(_ value: String, to text: inout String) {
    text += "'"
    for scalar in value.unicodeScalars {
      if scalar == "'" || scalar == "\\" { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
    text += "'"
  }

  private static func append(_ bytes: [UInt8], to text: inout String) {
    for byte in bytes {
      switch Unicode.Scalar(byte) {
      case "\\", "'", "\"": text += "\\x" + hexadecimal(byte)
      case " "..."~": text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "\\x" + hexadecimal(byte)
      }
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  private static func uuid(_ value: UInt128) -> String {
    var digits = String(value, radix: 16)
    digits = String(repeating: "0", count: 32 - digits.count) + digits
    var text = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { text += "-" }
      text.append(digit)
    }
    return text
  }
}
