/// Branches: rows are split, or both arms are computed for all rows and one result chosen for each.
extension Lowering {
  /// Up to this cost, in additions, both arms are computed: a split costs about as much, and what the processor guesses
  /// wrong besides.
  private static let mostBlended = 40

  func emitChoice(_ test: Int, _ then: Block, _ otherwise: Block, private registers: Set<Int>) throws {
    if then.steps.isEmpty, otherwise.steps.isEmpty, !then.isOpen, !otherwise.isOpen { return }
    if let first = then.costOfAll, let second = otherwise.costOfAll, first + second <= Self.mostBlended {
      return try blend(test, then, otherwise, registers)
    }
    block.steps.append(.choose(test: test, then, otherwise))
  }

  /// Computes both arms for all rows, into registers of their own, and chooses.
  private func blend(_ test: Int, _ then: Block, _ otherwise: Block, _ registers: Set<Int>) throws {
    let first = appendRenamed(then, registers)
    let second = appendRenamed(otherwise, registers)
    for target in Set(first.keys).union(second.keys).sorted() {
      guard let kind = (first[target] ?? second[target])?.kind else { continue }
      let (left, right) = (first[target]?.register ?? target, second[target]?.register ?? target)
      if left == right {
        try copy(kind, from: left, to: target)
      } else {
        emit(try operation("select", [.bool, kind, kind]), target, [test, left, right])
      }
    }
  }

  /// Adds an arm's steps with every register that outlives it replaced by one of its own.
  ///
  /// - Returns: where the values of these registers are now.
  private func appendRenamed(_ arm: Block, _ registers: Set<Int>) -> [Int: (register: Int, kind: Kind)] {
    var now: [Int: (register: Int, kind: Kind)] = [:]
    var fresh: Set<Int> = []
    for step in arm.steps {
      guard case .compute(var computation) = step else { continue }
      computation.slots.operands = computation.slots.operands.map { now[$0]?.register ?? $0 }
      let target = computation.slots.result
      let kind = computation.operation.result
      if registers.contains(target) {
        now[target] = nil
        block.steps.append(.compute(computation))
      } else if computation.operation.name == "copy",
        isFixed(computation.slots.operands[0]) || fresh.contains(computation.slots.operands[0])
      {
        // Nothing else is left alone until all are chosen.
        now[target] = (computation.slots.operands[0], kind)
      } else {
        // One that the other arm uses for itself would be overwritten there.
        let register = temporary(kind, besides: registers)
        fresh.insert(register)
        computation.slots.result = register
        block.steps.append(.compute(computation))
        now[target] = (register, kind)
      }
    }
    return now
  }

  /// Lowers an arm with what its condition says of variables.
  ///
  /// - Returns: its rows, if any come out of it.
  private func arm(
    _ facts: [String: Value], _ body: () throws -> Value?
  ) throws -> (block: Block, edge: Edge?, taken: Set<Int>) {
    let outer = variables
    defer { variables = outer }
    for (name, value) in facts { variables[name] = .value(value) }
    let arm = Block()
    let (edge, taken) = try logging {
      try within(arm) { () -> Edge? in
        do {
          let value = try body()
          return Edge(block: arm, variables: variables, value: value)
        } catch is Unreachable { return nil }
      }
    }
    return (arm, edge, taken)
  }

  /// One of two values, of which only the one that is needed decides what becomes of a row.
  func choice(
    _ condition: Condition, then: () throws -> Value, otherwise: () throws -> Value
  ) throws -> Value {
    let outer = variables
    defer { variables = outer }
    if let constant = condition.constant {
      for (name, value) in constant ? condition.whenTrue : condition.whenFalse { variables[name] = .value(value) }
      return try constant ? then() : otherwise()
    }
    let first = try arm(condition.whenTrue, then)
    let second = try arm(condition.whenFalse, otherwise)
    let edges = [first.edge, second.edge].compactMap(\.self)
    var joint: Value?
    let (_, taken) = try logging {
      // Expressions set no variables, so that these are the same but for what is known of them.
      joint = edges.isEmpty ? nil : try join(edges.map { Edge(block: $0.block, variables: [:], value: $0.value) }).1
    }
    // What holds the result outlives the arms.
    let registers = first.taken.union(second.taken).subtracting(taken)
    try emitChoice(condition.register, first.block, second.block, private: edges.count < 2 ? [] : registers)
    guard let joint else {
      if edges.isEmpty { throw Unreachable() }
      throw rerun(
        Obstacle(
          frames.last.map { functions[$0.function].place } ?? SourcePlace(line: 1, column: 1),
          "a value of different types"))
    }
    return joint
  }

  /// Lowers an if statement. Throws `Unreachable` when nothing comes out of it.
  func branch(_ condition: Condition, then: () throws -> Void, otherwise: () throws -> Void) throws {
    if let constant = condition.constant {
      for (name, value) in constant ? condition.whenTrue : condition.whenFalse { variables[name] = .value(value) }
      return try constant ? then() : otherwise()
    }
    let first = try arm(condition.whenTrue) {
      try then()
      return nil
    }
    let second = try arm(condition.whenFalse) {
      try otherwise()
      return nil
    }
    let edges = [first.edge, second.edge].compactMap(\.self)
    var after: [String: Binding]?
    if !edges.isEmpty { after = try join(edges).0 }
    try emitChoice(condition.register, first.block, second.block, private: first.taken.union(second.taken))
    guard let after else { throw Unreachable() }
    variables = after
  }
}
