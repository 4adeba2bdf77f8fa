import Essentials

/// From one kind of number to another.
enum ConversionKernels {
  static let table: [Operation] = [
    Operation("float", [.int], .float, example: "float(x)", unary(IntegerToFloat.self)),
    // For a value that may be either: only ints that a float is equal to.
    Operation("real", [.int], .real, marks: "numbers above 2**53", checked(IntegerToReal.self)),
    Operation(
      "int", [.float], .int, marks: "what no 64-bit integer holds", cost: 3, example: "int(x)",
      checked(MathKernels.Truncate.self)),
    Operation(
      "round", [.float], .int, marks: "what no 64-bit integer holds", cost: 3, example: "round(x)", checked(Round.self)),
    Operation(
      "round", [.float, .int], .float, marks: "digits outside 0 to 22, and what is not finite", cost: 200,
      example: "round(x, y)", checked(RoundToDigits.self)),
    Operation("to int8", [.int], .int, marks: "what does not fit", checked(Narrow<Int8>.self)),
    Operation("to int16", [.int], .int, marks: "what does not fit", checked(Narrow<Int16>.self)),
    Operation("to int32", [.int], .int, marks: "what does not fit", checked(Narrow<Int32>.self)),
    Operation("to uint8", [.int], .int, marks: "what does not fit", checked(Narrow<UInt8>.self)),
    Operation("to uint16", [.int], .int, marks: "what does not fit", checked(Narrow<UInt16>.self)),
    Operation("to uint32", [.int], .int, marks: "what does not fit", checked(Narrow<UInt32>.self)),
    Operation("to uint64", [.int], .int, marks: "what does not fit", checked(Narrow<UInt64>.self)),
    Operation("to float32", [.float], .float, marks: "what becomes infinite", checked(NarrowFloat.self)),
  ]

  enum IntegerToFloat: UnaryOperation { static func apply(_ value: Int64) -> Double { Double(value) } }

  enum IntegerToReal: CheckedUnaryOperation {
    static func apply(_ value: Int64) -> (Double, fails: Bool) { (Double(value), value.magnitude > 1 << 53) }
  }

  enum Narrow<Number: FixedWidthInteger>: CheckedUnaryOperation {
    static func apply(_ value: Int64) -> (Int64, fails: Bool) { (value, Number(exactly: value) == nil) }
  }

  enum NarrowFloat: CheckedUnaryOperation {
    static func apply(_ value: Double) -> (Double, fails: Bool) { (value, value.isFinite && !Float(value).isFinite) }
  }

  /// A float that is a whole number as an int.
  @inline(__always)
  static func whole(_ value: Double) -> (Int64, fails: Bool) {
    // NaN is in no range.
    let fits = value >= -0x1p63 && value < 0x1p63
    return (fits ? Int64(value) : 0, !fits)
  }

  enum Round: CheckedUnaryOperation {
    static func apply(_ value: Double) -> (Int64, fails: Bool) { whole(value.rounded(.toNearestOrEven)) }
  }

  /// As CPython: the decimal number with so many digits that is nearest to the exact value, read as a float again.
  enum RoundToDigits: CheckedBinaryOperation {
    static func apply(_ value: Double, _ digits: Int64) -> (Double, fails: Bool) {
      guard (0...22).contains(digits), value.isFinite, value.magnitude < 1e22 else { return (0, true) }
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        let count = withVaList([Int32(digits), value]) { vsnprintf(text.baseAddress, 64, "%.*f", $0) }
        guard count > 0, count < 64, let start = text.baseAddress else { return (0, true) }
        return (strtod(start, nil), false)
      }
    }
  }
}
