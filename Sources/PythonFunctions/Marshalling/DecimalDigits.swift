import Columnar

/// Writes and reads decimal numbers as text, which is how `decimal.Decimal` is made and read exactly.
enum DecimalDigits {
  /// The text of `digits` divided by 10 to the power of `scale`, all of its digits kept: `1.50`.
  static func withText<Result>(
    _ digits: Int128, scale: Int, _ body: (UnsafeBufferPointer<CChar>) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 160) { buffer in
      var place = buffer.count
      func put(_ character: UInt8) {
        place -= 1
        buffer[place] = CChar(bitPattern: character)
      }
      var written = 0
      func put(digits value: UInt64, atLeast count: Int) {
        var value = value
        var left = count
        while value > 0 || left > 0 {
          if written == scale, scale > 0 { put(UInt8(ascii: ".")) }
          let (rest, digit) = value.quotientAndRemainder(dividingBy: 10)
          put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
          written += 1
          left -= 1
          value = rest
        }
      }
      var magnitude = digits.magnitude
      // 64-bit division is much faster; 10^18 is the largest power of ten of 18 digits that it takes.
      while magnitude > UInt128(UInt64.max) {
        let (rest, low) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
        put(digits: UInt64(truncatingIfNeeded: low), atLeast: 18)
        magnitude = rest
      }
      put(digits: UInt64(truncatingIfNeeded: magnitude), atLeast: 1)
      if written <= scale { put(digits: 0, atLeast: scale - written + 1) }
      if digits < 0 { put(UInt8(ascii: "-")) }
      return body(UnsafeBufferPointer(rebasing: buffer[place...]))
    }
  }

  /// The number times 10 to the power of `scale` that a text is, when that is plain to see: digits and a point, 18 digits
  /// at most. Nil says nothing about the text.
  @inline(__always)
  static func shortNumber(_ text: UnsafeBufferPointer<CChar>, precision: Int, scale: Int) -> Int64? {
    var magnitude: Int64 = 0
    var count = 0
    var behindPoint: Int?
    let isNegative = text.first == CChar(UInt8(ascii: "-"))
    for character in text[(isNegative ? 1 : 0)...] {
      let digit = Int64(character) &- Int64(UInt8(ascii: "0"))
      if digit >= 0, digit <= 9, count < 18 {
        magnitude = magnitude &* 10 &+ digit
        count &+= 1
        behindPoint? += 1
      } else if character == CChar(UInt8(ascii: ".")), behindPoint == nil {
        behindPoint = 0
      } else {
        return nil
      }
    }
    let missing = scale &- (behindPoint ?? 0)
    guard count > 0, missing >= 0, count &+ missing <= min(precision, 18) else { return nil }
    for _ in 0..<missing { magnitude = magnitude &* 10 }
    return isNegative ? -magnitude : magnitude
  }

  /// Why a text is no number of the wanted digits.
  enum Problem: Error {
    case notANumber
    case tooManyDigits
    case tooManyAfterPoint
  }

  /// Reads a number as `str(Decimal)` and `str(int)` write it: `-12.50`, `1.5E+3`, and `1.5e+3` in a context without
  /// capitals.
  ///
  /// - Parameter rounds: whether digits too many after the point are rounded, halves away from zero; else they are a problem.
  /// - Returns: sign and digits of the number times 10 to the power of `scale`, without leading zeros, most significant
  ///   first.
  static func parse(
    _ text: UnsafeBufferPointer<CChar>, precision: Int, scale: Int, rounds: Bool = false, into digits: inout [UInt8]
  ) throws(Problem) -> Bool {
    digits.removeAll(keepingCapacity: true)
    var index = 0
    let isNegative = index < text.count && text[index] == CChar(UInt8(ascii: "-"))
    if isNegative { index += 1 }
    var exponent = 0
    var isBehindPoint = false
    var hasDigit = false
    scan: while index < text.count {
      let character = UInt8(bitPattern: text[index])
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        hasDigit = true
        if character != UInt8(ascii: "0") || !digits.isEmpty { digits.append(character - UInt8(ascii: "0")) }
        if isBehindPoint { exponent -= 1 }
      case UInt8(ascii: ".") where !isBehindPoint: isBehindPoint = true
      case UInt8(ascii: "E") where hasDigit, UInt8(ascii: "e") where hasDigit: break scan
      default: throw .notANumber
      }
      index += 1
    }
    guard hasDigit else { throw .notANumber }
    if index < text.count {
      let written = String(decoding: text[(index + 1)...].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard let power = Int(written) else { throw .notANumber }
      exponent += power
    }
    guard !digits.isEmpty else { return isNegative }
    let shift = exponent + scale
    if shift < 0, rounds {
      round(&digits, by: -shift)
    } else if shift < 0 {
      guard -shift < digits.count, digits.suffix(-shift).allSatisfy({ $0 == 0 }) else { throw .tooManyAfterPoint }
      digits.removeLast(-shift)
    } else {
      guard digits.count + shift <= precision else { throw .tooManyDigits }
      digits.append(contentsOf: repeatElement(0, count: shift))
    }
    guard digits.count <= precision else { throw .tooManyDigits }
    return isNegative
  }

  /// Drops the last digits.
  private static func round(_ digits: inout [UInt8], by count: Int) {
    let first = digits.count - count
    let isUp = digits.indices.contains(first) && digits[first] >= 5
    digits.removeLast(min(count, digits.count))
    guard isUp else { return }
    var place = digits.count - 1
    while place >= 0, digits[place] == 9 {
      digits[place] = 0
      place -= 1
    }
    if place >= 0 { digits[place] += 1 } else { digits.insert(1, at: 0) }
  }

  /// The number that at most 38 digits make.
  static func number(_ digits: [UInt8], isNegative: Bool) -> Int128 {
    // 64-bit multiplication is much faster, and most numbers need no other.
    let split = max(0, digits.count - 18)
    let high = digits[..<split].reduce(UInt128(0)) { $0 * 10 + UInt128($1) }
    let low = digits[split...].reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
    let value = high * 1_000_000_000_000_000_000 + UInt128(low)
    return isNegative ? -Int128(value) : Int128(value)
  }

  /// The number that at most 76 digits make.
  static func wideNumber(_ digits: [UInt8], isNegative: Bool) -> Int256 {
    var high: UInt128 = 0
    var low: UInt128 = 0
    for digit in digits {
      let product = low.multipliedFullWidth(by: 10)
      let (sum, overflow) = product.low.addingReportingOverflow(UInt128(digit))
      high = high &* 10 &+ product.high &+ (overflow ? 1 : 0)
      low = sum
    }
    guard isNegative else { return Int256(high: Int128(bitPattern: high), low: low) }
    let negated = ~low &+ 1
    return Int256(high: Int128(bitPattern: ~high &+ (negated == 0 ? 1 : 0)), low: negated)
  }
}
