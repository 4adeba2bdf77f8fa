/// Comparisons, which never fail: of an int with a float both are compared exactly, as Python does.
enum ComparisonKernels {
  static let table: [Operation] =
    rows("<", Less<Int64>.self, Less<Double>.self, IntegerLess.self, FloatLess.self)
    + rows("<=", LessOrEqual<Int64>.self, LessOrEqual<Double>.self, IntegerLessOrEqual.self, FloatLessOrEqual.self)
    + rows(">", Greater<Int64>.self, Greater<Double>.self, IntegerGreater.self, FloatGreater.self)
    + rows(
      ">=", GreaterOrEqual<Int64>.self, GreaterOrEqual<Double>.self, IntegerGreaterOrEqual.self,
      FloatGreaterOrEqual.self)
    + rows("==", Equal<Int64>.self, Equal<Double>.self, IntegerEqual.self, FloatEqual.self)
    + rows("!=", NotEqual<Int64>.self, NotEqual<Double>.self, IntegerNotEqual.self, FloatNotEqual.self)

  private static func rows<I: BinaryOperation, F: BinaryOperation, M: BinaryOperation, N: BinaryOperation>(
    _ name: String, _ integers: I.Type, _ floats: F.Type, _ mixed: M.Type, _ reversed: N.Type
  ) -> [Operation] {
    [
      Operation(name, [.int, .int], .bool, example: "x \(name) y", binary(integers)),
      Operation(name, [.float, .float], .bool, example: "x \(name) y", binary(floats)),
      Operation(name, [.int, .float], .bool, cost: 4, example: "x \(name) y", binary(mixed)),
      Operation(name, [.float, .int], .bool, cost: 4, example: "x \(name) y", binary(reversed)),
    ]
  }

  enum Less<Number: Comparable>: BinaryOperation {
    static func apply(_ l: Number, _ r: Number) -> Int64 { l < r ? 1 : 0 }
  }
  enum LessOrEqual<Number: Comparable>: BinaryOperation {
    static func apply(_ l: Number, _ r: Number) -> Int64 { l <= r ? 1 : 0 }
  }
  enum Greater<Number: Comparable>: BinaryOperation {
    static func apply(_ l: Number, _ r: Number) -> Int64 { l > r ? 1 : 0 }
  }
  enum GreaterOrEqual<Number: Comparable>: BinaryOperation {
    static func apply(_ l: Number, _ r: Number) -> Int64 { l >= r ? 1 : 0 }
  }
  enum Equal<Number: Equatable>: BinaryOperation {
    static func apply(_ l: Number, _ r: Number) -> Int64 { l == r ? 1 : 0 }
  }
  enum NotEqual<Number: Equatable>: BinaryOperation {
    static func apply(_ l: Number, _ r: Number) -> Int64 { l != r ? 1 : 0 }
  }

  /// How an int compares with a float that is a number: -1, 0 or 1; 2 for NaN.
  @inline(__always)
  static func order(_ left: Int64, _ right: Double) -> Int {
    if right.isNaN { return 2 }
    // Beyond every int.
    if right >= 0x1p63 { return -1 }
    if right < -0x1p63 { return 1 }
    let whole = right.rounded(.down)
    let floor = Int64(whole)
    if left != floor { return left < floor ? -1 : 1 }
    return right > whole ? -1 : 0
  }

  enum IntegerLess: BinaryOperation {
    static func apply(_ l: Int64, _ r: Double) -> Int64 { order(l, r) == -1 ? 1 : 0 }
  }
  enum IntegerLessOrEqual: BinaryOperation {
    static func apply(_ l: Int64, _ r: Double) -> Int64 { order(l, r) <= 0 ? 1 : 0 }
  }
  enum IntegerGreater: BinaryOperation {
    static func apply(_ l: Int64, _ r: Double) -> Int64 { order(l, r) == 1 ? 1 : 0 }
  }
  enum IntegerGreaterOrEqual: BinaryOperation {
    static func apply(_ l: Int64, _ r: Double) -> Int64 { (0...1).contains(order(l, r)) ? 1 : 0 }
  }
  enum IntegerEqual: BinaryOperation {
    static func apply(_ l: Int64, _ r: Double) -> Int64 { order(l, r) == 0 ? 1 : 0 }
  }
  enum IntegerNotEqual: BinaryOperation {
    static func apply(_ l: Int64, _ r: Double) -> Int64 { order(l, r) != 0 ? 1 : 0 }
  }

  enum FloatLess: BinaryOperation { static func apply(_ l: Double, _ r: Int64) -> Int64 { order(r, l) == 1 ? 1 : 0 } }
  enum FloatLessOrEqual: BinaryOperation {
    static func apply(_ l: Double, _ r: Int64) -> Int64 { (0...1).contains(order(r, l)) ? 1 : 0 }
  }
  enum FloatGreater: BinaryOperation {
    static func apply(_ l: Double, _ r: Int64) -> Int64 { order(r, l) == -1 ? 1 : 0 }
  }
  enum FloatGreaterOrEqual: BinaryOperation {
    static func apply(_ l: Double, _ r: Int64) -> Int64 { order(r, l) <= 0 ? 1 : 0 }
  }
  enum FloatEqual: BinaryOperation { static func apply(_ l: Double, _ r: Int64) -> Int64 { order(r, l) == 0 ? 1 : 0 } }
  enum FloatNotEqual: BinaryOperation {
    static func apply(_ l: Double, _ r: Int64) -> Int64 { order(r, l) != 0 ? 1 : 0 }
  }
}
