extension Lowering {
  /// Lowers a loop: again, with wider types, until what comes round is of the types that the loop began with.
  func loop(
    _ body: [Statement], _ otherwise: [Statement], assigned: Set<String>, test: () throws -> Condition,
    start: () throws -> Void = {}, next: () throws -> Void
  ) throws {
    let entry = variables
    let names = assigned.map { prefix + $0 }
    var shapes: [String: Shape] = [:]
    for name in names { shapes[name] = entry[name].flatMap(Shape.init) }
    let before = (obstacles.count, exitCount, frames.last?.returns.count ?? 0, attempts)
    for _ in 0..<8 {
      forgetObstacles(behind: before.0)
      let turn = try turn(names, shapes, body, test, start, next)
      var wider: [String: Shape] = [:]
      for name in names {
        guard let shape = shapes[name] else { continue }
        let back = turn.back.map { $0.variables[name].flatMap(Shape.init) }
        wider[name] = Shape.joined([shape] + back)
      }
      if wider == shapes { return try finish(turn, names, shapes, entry, otherwise, next) }
      shapes = wider
      variables = entry
      (exitCount, attempts) = (before.1, before.3)
      if !frames.isEmpty {
        frames[frames.count - 1].returns.removeLast(frames[frames.count - 1].returns.count - before.2)
      }
    }
    throw rerun(
      Obstacle(
        frames.last.map { functions[$0.function].place } ?? SourcePlace(line: 1, column: 1),
        "a loop whose variables change their types"))
  }

  private struct Turn {
    var test = Block()
    var body = Block()
    var condition: Condition
    /// The variables at the head.
    var head: [String: Binding]
    var back: [Edge]
    var frame: LoopFrame
  }

  private func turn(
    _ names: [String], _ shapes: [String: Shape], _ body: [Statement], _ test: () throws -> Condition,
    _ start: () throws -> Void, _ next: () throws -> Void
  ) throws -> Turn {
    for name in names { variables[name] = shapes[name].map { headBinding(name, $0) } ?? .mixed }
    let head = variables
    let testBlock = Block()
    let condition: Condition
    do { condition = try within(testBlock, test) } catch is Unreachable {
      // What the test comes to at once, without another turn.
      block.steps += testBlock.steps
      throw Unreachable()
    }
    var turn = Turn(
      condition: condition, head: head, back: [], frame: LoopFrame(breaks: exitCount, continues: exitCount + 1))
    turn.test = testBlock
    exitCount += 2
    loops.append(turn.frame)
    for (name, value) in condition.whenTrue { variables[name] = .value(value) }
    var through: Edge?
    do {
      defer { turn.frame = loops.removeLast() }
      do {
        try within(turn.body) {
          try start()
          try lower(body, isTail: false)
        }
        through = Edge(block: turn.body, variables: variables)
      } catch is Unreachable {}
    }
    turn.back = turn.frame.continueEdges + (through.map { [$0] } ?? [])
    return turn
  }

  private func headBinding(_ name: String, _ shape: Shape) -> Binding {
    guard shape.kind != .none else { return .value(.none) }
    return .value(
      Value(
        kind: shape.kind, register: home(of: name, shape.kind),
        validity: shape.isOptional ? validityHome(of: name) : nil))
  }

  private func finish(
    _ turn: Turn, _ names: [String], _ shapes: [String: Shape], _ entry: [String: Binding], _ otherwise: [Statement],
    _ next: () throws -> Void
  ) throws {
    // Into the loop, and round.
    try bring(entry, to: turn.head, names)
    for edge in turn.back {
      try within(edge.block) { try bring(edge.variables, to: turn.head, names) }
      if let exit = edge.exit { edge.block.steps.append(.leave(exit: exit)) }
    }
    variables = turn.head
    let nextBlock = Block()
    try within(nextBlock, next)
    let otherwiseBlock = Block()
    let isEndless = turn.condition.constant == true
    var ends = turn.frame.breakEdges
    if !isEndless {
      for (name, value) in turn.condition.whenFalse { variables[name] = .value(value) }
      do {
        try within(otherwiseBlock) { try lower(otherwise, isTail: false) }
        ends.append(Edge(block: otherwiseBlock, variables: variables))
      } catch is Unreachable {}
    }
    var after: [String: Binding]?
    if !ends.isEmpty { after = try join(ends).0 }
    block.steps.append(
      .loop(
        Loop(
          test: turn.test, register: isEndless ? nil : turn.condition.register, body: turn.body, next: nextBlock,
          otherwise: otherwiseBlock, continues: turn.frame.continues, breaks: turn.frame.breaks)))
    guard let after else { throw Unreachable() }
    variables = after
  }

  /// Brings variables to where, and to what, the head of a loop has them.
  private func bring(_ variables: [String: Binding], to head: [String: Binding], _ names: [String]) throws {
    for name in names {
      guard case .value(let target)? = head[name], case .value(let source)? = variables[name] else { continue }
      try move(source, to: target)
    }
  }

  /// `for name in range(...)`.
  func range(_ name: String, _ bounds: [Expression], _ body: [Statement], _ otherwise: [Statement]) throws {
    let values = try bounds.map { expression in
      let found = try integer(value(expression), expression.place)
      guard !isFixed(found.register) else { return found }
      // The body may change what a bound was read from.
      let register = temporary(.int)
      try copy(.int, from: found.register, to: register)
      return Value(kind: .int, register: register)
    }
    let start = values.count > 1 ? values[0] : constant(.integer(0))
    let stop = values.count > 1 ? values[1] : values[0]
    let step = values.count > 2 ? values[2] : constant(.integer(1))
    let current = temporary(.int)
    try copy(.int, from: start.register, to: current)
    let less = try operation("<", [.int, .int])
    let up = try operation("count up", [.int, .int])
    let one = constant(.integer(1))
    let setCurrent = { [self] in try set(prefix + name, Value(kind: .int, register: current)) }
    if step.constant == .integer(1) {
      return try loop(body, otherwise, assigned: body.assigned.union([name])) {
        Condition(register: compute(less, [current, stop.register]).register)
      } start: {
        try setCurrent()
      } next: {
        emit(up, current, [current, one.register])
      }
    }
    let turns = compute(try operation("turns", [.int, .int, .int]), [start.register, stop.register, step.register])
    let count = temporary(.int)
    try copy(.int, from: constant(.integer(0)).register, to: count)
    try loop(body, otherwise, assigned: body.assigned.union([name])) {
      Condition(register: compute(less, [count, turns.register]).register)
    } start: {
      try setCurrent()
    } next: {
      emit(up, count, [count, one.register])
      emit(up, current, [current, step.register])
    }
  }

  /// `for name in text`: over the bytes of texts that are ASCII.
  func characters(_ name: String, _ iterated: Expression, _ body: [Statement], _ otherwise: [Statement]) throws {
    if let parts = try parts(of: iterated) { return try self.parts(name, parts, body, otherwise) }
    let found = try required(value(iterated))
    guard found.kind == .text else {
      throw rerun(Obstacle(iterated.place, "a loop over a value of type \(found.kind.pythonName)", hint: "range(...)"))
    }
    // The body may change the variable; the loop goes on over the text as it was.
    let text = temporary(.text)
    try copy(.text, from: found.register, to: text)
    emit(try operation("require ASCII", [.text]), temporary(.bool), [text])
    let count = compute(try operation("len", [.text]), [text])
    let current = temporary(.int)
    try copy(.int, from: constant(.integer(0)).register, to: current)
    let less = try operation("<", [.int, .int])
    let item = try operation("str.[]", [.text, .int])
    try loop(body, otherwise, assigned: body.assigned.union([name])) {
      Condition(register: compute(less, [current, count.register]).register)
    } start: {
      try set(prefix + name, compute(item, [text, current]))
    } next: {
      emit(try operation("count up", [.int, .int]), current, [current, constant(.integer(1)).register])
    }
  }
}
