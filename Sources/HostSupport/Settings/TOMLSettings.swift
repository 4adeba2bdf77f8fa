/// Settings in TOML: keys with texts, numbers, true and false, and lists of these, without tables and dates.
///
/// What it takes means what TOML 1.0 says. The packages that read all of TOML are C++ behind assertions that end the process
/// on some texts, such as a single bracket.
package struct TOMLSettings {
  /// Why a text cannot be taken.
  package struct Problem: Error, CustomStringConvertible {
    /// Where, from 1, in bytes.
    package let line: Int
    package let column: Int
    package let reason: String

    package var description: String { "\(line):\(column): \(reason)" }
  }

  private let bytes: [UInt8]
  var place = 0

  /// - Returns: the settings with the lines that they stand in.
  package static func parse(_ text: String) throws(Problem) -> [String: (value: SettingValue, line: Int)] {
    var parser = TOMLSettings(bytes: Array(text.utf8))
    return try parser.document()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  // MARK: Bytes

  /// The byte that comes next, or one of those after it; zero at the end, which no text may have either.
  func peek(_ ahead: Int = 0) -> UInt8 { place + ahead < bytes.count ? bytes[place + ahead] : 0 }

  var isAtEnd: Bool { place >= bytes.count }

  func isNext(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { expected in
      place + expected.count <= bytes.count && bytes[place..<place + expected.count].elementsEqual(expected)
    }
  }

  func problem(_ reason: String, at position: Int? = nil) -> Problem {
    let before = bytes.prefix(position ?? place)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return Problem(line: line, column: before.count - start + 1, reason: reason)
  }

  /// The text since a place.
  func text(since start: Int) -> String { String(decoding: bytes[start..<place], as: UTF8.self) }

  private mutating func skipBlanks() {
    while peek() == UInt8(ascii: " ") || peek() == UInt8(ascii: "\t") { place += 1 }
  }

  /// - Returns: whether there was the end of a line.
  mutating func skipNewline() -> Bool {
    if isNext("\r\n") { place += 2 } else if isNext("\n") { place += 1 } else { return false }
    return true
  }

  private mutating func skipComment() throws(Problem) {
    guard peek() == UInt8(ascii: "#") else { return }
    while !isAtEnd, !isNext("\n"), !isNext("\r\n") {
      guard Self.isAllowed(peek()) else { throw problem("a comment has a control character") }
      place += 1
    }
  }

  /// Blanks, comments and ends of lines.
  private mutating func skipLines() throws(Problem) {
    repeat {
      skipBlanks()
      try skipComment()
    } while skipNewline()
  }

  /// No control character but the tabulator.
  static func isAllowed(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") }

  private static func isBare(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  // MARK: Grammar

  private mutating func document() throws(Problem) -> [String: (value: SettingValue, line: Int)] {
    var settings: [String: (value: SettingValue, line: Int)] = [:]
    while true {
      try skipLines()
      if isAtEnd { return settings }
      let start = place
      let key = try key()
      if let other = settings[key] {
        throw problem("'\(key.cut(to: TextLimit.name))' stands in line \(other.line) too", at: start)
      }
      settings[key] = (try value(), problem("", at: start).line)
      skipBlanks()
      try skipComment()
      guard isAtEnd || skipNewline() else { throw problem("one setting stands in a line; this is more") }
    }
  }

  private mutating func key() throws(Problem) -> String {
    let key: String
    switch peek() {
    case UInt8(ascii: "["):
      throw problem("settings stand in no table; write port = 8815, without a line in brackets")
    case UInt8(ascii: "\""), UInt8(ascii: "'"): key = try string(mayBeLong: false)
    default:
      let start = place
      while Self.isBare(peek()) { place += 1 }
      guard place > start else { throw problem("expected is the name of a setting, as in port = 8815") }
      key = text(since: start)
    }
    skipBlanks()
    guard peek() == UInt8(ascii: "=") else {
      throw problem(peek() == UInt8(ascii: ".") ? "no setting has parts" : "expected is = and the setting's value")
    }
    place += 1
    skipBlanks()
    return key
  }

  private mutating func value(inList: Bool = false) throws(Problem) -> SettingValue {
    switch peek() {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return .text(try string(mayBeLong: true))
    case UInt8(ascii: "["):
      guard !inList else { throw problem("a list holds texts and numbers, and no lists") }
      return try list()
    case UInt8(ascii: "{"):
      throw problem("a setting is a text, a number, true, false, or a list of these, and no table")
    default: return try bareValue()
    }
  }

  private mutating func list() throws(Problem) -> SettingValue {
    let start = place
    place += 1
    var values: [SettingValue] = []
    while true {
      try skipLines()
      if peek() == UInt8(ascii: "]") { break }
      guard !isAtEnd else { throw problem("the list has no end", at: start) }
      values.append(try value(inList: true))
      try skipLines()
      if peek() == UInt8(ascii: "]") { break }
      guard peek() == UInt8(ascii: ",") else {
        throw isAtEnd ? problem("the list has no end", at: start) : problem("expected is a comma, or the list's end")
      }
      place += 1
    }
    place += 1
    return .list(values)
  }

  private mutating func bareValue() throws(Problem) -> SettingValue {
    let start = place
    while Self.isBare(peek()) || [UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: ":")].contains(peek()) {
      place += 1
    }
    let text = text(since: start)
    switch text {
    case "true": return .truth(true)
    case "false": return .truth(false)
    case "": throw problem("expected is a value: a text in quotes, a number, true, false, or a list of these")
    default:
      if let number = Self.number(text) { return .number(number) }
      throw problem("'\(text.cut(to: TextLimit.name))' is no value; a text stands in quotes", at: start)
    }
  }

  // MARK: Numbers

  private static func number(_ text: String) -> String? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(2)
      guard isDigits(digits, radix) else { return nil }
      return Int(digits.replacing("_", with: ""), radix: radix).map { "\($0)" }
    }
    let unsigned = text.first == "+" || text.first == "-" ? text.dropFirst() : text[...]
    if unsigned == "inf" || unsigned == "nan" { return text }
    // A whole part, and a fraction, an exponent or both.
    let mantissa = unsigned.prefix { $0 != "e" && $0 != "E" }
    let whole = mantissa.prefix { $0 != "." }
    guard isDigits(whole, 10), whole.first != "0" || whole.count == 1 else { return nil }
    let plain = text.replacing("_", with: "")
    if unsigned == whole { return Int(plain).map { "\($0)" } }
    if mantissa.count > whole.count { guard isDigits(mantissa.dropFirst(whole.count + 1), 10) else { return nil } }
    if unsigned.count > mantissa.count {
      let exponent = unsigned.dropFirst(mantissa.count + 1)
      let digits = exponent.first == "+" || exponent.first == "-" ? exponent.dropFirst() : exponent
      guard isDigits(digits, 10) else { return nil }
    }
    return Double(plain).map { "\($0)" }
  }

  /// Digits, between which there may be single underscores.
  private static func isDigits(_ text: Substring, _ radix: Int) -> Bool {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    return parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.hexDigitValue.map { $0 < radix } ?? false) }
    }
  }
}
