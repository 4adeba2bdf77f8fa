/// Floats: what Swift computes is what C computes, without contraction; what Python raises for is left to CPython.
enum FloatKernels {
  static let table: [Operation] = [
    Operation("+", [.float, .float], .float, example: "x + y", binary(Add.self)),
    Operation("-", [.float, .float], .float, example: "x - y", binary(Subtract.self)),
    Operation("*", [.float, .float], .float, example: "x * y", binary(Multiply.self)),
    Operation("/", [.float, .float], .float, marks: "zero", cost: 3, example: "x / y", checked(Divide.self)),
    Operation(
      "/", [.int, .int], .float, marks: "zero, or numbers above 2**53", cost: 4, example: "x / y",
      checked(DivideIntegers.self)),
    Operation("//", [.float, .float], .float, marks: "zero", cost: 20, example: "x // y", checked(FloorDivide.self)),
    Operation("%", [.float, .float], .float, marks: "zero", cost: 20, example: "x % y", checked(Modulo.self)),
    Operation(
      "**", [.float, .float], .float, marks: "what is not finite", cost: 20, example: "x ** y", checked(Power.self)),
    Operation("+", [.real, .real], .real, marks: realMark, checked(AddReal.self)),
    Operation("-", [.real, .real], .real, marks: realMark, checked(SubtractReal.self)),
    Operation("*", [.real, .real], .real, marks: realMark, checked(MultiplyReal.self)),
    Operation("//", [.real, .real], .real, marks: "zero, " + realMark, cost: 20, checked(FloorDivideReal.self)),
    Operation("%", [.real, .real], .real, marks: "zero, " + realMark, cost: 20, checked(ModuloReal.self)),
    Operation("neg", [.real], .real, marks: "zero", checked(NegateReal.self)),
    Operation("neg", [.float], .float, example: "-x", unary(Negate.self)),
    Operation("abs", [.float], .float, example: "abs(x)", unary(Absolute.self)),
    Operation("min", [.float, .float], .float, example: "min(x, y)", binary(Minimum.self)),
    Operation("max", [.float, .float], .float, example: "max(x, y)", binary(Maximum.self)),
  ]

  enum Add: BinaryOperation { static func apply(_ left: Double, _ right: Double) -> Double { left + right } }
  enum Subtract: BinaryOperation { static func apply(_ left: Double, _ right: Double) -> Double { left - right } }
  enum Multiply: BinaryOperation { static func apply(_ left: Double, _ right: Double) -> Double { left * right } }

  enum Divide: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) { (left / right, right == 0) }
  }

  /// CPython rounds the exact quotient; a quotient of doubles is that where both are exact.
  enum DivideIntegers: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Double, fails: Bool) {
      let limit: UInt64 = 1 << 53
      return (Double(left) / Double(right), right == 0 || left.magnitude > limit || right.magnitude > limit)
    }
  }

  enum FloorDivide: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) {
      guard right != 0 else { return (0, true) }
      // As `_float_div_mod` of CPython's floatobject.c.
      var rest = LibM.fmod(left, right)
      var quotient = (left - rest) / right
      if rest != 0 {
        if (right < 0) != (rest < 0) {
          rest += right
          quotient -= 1
        }
      }
      guard quotient != 0 else { return (Double(signOf: left / right, magnitudeOf: 0), false) }
      var floor = quotient.rounded(.down)
      if quotient - floor > 0.5 { floor += 1 }
      return (floor, false)
    }
  }

  enum Modulo: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) {
      guard right != 0 else { return (0, true) }
      // As `float_rem` of CPython's floatobject.c.
      var rest = LibM.fmod(left, right)
      if rest != 0 {
        if (right < 0) != (rest < 0) { rest += right }
      } else {
        rest = Double(signOf: right, magnitudeOf: 0)
      }
      return (rest, false)
    }
  }

  /// As `float_pow` of CPython's floatobject.c. A result that is not finite may stand for an error, and so may one that
  /// is next to zero, for which the C library sets `errno`; of a negative number a fraction is a complex power.
  enum Power: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) {
      guard left < 0 else {
        let value = LibM.pow(left, right)
        return (value, isDoubtful(value, left, right))
      }
      let half = right * 0.5
      let isOdd = half != half.rounded(.down)
      let value = LibM.pow(-left, right)
      return (isOdd ? -value : value, right != right.rounded(.down) || isDoubtful(value, left, right))
    }

    @inline(__always)
    private static func isDoubtful(_ value: Double, _ left: Double, _ right: Double) -> Bool {
      !left.isFinite || !right.isFinite || !value.isFinite || (value.magnitude < .leastNormalMagnitude && left != 0)
        || (left == 0 && right < 0)
    }
  }

  private static let realMark = "results above 2**53, and -0.0"

  // Of values that may be ints or floats: right for both, where an int's result is exact and no zero with a sign.
  @inline(__always)
  private static func real(_ value: Double) -> (Double, fails: Bool) {
    (value, value.magnitude > 0x1p53 || (value == 0 && value.sign == .minus))
  }

  enum AddReal: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) { real(left + right) }
  }

  enum SubtractReal: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) { real(left - right) }
  }

  enum MultiplyReal: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) { real(left * right) }
  }

  // Of ints that floats hold exactly the rest is exact, and so is what is left to divide.
  enum FloorDivideReal: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) {
      let (value, fails) = FloorDivide.apply(left, right)
      return (value, fails || real(value).fails)
    }
  }

  enum ModuloReal: CheckedBinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> (Double, fails: Bool) {
      let (value, fails) = Modulo.apply(left, right)
      return (value, fails || real(value).fails)
    }
  }

  enum NegateReal: CheckedUnaryOperation {
    static func apply(_ value: Double) -> (Double, fails: Bool) { real(-value) }
  }

  enum Negate: UnaryOperation { static func apply(_ value: Double) -> Double { -value } }
  enum Absolute: UnaryOperation { static func apply(_ value: Double) -> Double { value.magnitude } }
  // The first wins unless the second is smaller: that decides NaN and -0.0.
  enum Minimum: BinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> Double { right < left ? right : left }
  }
  enum Maximum: BinaryOperation {
    static func apply(_ left: Double, _ right: Double) -> Double { right > left ? right : left }
  }
}
