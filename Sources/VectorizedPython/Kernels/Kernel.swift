/// One operation on the registers of a chunk. Gives whether it marked rows, whose results are then of no use.
typealias Kernel = @Sendable (Lanes, Selection) -> Bool

/// The registers that a kernel reads and writes, and what it is made with.
struct Slots: Sendable {
  var result: Int
  var operands: [Int]
  var table: KernelTable?
}

/// What a kernel knows besides its registers: the values of a constant set or dictionary, or how a number is written.
enum KernelTable: Sendable {
  case integers(Set<Int64>)
  case floats([Double])
  case texts(TextTable)
  case positions([Int64: Int64])
  case numbers([Int64])
  case constantTexts(ConstantTexts)
  case digits(Int)
  case pieces([DatePiece])
}

/// An operation on one value that never fails.
protocol UnaryOperation {
  associatedtype Operand
  associatedtype Outcome
  static func apply(_ value: Operand) -> Outcome
}

/// An operation on two values that never fails.
protocol BinaryOperation {
  associatedtype Left
  associatedtype Right
  associatedtype Outcome
  static func apply(_ left: Left, _ right: Right) -> Outcome
}

/// An operation on one value; where it fails the row is left to CPython.
protocol CheckedUnaryOperation {
  associatedtype Operand
  associatedtype Outcome
  static func apply(_ value: Operand) -> (Outcome, fails: Bool)
}

/// An operation on two values; where it fails the row is left to CPython.
protocol CheckedBinaryOperation {
  associatedtype Left
  associatedtype Right
  associatedtype Outcome
  static func apply(_ left: Left, _ right: Right) -> (Outcome, fails: Bool)
}

/// Makes a kernel for registers. Generic over types and not over closures, which the compiler does not inline here: that is
/// ten times slower.
typealias KernelMaker = @Sendable (Slots) -> Kernel

func unary<Operation: UnaryOperation>(_: Operation.Type) -> KernelMaker {
  { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      let results = lanes.values(result, as: Operation.Outcome.self)
      let values = lanes.values(operand, as: Operation.Operand.self)
      selection.each { results[$0] = Operation.apply(values[$0]) }
      return false
    }
  }
}

func binary<Operation: BinaryOperation>(_: Operation.Type) -> KernelMaker {
  { slots in
    let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
    return { lanes, selection in
      let results = lanes.values(result, as: Operation.Outcome.self)
      let lefts = lanes.values(left, as: Operation.Left.self)
      let rights = lanes.values(right, as: Operation.Right.self)
      selection.each { results[$0] = Operation.apply(lefts[$0], rights[$0]) }
      return false
    }
  }
}

func checked<Operation: CheckedUnaryOperation>(_: Operation.Type) -> KernelMaker {
  { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      let results = lanes.values(result, as: Operation.Outcome.self)
      let values = lanes.values(operand, as: Operation.Operand.self)
      var fails = false
      selection.each { row in
        let (value, fails1) = Operation.apply(values[row])
        results[row] = value
        fails = fails != fails1 || fails
      }
      guard fails else { return false }
      // The result is none of the operands, so that they can be asked again.
      selection.each { if Operation.apply(values[$0]).fails { lanes.marks[$0] = 1 } }
      return true
    }
  }
}

func checked<Operation: CheckedBinaryOperation>(_: Operation.Type) -> KernelMaker {
  { slots in
    let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
    return { lanes, selection in
      let results = lanes.values(result, as: Operation.Outcome.self)
      let lefts = lanes.values(left, as: Operation.Left.self)
      let rights = lanes.values(right, as: Operation.Right.self)
      var fails = false
      selection.each { row in
        let (value, fails1) = Operation.apply(lefts[row], rights[row])
        results[row] = value
        fails = fails != fails1 || fails
      }
      guard fails else { return false }
      selection.each { if Operation.apply(lefts[$0], rights[$0]).fails { lanes.marks[$0] = 1 } }
      return true
    }
  }
}

extension Lanes {
  /// Gives a register of numbers what `body` makes of each row; one of which it makes nothing is marked.
  ///
  /// - Returns: whether there is any.
  @inline(__always)
  func fill<Number: ExpressibleByIntegerLiteral>(
    _ register: Int, _ selection: Selection, as _: Number.Type = Number.self, _ body: (Int) -> Number?
  ) -> Bool {
    let results = values(register, as: Number.self)
    var fails = false
    selection.each { row in
      if let value = body(row) {
        results[row] = value
      } else {
        results[row] = 0
        marks[row] = 1
        fails = true
      }
    }
    return fails
  }

  /// The same for a register of texts.
  @inline(__always)
  func fillTexts(_ register: Int, _ selection: Selection, _ body: (Int) -> TextView?) -> Bool {
    let results = Texts(self, register)
    var fails = false
    selection.each { row in
      if let text = body(row) {
        results[row] = text
      } else {
        results[row] = TextView(start: Texts.nowhere, count: 0)
        marks[row] = 1
        fails = true
      }
    }
    return fails
  }
}
