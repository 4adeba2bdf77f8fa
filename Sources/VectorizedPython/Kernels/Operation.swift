/// What a register holds.
enum Kind: String, Sendable, Hashable, CaseIterable {
  case none, bool, int, float
  /// An int or a float, held as a float that is equal to it: both behave alike where this is taken.
  case real
  case text
  /// A date, as days; a datetime without a time zone, and a timedelta, as microseconds.
  case date, moment, span
}

/// One row of the table of operations: what Python calls it, for which types, and the kernel that computes it.
struct Operation: Sendable {
  /// As the front end names it: an operator, `math.sin`, or `str.strip` with the text as the first operand.
  let name: String
  let operands: [Kind]
  let result: Kind
  /// Whether it can leave rows to CPython, which then finds an error, or a value that does not fit; when, in words.
  let marks: String?
  /// What it takes compared with an addition, for the choice between computing both arms of a branch and splitting rows.
  let cost: Int
  let make: KernelMaker
  /// A Python expression of x, y and z that is this operation, for tests.
  let example: String?

  init(
    _ name: String, _ operands: [Kind], _ result: Kind, marks: String? = nil, cost: Int = 1, example: String? = nil,
    _ make: @escaping KernelMaker
  ) {
    (self.name, self.operands, self.result, self.marks, self.cost, self.make, self.example) = (
      name, operands, result, marks, cost, make, example
    )
  }
}

/// All operations: the only list of them, which lowering, tests and documentation read.
enum Operations {
  static let all: [Operation] =
    IntegerKernels.table + FloatKernels.table + ComparisonKernels.table + LogicKernels.table + MathKernels.table
    + ConversionKernels.table + TextKernels.table + TextComparisonKernels.table + CaseKernels.table
    + TextMakingKernels.table + TextNumberKernels.table + TextPartsKernels.table
    + DateKernels.table + DateTextKernels.table + LookupKernels.table

  private static let byName: [String: [Operation]] = Dictionary(grouping: all, by: \.name)

  /// The operation of a name for exactly these kinds.
  static func find(_ name: String, _ kinds: [Kind]) -> Operation? {
    byName[name]?.first { $0.operands == kinds }
  }

  static func named(_ name: String) -> [Operation] { byName[name] ?? [] }
}
