/// Truth values, copies, and the choice between two values: what programs consist of besides the user's own operations.
enum LogicKernels {
  static let table: [Operation] = [
    Operation("copy", [.bool], .bool, unary(Copy.self)),
    Operation("copy", [.int], .int, unary(Copy.self)),
    Operation("copy", [.float], .float, unary(Copy.self)),
    Operation("copy", [.real], .real, unary(Copy.self)),
    Operation("copy", [.text], .text, copyText),
    Operation("select", [.bool, .bool, .bool], .bool, select),
    Operation("select", [.bool, .int, .int], .int, select),
    Operation("select", [.bool, .float, .float], .float, select),
    Operation("select", [.bool, .real, .real], .real, select),
    Operation("select", [.bool, .text, .text], .text, cost: 2, selectText),
    Operation("not", [.bool], .bool, example: "not x", unary(Not.self)),
    Operation("and", [.bool, .bool], .bool, binary(IntegerKernels.And.self)),
    Operation("or", [.bool, .bool], .bool, binary(IntegerKernels.Or.self)),
    Operation("truth", [.int], .bool, example: "bool(x)", unary(IntegerTruth.self)),
    Operation("truth", [.float], .bool, example: "bool(x)", unary(FloatTruth.self)),
    Operation("truth", [.text], .bool, example: "bool(x)", textTruth),
    // Where a value that may be None must be one.
    Operation("require", [.bool], .bool, marks: "None", require),
  ]

  enum Copy: UnaryOperation { static func apply(_ value: Int64) -> Int64 { value } }
  enum Not: UnaryOperation { static func apply(_ value: Int64) -> Int64 { value ^ 1 } }
  enum IntegerTruth: UnaryOperation { static func apply(_ value: Int64) -> Int64 { value != 0 ? 1 : 0 } }
  enum FloatTruth: UnaryOperation { static func apply(_ value: Double) -> Int64 { value != 0 ? 1 : 0 } }

  private static let copyText: KernelMaker = { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      for part in 0...1 {
        let results = lanes.values(result + part, as: Int64.self)
        let values = lanes.values(operand + part, as: Int64.self)
        selection.each { results[$0] = values[$0] }
      }
      lanes.isASCII[result] = lanes.isASCII[result] && lanes.isASCII[operand]
      return false
    }
  }

  static let select: KernelMaker = { slots in
    let (result, test, left, right) = (slots.result, slots.operands[0], slots.operands[1], slots.operands[2])
    return { lanes, selection in
      choose(lanes, selection, result, test, left, right)
      return false
    }
  }

  private static let selectText: KernelMaker = { slots in
    let (result, test, left, right) = (slots.result, slots.operands[0], slots.operands[1], slots.operands[2])
    return { lanes, selection in
      choose(lanes, selection, result, test, left, right)
      choose(lanes, selection, result + 1, test, left + 1, right + 1)
      lanes.isASCII[result] = lanes.isASCII[result] && lanes.isASCII[left] && lanes.isASCII[right]
      return false
    }
  }

  /// With masks: where a branch decides, the processor guesses wrong for every other row of a mixed column.
  @inline(__always)
  private static func choose(
    _ lanes: Lanes, _ selection: Selection, _ result: Int, _ test: Int, _ left: Int, _ right: Int
  ) {
    let results = lanes.values(result, as: Int64.self)
    let tests = lanes.values(test, as: Int64.self)
    let lefts = lanes.values(left, as: Int64.self)
    let rights = lanes.values(right, as: Int64.self)
    selection.each { row in
      let mask = 0 &- tests[row]
      results[row] = (lefts[row] & mask) | (rights[row] & ~mask)
    }
  }

  private static let textTruth: KernelMaker = { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      let results = lanes.values(result, as: Int64.self)
      let counts = lanes.values(operand + 1, as: Int64.self)
      selection.each { results[$0] = counts[$0] != 0 ? 1 : 0 }
      return false
    }
  }

  private static let require: KernelMaker = { slots in
    let operand = slots.operands[0]
    return { lanes, selection in
      let values = lanes.values(operand, as: Int64.self)
      let marks = lanes.marks
      var missing: Int64 = 0
      selection.each { missing |= values[$0] ^ 1 }
      guard missing != 0 else { return false }
      selection.each { if values[$0] == 0 { marks[$0] = 1 } }
      return true
    }
  }
}
