import Essentials

/// Texts compared by their bytes, which holds for any text.
enum TextComparisonKernels {
  static let table: [Operation] = [
    Operation("==", [.text, .text], .bool, cost: 6, example: "x == y", compare(Equal.self)),
    Operation("!=", [.text, .text], .bool, cost: 6, example: "x != y", compare(NotEqual.self)),
    Operation("<", [.text, .text], .bool, cost: 6, example: "x < y", compare(Less.self)),
    Operation("<=", [.text, .text], .bool, cost: 6, example: "x <= y", compare(LessOrEqual.self)),
    Operation(">", [.text, .text], .bool, cost: 6, example: "x > y", compare(Greater.self)),
    Operation(">=", [.text, .text], .bool, cost: 6, example: "x >= y", compare(GreaterOrEqual.self)),
    Operation("in", [.text, .text], .bool, cost: 10, example: "x in y", compare(Inside.self)),
    Operation("str.startswith", [.text, .text], .bool, cost: 6, example: "x.startswith(y)", compare(Prefix.self)),
    Operation("str.endswith", [.text, .text], .bool, cost: 6, example: "x.endswith(y)", compare(Suffix.self)),
  ]

  private enum Equal: Comparison { static func holds(_ left: TextView, _ right: TextView) -> Bool { left == right } }
  private enum NotEqual: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { !(left == right) }
  }
  private enum Less: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { order(left, right) < 0 }
  }
  private enum LessOrEqual: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { order(left, right) <= 0 }
  }
  private enum Greater: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { order(left, right) > 0 }
  }
  private enum GreaterOrEqual: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { order(left, right) >= 0 }
  }
  private enum Inside: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { right.find(left) != nil }
  }
  private enum Prefix: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { left.hasPrefix(right) }
  }
  private enum Suffix: Comparison {
    static func holds(_ left: TextView, _ right: TextView) -> Bool { left.hasSuffix(right) }
  }

  /// The order of the bytes of UTF-8 is that of the characters.
  @inline(__always)
  private static func order(_ left: TextView, _ right: TextView) -> Int {
    let found = memcmp(left.start, right.start, min(left.count, right.count))
    return found != 0 ? Int(found) : left.count - right.count
  }

  private static func compare<Test: Comparison>(_: Test.Type) -> KernelMaker {
    { slots in
      let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let results = lanes.values(result, as: Int64.self)
        let (lefts, rights) = (Texts(lanes, left), Texts(lanes, right))
        selection.each { results[$0] = Test.holds(lefts[$0], rights[$0]) ? 1 : 0 }
        return false
      }
    }
  }
}

/// A comparison, which is a type and no closure for the reason that `KernelMaker` has.
private protocol Comparison {
  static func holds(_ left: TextView, _ right: TextView) -> Bool
}
