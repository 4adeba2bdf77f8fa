import CPythonABI
import PythonRuntime

/// The digits of `Decimal` and `int` objects as text without an exponent, which not every reader of the column knows.
struct PlainDecimalText: ObjectConverter {
  /// How many digits a number may become. Python's numbers have exponents up to 10^18.
  static let most = 10_000

  private let text: DecimalText

  init(_ conversion: Conversion) throws { text = try DecimalText(conversion) }

  var api: PythonAPI { text.api }

  func convert(_ object: ObjectPointer) throws(ResultProblem) -> ObjectPointer {
    let number = try text.convert(object)
    var length = 0
    guard let start = api.pointee.PyUnicode_AsUTF8AndSize(number, &length) else {
      api.pointee.Py_DecRef(number)
      throw api.pendingProblem()
    }
    let digits = UnsafeRawBufferPointer(start: start, count: length)
    guard digits.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }), digits.contains(where: isDigit) else {
      return number
    }
    defer { api.pointee.Py_DecRef(number) }
    guard let plain = Self.plain(String(decoding: digits, as: UTF8.self)) else {
      throw .outOfRange("a decimal: it has more than \(Self.most) digits")
    }
    var text = plain
    let made = text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { api.pointee.PyUnicode_FromStringAndSize($0.baseAddress, $0.count) }
    }
    guard let made else { throw api.pendingProblem() }
    return made
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// `-1.5E+3` as `-1500`; nil for more than ``most`` digits, or for what is no number.
  static func plain(_ text: String) -> String? {
    let parts = text.split(whereSeparator: { $0 == "E" || $0 == "e" })
    guard parts.count == 2, let exponent = Int(parts[1]) else { return nil }
    let isNegative = parts[0].first == "-"
    let halves = parts[0].drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = halves.first, halves.count <= 2, abs(exponent) <= most else { return nil }
    let digits = whole + (halves.count == 2 ? halves[1] : "")
    guard digits.count <= most else { return nil }
    // Where the point stands among the digits.
    let point = whole.count + exponent
    let zeros: (Int) -> String = { String(repeating: "0", count: $0) }
    var plain: String
    if point <= 0 {
      plain = "0." + zeros(-point) + digits
    } else if point >= digits.count {
      plain = digits + zeros(point - digits.count)
      let kept = plain.drop { $0 == "0" }
      plain = kept.isEmpty ? "0" : String(kept)
    } else {
      plain = "\(digits.prefix(point)).\(digits.dropFirst(point))"
    }
    return (isNegative ? "-" : "") + plain
  }
}
