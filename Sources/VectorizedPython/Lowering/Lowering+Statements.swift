import Functions

extension Lowering {
  var prefix: String { frames.last?.prefix ?? "" }

  /// Lowers the outermost function.
  ///
  /// - Throws: `Refusal` when all rows are CPython's.
  func lowerFunction() throws {
    frames.append(Frame(function: 0, prefix: "", exit: nil))
    let body = functions[0].body
    do { try lower(ending(body, functions[0].place), isTail: true) } catch is Unreachable {}
    if !returnsValue, !returnsNone {
      throw Refusal(obstacle: obstacles.first ?? Obstacle(functions[0].place, "a function that always raises"))
    }
  }

  /// With what a function gives that ends without `return`.
  private func ending(_ body: [Statement], _ place: SourcePlace) -> [Statement] {
    body.leaves ? body : body + [Statement(place: place, form: .give(nil))]
  }

  /// Lowers statements; throws `Unreachable` when nothing comes out of them.
  ///
  /// - Parameter isTail: whether the function's rows are done behind them.
  func lower(_ statements: [Statement], isTail: Bool) throws {
    for (index, statement) in statements.enumerated() {
      let rest = Array(statements[(index + 1)...])
      if case .branch(let test, let then, let otherwise) = statement.form {
        // What follows belongs to the arm that goes on.
        if then.leaves || otherwise.leaves {
          return try deeper(statement.place) {
            try statementScope {
              try branch(
                condition(test),
                then: { try lower(then + (then.leaves ? [] : rest), isTail: isTail) },
                otherwise: { try lower(otherwise + (otherwise.leaves ? [] : rest), isTail: isTail) })
            }
          }
        }
        try deeper(statement.place) {
          try statementScope {
            try branch(
              condition(test), then: { try lower(then, isTail: false) },
              otherwise: { try lower(otherwise, isTail: false) })
          }
        }
        continue
      }
      try deeper(statement.place) {
        try statementScope { try lower(statement, isTail: isTail && rest.isEmpty) }
      }
    }
  }

  private func lower(_ statement: Statement, isTail: Bool) throws {
    switch statement.form {
    case .branch: break
    case .set(let name, let expression):
      if let parts = try parts(of: expression) { return try set(prefix + name, parts) }
      try set(prefix + name, value(expression))
    case .spread(let names, let expression): try spread(names, expression, statement.place)
    case .attempt(let body, let handlers, let otherwise): try attempt(body, handlers, otherwise)
    case .unpack(let names, let expressions):
      // All values are there before the first name is set.
      let values = try expressions.enumerated().map { place, expression in
        let found = try value(expression)
        guard found.kind != .none, !isFixed(found.register) else { return found }
        // Those that are set after the value is used do it no harm.
        let names = Array(names.prefix(place))
        guard names.contains(where: { variables[prefix + $0] == .value(found) }) || isHome(found, names) else {
          return found
        }
        var copied = found
        copied.register = temporary(found.kind)
        try copy(found.kind, from: found.register, to: copied.register)
        if let validity = found.validity, !isFixed(validity) {
          let register = temporary(.bool)
          try copy(.bool, from: validity, to: register)
          copied.validity = register
        }
        return copied
      }
      for (name, value) in zip(names, values) { try set(prefix + name, value) }
    case .loop(let test, let body, let otherwise):
      try loop(body, otherwise, assigned: body.assigned) {
        try self.condition(test)
      } next: {
      }
    case .range(let name, let bounds, let body, let otherwise): try range(name, bounds, body, otherwise)
    case .characters(let name, let text, let body, let otherwise): try characters(name, text, body, otherwise)
    case .give(let expression): try give(expression, statement.place, isTail: isTail)
    case .leave:
      guard let frame = loops.last else { throw UnreadableSyntax() }
      block.isOpen = true
      loops[loops.count - 1].breakEdges.append(Edge(block: block, variables: variables, exit: frame.breaks))
      throw Unreachable()
    case .next:
      guard let frame = loops.last else { throw UnreadableSyntax() }
      block.isOpen = true
      loops[loops.count - 1].continueEdges.append(Edge(block: block, variables: variables, exit: frame.continues))
      throw Unreachable()
    case .unsupported(let obstacle): throw rerun(obstacle)
    }
  }

  /// Whether a value is where one of these variables may be written to.
  private func isHome(_ value: Value, _ names: [String]) -> Bool {
    names.contains { name in
      value.register == home(of: prefix + name, value.kind) || value.validity == validityHome(of: prefix + name)
    }
  }

  /// Gives a variable a value, in registers that are its own unless nobody writes them.
  func set(_ name: String, _ value: Value) throws {
    guard value.kind != .none else {
      variables[name] = .value(.none)
      return
    }
    var own = value
    if !isFixed(value.register) {
      let register = home(of: name, value.kind)
      try place(value, in: register)
      own.register = register
    }
    if let validity = value.validity, !isFixed(validity) {
      let register = validityHome(of: name)
      try copy(.bool, from: validity, to: register)
      own.validity = register
    }
    variables[name] = .value(own)
  }

  // MARK: Results

  private func give(_ expression: Expression?, _ place: SourcePlace, isTail: Bool) throws {
    let given = try expression.map { try value($0) } ?? .none
    guard let frame = frames.last else { throw UnreadableSyntax() }
    if let exit = frame.exit {
      if let result = frame.result {
        if case .value(let target) = result, target.kind != .none { try move(given, to: target) }
        if !isTail {
          frames[frames.count - 1].leaves = true
          block.steps.append(.leave(exit: exit))
        }
      }
      frames[frames.count - 1].returns.append(Shape(.value(given)))
      throw Unreachable()
    }
    try giveResult(given, expression?.place ?? place)
    if !isTail { block.steps.append(.leave(exit: nil)) }
    throw Unreachable()
  }

  /// Writes a result as the function's declared type has it; what the type does not take is CPython's affair.
  private func giveResult(_ given: Value, _ place: SourcePlace) throws {
    if given.kind == .none {
      returnsNone = true
      return try copy(.bool, from: constant(.bool(false)).register, to: resultValidity)
    }
    let fitting = try converted(given, place)
    returnsValue = true
    try self.place(fitting, in: resultRegister)
    if given.validity != nil { returnsNone = true }
    try copy(.bool, from: given.validity ?? constant(.bool(true)).register, to: resultValidity)
  }

  private func converted(_ value: Value, _ place: SourcePlace) throws -> Value {
    if result == .float32, [.int, .bool, .float, .real].contains(value.kind) {
      if value.validity != nil { throw rerun(Obstacle(place, "a value of a narrow type that may be None")) }
      return compute(try operation("to float32", [.float]), [try toFloat(value).register])
    }
    switch (resultKind, value.kind) {
    case (.bool, .bool), (.float, .float), (.text, .text), (.date, .date), (.moment, .moment): return value
    case (.float, .real): return Value(kind: .float, register: value.register)
    case (.float, .int), (.float, .bool): return try toFloat(value)
    case (.int, .int), (.int, .bool):
      guard let narrow = Self.narrow(result) else { return Value(kind: .int, register: value.register) }
      // A null has no value that could not fit.
      if value.validity != nil { throw rerun(Obstacle(place, "a value of a narrow type that may be None")) }
      return compute(try operation(narrow, [.int]), [value.register])
    default:
      throw rerun(Obstacle(place, "a result of type \(value.kind.pythonName), where the function says \(result)"))
    }
  }

  private static func narrow(_ type: UDFType) -> String? {
    switch type {
    case .int8: "to int8"
    case .int16: "to int16"
    case .int32: "to int32"
    case .uint8: "to uint8"
    case .uint16: "to uint16"
    case .uint32: "to uint32"
    case .uint64: "to uint64"
    default: nil
    }
  }

  // MARK: Calls of other functions

  private static let deepest = 5

  func inlined(_ function: Int, _ arguments: [Expression], _ place: SourcePlace) throws -> Value {
    guard functions.indices.contains(function) else { throw UnreadableSyntax() }
    let syntax = functions[function]
    guard frames.count < Self.deepest, !frames.contains(where: { $0.function == function }) else {
      throw rerun(
        Obstacle(place, "a call of \(syntax.name) in itself, or deeper than \(Self.deepest) calls", hint: "a loop"))
    }
    var values = try arguments.map { try value($0) }
    for parameter in syntax.parameters.indices.dropFirst(values.count) {
      let at = parameter - (syntax.parameters.count - syntax.defaults.count)
      guard syntax.defaults.indices.contains(at), let value = syntax.defaults[at] else {
        throw rerun(Obstacle(place, "a call of \(syntax.name) with too few arguments"))
      }
      values.append(constant(value))
    }
    guard values.count == syntax.parameters.count else {
      throw rerun(Obstacle(place, "a call of \(syntax.name) with too many arguments"))
    }
    // Once for the types of what it returns, and once more to put that in one place.
    let before = (obstacles.count, exitCount, attempts)
    let shapes = try inlinedBody(function, values, result: nil).frame.returns
    forgetObstacles(behind: before.0)
    (exitCount, attempts) = (before.1, before.2)
    guard !shapes.isEmpty else {
      let (body, _) = try inlinedBody(function, values, result: .mixed)
      block.steps += body.steps
      throw Unreachable()
    }
    guard let shape = Shape.joined(shapes) else {
      throw rerun(Obstacle(place, "a call of \(syntax.name), which gives values of different types"))
    }
    var result = Value.none
    if shape.kind != .none {
      result = Value(
        kind: shape.kind, register: temporary(shape.kind), validity: shape.isOptional ? temporary(.bool) : nil)
    }
    let (body, frame) = try inlinedBody(function, values, result: .value(result))
    if frame.leaves {
      block.steps.append(.scope(body, exit: frame.exit ?? 0))
    } else {
      block.steps += body.steps
    }
    return result
  }

  private func inlinedBody(_ function: Int, _ arguments: [Value], result: Binding?) throws -> (Block, frame: Frame) {
    let syntax = functions[function]
    let exit = exitCount
    exitCount += 1
    let outer = (variables, loops, frames)
    defer { (variables, loops, frames) = outer }
    let prefix = "\(frames.count) \(syntax.name)."
    variables = variables.filter { !$0.key.hasPrefix(prefix) }
    for (name, value) in zip(syntax.parameters, arguments) { variables[prefix + name] = .value(value) }
    frames.append(Frame(function: function, prefix: prefix, exit: exit, result: result))
    loops = []
    let body = Block()
    do {
      try within(body) { try lower(ending(syntax.body, syntax.place), isTail: true) }
    } catch is Unreachable {}
    return (body, frames[frames.count - 1])
  }
}

extension Kind {
  var pythonName: String {
    switch self {
    case .none: "None"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .real: "int or float"
    case .text: "str"
    case .date: "date"
    case .moment: "datetime"
    case .span: "timedelta"
    }
  }
}
