/// The functions of `math` that CPython hands to the C library: where the result is not finite, or the error, CPython decides.
enum MathKernels {
  /// Those of one float, by their names in Python and in C. Each is compared with the interpreter's own function when a
  /// source is loaded, and is not taken where one bit differs.
  static let functions = [
    "sin", "cos", "tan", "asin", "acos", "atan", "exp", "expm1", "log1p", "sqrt", "sinh", "cosh", "tanh",
    "asinh", "acosh", "atanh", "erf", "erfc", "cbrt", "exp2",
  ]
  static let functionsOfTwo = ["fmod", "atan2", "copysign"]

  static let table: [Operation] =
    functions.map { name in
      Operation(
        "math.\(name)", [.float], .float, marks: "what is not finite", cost: 20, example: "math.\(name)(x)", one(name))
    }
    + functionsOfTwo.map { name in
      Operation(
        "math.\(name)", [.float, .float], .float, marks: "what is not finite", cost: 20, example: "math.\(name)(x, y)",
        two(name))
    }
    + [
      Operation(
        "math.log", [.float], .float, marks: "what is not finite", cost: 20, example: "math.log(x)", positive("log")),
      Operation(
        "math.log2", [.float], .float, marks: "what is not finite", cost: 20, example: "math.log2(x)", positive("log2")),
      Operation(
        "math.log10", [.float], .float, marks: "what is not finite", cost: 20, example: "math.log10(x)",
        positive("log10")),
      Operation(
        "math.pow", [.float, .float], .float, marks: "what is not finite", cost: 20, example: "math.pow(x, y)",
        two("pow")),
      Operation("math.fabs", [.float], .float, example: "math.fabs(x)", unary(FloatKernels.Absolute.self)),
      Operation("math.radians", [.float], .float, example: "math.radians(x)", unary(Radians.self)),
      Operation("math.degrees", [.float], .float, example: "math.degrees(x)", unary(Degrees.self)),
      Operation("math.isnan", [.float], .bool, example: "math.isnan(x)", unary(IsNaN.self)),
      Operation("math.isinf", [.float], .bool, example: "math.isinf(x)", unary(IsInfinite.self)),
      Operation("math.isfinite", [.float], .bool, example: "math.isfinite(x)", unary(IsFinite.self)),
      Operation("math.floor", [.float], .int, marks: wide, cost: 3, example: "math.floor(x)", checked(Floor.self)),
      Operation("math.ceil", [.float], .int, marks: wide, cost: 3, example: "math.ceil(x)", checked(Ceiling.self)),
      Operation("math.trunc", [.float], .int, marks: wide, cost: 3, example: "math.trunc(x)", checked(Truncate.self)),
      Operation(
        "math.gcd", [.int, .int], .int, marks: "overflow", cost: 60, example: "math.gcd(x, y)", checked(Divisor.self)),
    ]

  /// The function of the C library, by its name in Python's `math`, that an operation calls; nil for none.
  static func libraryName(_ operation: Operation) -> String? {
    guard operation.operands.contains(.float) else { return nil }
    switch operation.name {
    case "**": return "pow"
    case "%", "//": return "fmod"
    case let name where name.hasPrefix("math."):
      let name = String(name.dropFirst(5))
      let isOther = ["log", "log2", "log10", "pow"].contains(name)
      return functions.contains(name) || functionsOfTwo.contains(name) || isOther ? name : nil
    default: return nil
    }
  }

  private static let wide = "what no 64-bit integer holds"

  private static func one(_ name: String) -> KernelMaker {
    let function = LibM.one(name) ?? { _ in .nan }
    return { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        let results = lanes.values(result, as: Double.self)
        let values = lanes.values(operand, as: Double.self)
        selection.each { results[$0] = function(values[$0]) }
        return markInfinite(lanes, selection, results)
      }
    }
  }

  /// A logarithm, for which CPython looks at the sign itself.
  private static func positive(_ name: String) -> KernelMaker {
    let function = LibM.one(name) ?? { _ in .nan }
    return { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        let results = lanes.values(result, as: Double.self)
        let values = lanes.values(operand, as: Double.self)
        selection.each { results[$0] = values[$0] > 0 ? function(values[$0]) : .nan }
        return markInfinite(lanes, selection, results)
      }
    }
  }

  private static func two(_ name: String) -> KernelMaker {
    let function = LibM.two(name) ?? { _, _ in .nan }
    return { slots in
      let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let results = lanes.values(result, as: Double.self)
        let lefts = lanes.values(left, as: Double.self)
        let rights = lanes.values(right, as: Double.self)
        selection.each { row in
          let value = function(lefts[row], rights[row])
          // What is not finite among the arguments may have a rule of CPython's own.
          results[row] = lefts[row].isFinite && rights[row].isFinite ? value : .nan
        }
        return markInfinite(lanes, selection, results)
      }
    }
  }

  private static func markInfinite(_ lanes: Lanes, _ selection: Selection, _ results: UnsafeMutablePointer<Double>)
    -> Bool
  {
    var fails = false
    selection.each { fails = !(results[$0] - results[$0] == 0) || fails }
    guard fails else { return false }
    selection.each { if !results[$0].isFinite { lanes.marks[$0] = 1 } }
    return true
  }

  enum Radians: UnaryOperation { static func apply(_ value: Double) -> Double { value * (Double.pi_ / 180.0) } }
  enum Degrees: UnaryOperation { static func apply(_ value: Double) -> Double { value * (180.0 / Double.pi_) } }
  enum IsNaN: UnaryOperation { static func apply(_ value: Double) -> Int64 { value.isNaN ? 1 : 0 } }
  enum IsInfinite: UnaryOperation { static func apply(_ value: Double) -> Int64 { value.isInfinite ? 1 : 0 } }
  enum IsFinite: UnaryOperation { static func apply(_ value: Double) -> Int64 { value.isFinite ? 1 : 0 } }

  enum Floor: CheckedUnaryOperation {
    static func apply(_ value: Double) -> (Int64, fails: Bool) { ConversionKernels.whole(value.rounded(.down)) }
  }

  enum Ceiling: CheckedUnaryOperation {
    static func apply(_ value: Double) -> (Int64, fails: Bool) { ConversionKernels.whole(value.rounded(.up)) }
  }

  enum Truncate: CheckedUnaryOperation {
    static func apply(_ value: Double) -> (Int64, fails: Bool) { ConversionKernels.whole(value.rounded(.towardZero)) }
  }

  enum Divisor: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      var (a, b) = (left.magnitude, right.magnitude)
      while b != 0 { (a, b) = (b, a % b) }
      return (Int64(truncatingIfNeeded: a), a > UInt64(Int64.max))
    }
  }
}

extension Double {
  /// The double next to pi, as C has it; Swift's own `pi` is rounded toward zero.
  static var pi_: Double { 0x1.921fb54442d18p+1 }
}
