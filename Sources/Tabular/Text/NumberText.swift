/// Numbers as DuckDB writes them. Texts are put together as UTF-8, which costs much less than `String` does.
package enum NumberText {
  package static func append(_ value: some FixedWidthInteger, to text: inout [UInt8]) {
    if let value = Int64(exactly: value) {
      if value < 0 { text.append(UInt8(ascii: "-")) }
      appendDigits(value.magnitude, to: &text)
    } else {
      text += String(value).utf8
    }
  }

  /// With zeros in front up to a number of digits.
  static func appendDigits(_ value: UInt64, atLeast count: Int = 1, to text: inout [UInt8]) {
    let start = text.count
    var rest = value
    repeat {
      text.append(UInt8(truncatingIfNeeded: rest % 10) + 48)
      rest /= 10
    } while rest > 0
    while text.count - start < count { text.append(48) }
    // They have come last one first.
    var (left, right) = (start, text.count - 1)
    while left < right {
      text.swapAt(left, right)
      (left, right) = (left + 1, right - 1)
    }
  }

  // MARK: Floating point

  /// The shortest text that reads back as the same number, which is what Swift gives, too; the two
  /// differ in where they change to an exponent.
  package static func append<Value: BinaryFloatingPoint & LosslessStringConvertible>(
    _ value: Value, to text: inout [UInt8]
  ) {
    guard value.isFinite else {
      text += value.isNaN ? "nan".utf8 : value < 0 ? "-inf".utf8 : "inf".utf8
      return
    }
    let shortest = value.description
    if value.magnitude < 1e16, !shortest.utf8.contains(UInt8(ascii: "e")) {
      text += shortest.utf8
    } else {
      if value < 0 { text.append(UInt8(ascii: "-")) }
      appendParts(of: shortest.utf8.drop { $0 == UInt8(ascii: "-") }, to: &text)
    }
  }

  /// The digits of a number in either notation in the notation that DuckDB takes for it.
  private static func appendParts(of shortest: Substring.UTF8View, to text: inout [UInt8]) {
    let halves = shortest.split(separator: UInt8(ascii: "e"))
    let exponent = halves.count > 1 ? Int(Substring(halves[1])) ?? 0 : 0
    let mantissa = halves[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let all = mantissa.joined()
    var digits = Array(all.drop { $0 == 48 })
    let pointPosition = mantissa[0].count - (all.count - digits.count) + exponent
    while digits.last == 48 { digits.removeLast() }
    let power = pointPosition - 1
    guard !(-4..<16).contains(power), let first = digits.first else {
      return appendDecimal(digits, pointPosition: pointPosition, to: &text)
    }
    text.append(first)
    if digits.count > 1 {
      text.append(UInt8(ascii: "."))
      text += digits[1...]
    }
    text += power < 0 ? "e-".utf8 : "e+".utf8
    appendDigits(UInt64(power.magnitude), atLeast: 2, to: &text)
  }

  private static func appendDecimal(_ digits: [UInt8], pointPosition: Int, to text: inout [UInt8]) {
    if digits.isEmpty {
      text += "0.0".utf8
    } else if pointPosition <= 0 {
      text += "0.".utf8
      text += repeatElement(48, count: -pointPosition)
      text += digits
    } else if pointPosition >= digits.count {
      text += digits
      text += repeatElement(48, count: pointPosition - digits.count)
      text += ".0".utf8
    } else {
      text += digits[..<pointPosition]
      text.append(UInt8(ascii: "."))
      text += digits[pointPosition...]
    }
  }

  // MARK: Fixed point

  /// - Parameter hasLeadingZero: whether there is a digit in front of the point in any case.
  package static func appendDecimal(
    _ value: Int128, scale: Int, hasLeadingZero: Bool = true, to text: inout [UInt8]
  ) {
    guard scale > 0, scale < powers.count, let magnitude = UInt64(exactly: value.magnitude) else {
      return appendDecimal(digits: String(value), scale: scale, hasLeadingZero: hasLeadingZero, to: &text)
    }
    if value < 0 { text.append(UInt8(ascii: "-")) }
    let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: powers[scale])
    if whole > 0 || hasLeadingZero { appendDigits(whole, to: &text) }
    text.append(UInt8(ascii: "."))
    appendDigits(fraction, atLeast: scale, to: &text)
  }

  /// - Parameter digits: of a whole number, with its sign.
  static func appendDecimal(digits: String, scale: Int, hasLeadingZero: Bool = true, to text: inout [UInt8]) {
    guard scale > 0 else {
      text += digits.utf8
      if digits != "0" { text += repeatElement(48, count: -scale) }
      return
    }
    let magnitude = digits.utf8.drop { $0 == UInt8(ascii: "-") }
    if magnitude.count < digits.utf8.count { text.append(UInt8(ascii: "-")) }
    let missing = scale + (hasLeadingZero ? 1 : 0) - magnitude.count
    let padded = Array(repeating: 48, count: max(0, missing)) + magnitude
    text += padded.dropLast(scale)
    text.append(UInt8(ascii: "."))
    text += padded.suffix(scale)
  }

  private static let powers: [UInt64] = (0..<20).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
