/// Integers of 64 bits: what does not fit, and what Python raises for, is left to CPython.
enum IntegerKernels {
  static let table: [Operation] = [
    Operation("+", [.int, .int], .int, marks: overflow, example: "x + y", checked(Add.self)),
    Operation("-", [.int, .int], .int, marks: overflow, example: "x - y", checked(Subtract.self)),
    Operation("*", [.int, .int], .int, marks: overflow, example: "x * y", checked(Multiply.self)),
    Operation(
      "//", [.int, .int], .int, marks: "zero, or overflow", cost: 8, example: "x // y", checked(FloorDivide.self)),
    Operation("%", [.int, .int], .int, marks: "zero", cost: 8, example: "x % y", checked(Modulo.self)),
    Operation("neg", [.int], .int, marks: overflow, example: "-x", checked(Negate.self)),
    Operation("abs", [.int], .int, marks: overflow, example: "abs(x)", checked(Absolute.self)),
    Operation("~", [.int], .int, example: "~x", unary(Invert.self)),
    Operation("&", [.int, .int], .int, example: "x & y", binary(And.self)),
    Operation("|", [.int, .int], .int, example: "x | y", binary(Or.self)),
    Operation("^", [.int, .int], .int, example: "x ^ y", binary(ExclusiveOr.self)),
    Operation(
      "<<", [.int, .int], .int, marks: "a negative count, or overflow", example: "x << y", checked(ShiftLeft.self)),
    Operation(">>", [.int, .int], .int, marks: "a negative count", example: "x >> y", checked(ShiftRight.self)),
    Operation(
      "**", [.int, .int], .int, marks: "a negative exponent, or overflow", cost: 12, example: "x ** y",
      checked(Power.self)),
    Operation("min", [.int, .int], .int, example: "min(x, y)", binary(Minimum.self)),
    Operation("max", [.int, .int], .int, example: "max(x, y)", binary(Maximum.self)),
    // For divisions by constant powers of two.
    Operation("shifted", [.int, .int], .int, binary(Shifted.self)),
    // For the counters of loops, which the program itself keeps in range.
    Operation("count up", [.int, .int], .int, binary(WrappingAdd.self)),
    Operation("turns", [.int, .int, .int], .int, marks: "a step of zero", cost: 8, turns),
  ]

  private static let overflow = "overflow"

  enum Add: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      // Written out, as the compiler makes vector instructions of it, which have no flag for overflow.
      let value = left &+ right
      return (value, (left ^ value) & (right ^ value) < 0)
    }
  }

  enum Subtract: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      let value = left &- right
      return (value, (left ^ right) & (left ^ value) < 0)
    }
  }

  enum Multiply: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      let (value, fails) = left.multipliedReportingOverflow(by: right)
      return (value, fails)
    }
  }

  enum FloorDivide: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      if right == 0 || (right == -1 && left == .min) { return (0, true) }
      let (quotient, rest) = quotientAndRemainder(left, right)
      return (rest != 0 && (rest ^ right) < 0 ? quotient &- 1 : quotient, false)
    }
  }

  enum Modulo: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      if right == 0 { return (0, true) }
      if right == -1 { return (0, false) }
      let rest = quotientAndRemainder(left, right).rest
      return (rest != 0 && (rest ^ right) < 0 ? rest &+ right : rest, false)
    }
  }

  /// Division of small positive numbers takes half as long as that of 64 bits on many machines.
  @inline(__always)
  static func quotientAndRemainder(_ left: Int64, _ right: Int64) -> (quotient: Int64, rest: Int64) {
    if UInt64(bitPattern: left | right) >> 32 == 0 {
      let (left, right) = (UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right))
      return (Int64(left / right), Int64(left % right))
    }
    return (left / right, left % right)
  }

  enum Negate: CheckedUnaryOperation {
    static func apply(_ value: Int64) -> (Int64, fails: Bool) { (0 &- value, value == .min) }
  }

  enum Absolute: CheckedUnaryOperation {
    static func apply(_ value: Int64) -> (Int64, fails: Bool) { (value < 0 ? 0 &- value : value, value == .min) }
  }

  enum Invert: UnaryOperation { static func apply(_ value: Int64) -> Int64 { ~value } }
  enum And: BinaryOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left & right } }
  enum Or: BinaryOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left | right } }
  enum ExclusiveOr: BinaryOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left ^ right } }

  enum ShiftLeft: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      if left == 0, right >= 0 { return (0, false) }
      guard right >= 0, right < 64 else { return (0, true) }
      let shifted = left &<< right
      return (shifted, shifted &>> right != left)
    }
  }

  /// By 0 to 63 bits.
  enum Shifted: BinaryOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left &>> right } }

  enum ShiftRight: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      (left &>> Swift.min(right, 63), right < 0)
    }
  }

  enum Power: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      guard right >= 0 else { return (0, true) }
      if left == 0 || left == 1 { return (right == 0 ? 1 : left, false) }
      if left == -1 { return (right & 1 == 0 ? 1 : -1, false) }
      guard right < 64 else { return (0, true) }
      var (result, base, rest) = (Int64(1), left, right)
      while true {
        if rest & 1 == 1 {
          let (value, fails) = result.multipliedReportingOverflow(by: base)
          if fails { return (0, true) }
          result = value
        }
        rest >>= 1
        if rest == 0 { return (result, false) }
        let (value, fails) = base.multipliedReportingOverflow(by: base)
        if fails { return (0, true) }
        base = value
      }
    }
  }

  // The first of two equal values wins, which makes no difference here.
  enum Minimum: BinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> Int64 { right < left ? right : left }
  }
  enum Maximum: BinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> Int64 { right > left ? right : left }
  }
  enum WrappingAdd: BinaryOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left &+ right } }

  /// How many turns `range(start, stop, step)` makes.
  private static let turns: KernelMaker = { slots in
    { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let starts = lanes.values(slots.operands[0], as: Int64.self)
      let stops = lanes.values(slots.operands[1], as: Int64.self)
      let steps = lanes.values(slots.operands[2], as: Int64.self)
      var fails = false
      selection.each { row in
        let (start, stop, step) = (starts[row], stops[row], steps[row])
        let span = Int128(step > 0 ? stop : start) - Int128(step > 0 ? start : stop)
        let turns = step == 0 || span <= 0 ? 0 : (span - 1) / Int128(step).magnitudeAsInt + 1
        let isWrong = step == 0 || turns > Int128(Int64.max)
        results[row] = isWrong ? 0 : Int64(turns)
        if isWrong {
          lanes.marks[row] = 1
          fails = true
        }
      }
      return fails
    }
  }
}

extension Int128 {
  fileprivate var magnitudeAsInt: Int128 { self < 0 ? -self : self }
}
