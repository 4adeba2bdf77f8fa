/// Numbers as DuckDB writes them.
enum NumberText {
  /// The shortest text that reads back as the same number, which is what Swift gives, too; the two
  /// differ in where they change to an exponent.
  static func shortest<Value: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Value) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let (digits, pointPosition) = parts(of: value.magnitude.description)
    let sign = value.sign == .minus ? "-" : ""
    let exponent = pointPosition - 1
    if (-4..<16).contains(exponent) || digits == "0" {
      return sign + decimal(digits, pointPosition: digits == "0" ? 1 : pointPosition)
    }
    let fraction = digits.dropFirst()
    let exponentText = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
    return "\(sign)\(digits.prefix(1))\(fraction.isEmpty ? "" : ".")\(fraction)e\(exponent < 0 ? "-" : "+")"
      + exponentText
  }

  /// The significant digits of a number in either notation, and how many stand before the point.
  private static func parts(of text: String) -> (digits: String, pointPosition: Int) {
    let halves = text.split(separator: "e")
    let exponent = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
    let mantissa = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    let all = mantissa.joined()
    let significant = all.drop { $0 == "0" }
    var digits = String(significant)
    while digits.last == "0" { digits.removeLast() }
    if digits.isEmpty { return ("0", 1) }
    return (digits, mantissa[0].count - (all.count - significant.count) + exponent)
  }

  private static func decimal(_ digits: String, pointPosition: Int) -> String {
    if pointPosition <= 0 { return "0." + String(repeating: "0", count: -pointPosition) + digits }
    if pointPosition >= digits.count {
      return digits + String(repeating: "0", count: pointPosition - digits.count) + ".0"
    }
    return "\(digits.prefix(pointPosition)).\(digits.dropFirst(pointPosition))"
  }

  static func decimal(_ value: Int128, scale: Int, hasLeadingZero: Bool = true) -> String {
    if scale == 0 { return String(value) }
    var digits = String(value.magnitude)
    let length = scale + (hasLeadingZero ? 1 : 0)
    digits = String(repeating: "0", count: max(0, length - digits.count)) + digits
    return "\(value < 0 ? "-" : "")\(digits.dropLast(scale)).\(digits.suffix(scale))"
  }
}
