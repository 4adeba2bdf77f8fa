/// A signed integer of 256 bits in two's complement: a row of a `decimal256` column, without its scale.
///
/// It holds a value and does not calculate.
public struct Int256: Sendable, Hashable, BitwiseCopyable {
  // The order in memory is Arrow's, least significant first.

  /// The lower 128 bits.
  public var low: UInt128
  /// The upper 128 bits, with the sign.
  public var high: Int128

  /// Puts a value together from its halves.
  public init(high: Int128, low: UInt128) {
    self.high = high
    self.low = low
  }

  /// The same value with more bits.
  public init(_ value: Int128) {
    self.init(high: value < 0 ? -1 : 0, low: UInt128(bitPattern: value))
  }
}

extension Int128 {
  /// The same value with fewer bits; nil when it does not fit.
  public init?(exactly value: Int256) {
    let low = Int128(bitPattern: value.low)
    guard value.high == (low < 0 ? -1 : 0) else { return nil }
    self = low
  }
}

extension Int256: CustomStringConvertible {
  /// The decimal digits, after a minus sign if negative.
  public var description: String {
    if let small = Int128(exactly: self) { return small.description }
    // Long division by 10^18 of the magnitude, in eight 32-bit digits from the most significant.
    let negative = high < 0
    var upper = UInt128(bitPattern: high)
    var lower = low
    if negative {
      lower = ~lower &+ 1
      upper = ~upper &+ (lower == 0 ? 1 : 0)
    }
    var digits = [upper, lower].flatMap { half in
      [96, 64, 32, 0].map { UInt128(UInt32(truncatingIfNeeded: half >> UInt128($0))) }
    }
    var groups: [String] = []
    while digits.contains(where: { $0 != 0 }) {
      var rest: UInt128 = 0
      for index in digits.indices {
        let dividend = rest << 32 | digits[index]
        (digits[index], rest) = dividend.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
      }
      groups.append(String(rest))
    }
    let padded = groups.dropLast().map { String(repeating: "0", count: 18 - $0.count) + $0 }
    return (negative ? "-" : "") + (groups.last ?? "0") + padded.reversed().joined()
  }
}
