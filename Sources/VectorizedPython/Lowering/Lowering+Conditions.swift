extension Lowering {
  /// The truth of an expression, and what it says of variables that may be None.
  func condition(_ expression: Expression) throws -> Condition {
    switch expression.form {
    case .not(let inner):
      let found = try condition(inner)
      if let constant = found.constant { return truth(of: !constant) }
      let negated = compute(try operation("not", [.bool]), [found.register])
      return Condition(register: negated.register, whenTrue: found.whenFalse, whenFalse: found.whenTrue)
    case .and(let parts): return try both(parts[...])
    case .or(let parts): return try either(parts[...])
    case .comparison(let operators, let operands)
    where operators.count == 1 && ["is", "is not", "==", "!="].contains(operators[0]):
      // Both ways round.
      for (one, other) in [(operands[0], operands[1]), (operands[1], operands[0])] {
        guard case .constant(.none) = other.form, case .name(let name) = one.form else { continue }
        return try isNone(name, one, negated: operators[0] == "is not" || operators[0] == "!=")
      }
    case .name, .call:
      if let parts = try parts(of: expression) { return try truth(of: count(of: parts)) }
      guard case .name(let name) = expression.form else { break }
      let found = try value(expression)
      var condition = try truth(of: found)
      if condition.constant == nil, found.validity != nil { condition.whenTrue[prefix + name] = found.present }
      return condition
    default: break
    }
    return try truth(of: value(expression))
  }

  private func truth(of constant: Bool) -> Condition {
    Condition(register: self.constant(.bool(constant)).register, constant: constant)
  }

  private func isNone(_ name: String, _ expression: Expression, negated: Bool) throws -> Condition {
    let found = try value(expression)
    if found.kind == .none { return truth(of: !negated) }
    guard let validity = found.validity else { return truth(of: negated) }
    let present = Condition(
      register: validity, whenTrue: [prefix + name: found.present], whenFalse: [prefix + name: .none])
    if negated { return present }
    let missing = compute(try operation("not", [.bool]), [validity])
    return Condition(register: missing.register, whenTrue: present.whenFalse, whenFalse: present.whenTrue)
  }

  /// The truth of a value.
  func truth(of value: Value) throws -> Condition {
    switch value.constant {
    case .none?: return truth(of: false)
    case .bool(let constant)?: return truth(of: constant)
    case .integer(let constant)?: return truth(of: constant != 0)
    case .float(let bits)?: return truth(of: Double(bitPattern: bits) != 0)
    case .text(let constant)?: return truth(of: !constant.isEmpty)
    case .temporal(let kind, let number)?: return truth(of: kind != .span || number != 0)
    case nil: break
    }
    var register: Int
    switch value.kind {
    case .none: return truth(of: false)
    case .bool: register = value.register
    case .int: register = compute(try operation("truth", [.int]), [value.register]).register
    case .float, .real: register = compute(try operation("truth", [.float]), [value.register]).register
    case .text: register = compute(try operation("truth", [.text]), [value.register]).register
    case .span: register = compute(try operation("truth", [.span]), [value.register]).register
    case .date, .moment:
      guard let validity = value.validity else { return truth(of: true) }
      return Condition(register: validity)
    }
    if let validity = value.validity {
      register = compute(try operation("and", [.bool, .bool]), [register, validity]).register
    }
    return Condition(register: register)
  }

  private func both(_ parts: ArraySlice<Expression>) throws -> Condition {
    guard let first = parts.first else { return truth(of: true) }
    let left = try condition(first)
    let rest = parts.dropFirst()
    if rest.isEmpty || left.constant == false { return left }
    if left.constant == true {
      for (name, value) in left.whenTrue { variables[name] = .value(value) }
      return try both(rest)
    }
    var right: Condition?
    let found = try choice(left) {
      let condition = try both(rest)
      right = condition
      return Value(kind: .bool, register: condition.register)
    } otherwise: {
      constant(.bool(false))
    }
    return Condition(
      register: found.register, whenTrue: left.whenTrue.merging(right?.whenTrue ?? [:]) { $1 })
  }

  private func either(_ parts: ArraySlice<Expression>) throws -> Condition {
    guard let first = parts.first else { return truth(of: false) }
    let left = try condition(first)
    let rest = parts.dropFirst()
    if rest.isEmpty || left.constant == true { return left }
    if left.constant == false { return try either(rest) }
    var right: Condition?
    let found = try choice(left) {
      constant(.bool(true))
    } otherwise: {
      let condition = try either(rest)
      right = condition
      return Value(kind: .bool, register: condition.register)
    }
    return Condition(
      register: found.register, whenFalse: left.whenFalse.merging(right?.whenFalse ?? [:]) { $1 })
  }

  // MARK: As values

  /// `and` and `or`, which give one of their operands.
  func operand(_ parts: ArraySlice<Expression>, isAnd: Bool) throws -> Value {
    guard let first = parts.first else { throw UnreadableSyntax() }
    let rest = parts.dropFirst()
    if rest.isEmpty { return try value(first) }
    let left = try value(first)
    var condition = try truth(of: left)
    if case .name(let name) = first.form, left.validity != nil { condition.whenTrue[prefix + name] = left.present }
    // What is true is not None.
    return isAnd
      ? try choice(condition) {
        try operand(rest, isAnd: true)
      } otherwise: {
        left
      }
      : try choice(condition) {
        left.present
      } otherwise: {
        try operand(rest, isAnd: false)
      }
  }

  // MARK: Comparisons

  func comparison(_ operators: [String], _ operands: [Expression], _ place: SourcePlace) throws -> Value {
    let left = try value(operands[0])
    if operators == ["in"] || operators == ["not in"], let parts = try parts(of: operands[1]) {
      let found = try contains(parts, left, place)
      return operators == ["in"] ? found : compute(try operation("not", [.bool]), [found.register])
    }
    return try chain(operators[...], left, operands.dropFirst(), place)
  }

  /// Operands behind a comparison that does not hold are not computed.
  private func chain(
    _ operators: ArraySlice<String>, _ left: Value, _ operands: ArraySlice<Expression>, _ place: SourcePlace
  ) throws -> Value {
    guard let name = operators.first, let expression = operands.first else { throw UnreadableSyntax() }
    let right = try value(expression)
    let found = try compare(name, left, right, place)
    if operators.count == 1 { return found }
    return try choice(truth(of: found)) {
      try chain(operators.dropFirst(), right, operands.dropFirst(), place)
    } otherwise: {
      constant(.bool(false))
    }
  }

  /// Tuples are compared by the first of their values that differ.
  func tuples(_ name: String, _ left: [Expression], _ right: [Expression], _ place: SourcePlace) throws -> Value {
    let (ones, others) = (try left.map { try required(value($0)) }, try right.map { try required(value($0)) })
    let (and, or) = (try operation("and", [.bool, .bool]), try operation("or", [.bool, .bool]))
    let isEquality = name == "==" || name == "!="
    var found: Value?
    for (one, other) in zip(ones, others).reversed() {
      // Of floats NaN differs from itself, but not where it is the same object.
      guard one.kind == other.kind, one.kind != .float, one.kind != .real,
        let same = try ordered("==", one, other),
        let last = try ordered(isEquality ? "==" : name, one, other),
        let before = try ordered(isEquality ? "==" : String(name.prefix(1)), one, other)
      else { throw rerun(Obstacle(place, "a comparison of tuples of these types")) }
      guard let rest = found else {
        found = last
        continue
      }
      found = compute(and, [same.register, rest.register])
      if !isEquality, let equal = found { found = compute(or, [before.register, equal.register]) }
    }
    guard let found else { throw UnreadableSyntax() }
    return name == "!=" ? compute(try operation("not", [.bool]), [found.register]) : found
  }

  private func compare(_ name: String, _ left: Value, _ right: Value, _ place: SourcePlace) throws -> Value {
    switch name {
    case "is", "is not":
      if left.kind == .none || right.kind == .none {
        return try isNoneValue(left.kind == .none ? right : left, negated: name == "is not")
      }
      // There is one True and one False, which nothing but a truth value is.
      guard left.constant?.kind == .bool || right.constant?.kind == .bool else {
        throw rerun(Obstacle(place, "'\(name)' between values", hint: "=="))
      }
      if left.kind == .bool, right.kind == .bool { return try equality(left, right, negated: name == "is not", place) }
      return constant(.bool(name == "is not"))
    case "==", "!=": return try equality(left, right, negated: name == "!=", place)
    case "in", "not in":
      let (part, whole) = (try required(left), try required(right))
      guard part.kind == .text, whole.kind == .text else {
        throw rerun(Obstacle(place, "'in' of \(whole.kind.pythonName)"))
      }
      let found = compute(try operation("in", [.text, .text]), [part.register, whole.register])
      return name == "in" ? found : compute(try operation("not", [.bool]), [found.register])
    default:
      let (one, other) = (try required(left), try required(right))
      guard let found = try ordered(name, one, other) else {
        throw rerun(Obstacle(place, "'\(name)' between \(one.kind.pythonName) and \(other.kind.pythonName)"))
      }
      return found
    }
  }

  private func isNoneValue(_ value: Value, negated: Bool) throws -> Value {
    if value.kind == .none { return constant(.bool(!negated)) }
    guard let validity = value.validity else { return constant(.bool(negated)) }
    if negated { return Value(kind: .bool, register: validity) }
    return compute(try operation("not", [.bool]), [validity])
  }

  /// Nil for kinds that have no order between them.
  func ordered(_ name: String, _ left: Value, _ right: Value) throws -> Value? {
    var (one, other) = (comparable(left), comparable(right))
    if one.kind == .float { other = inFloats(other) }
    if other.kind == .float { one = inFloats(one) }
    guard let operation = Operations.find(name, [one.kind, other.kind]) else { return nil }
    return compute(operation, [one.register, other.register])
  }

  /// A constant int as the float that is equal to it, if there is one: then floats need not be compared with ints.
  private func inFloats(_ value: Value) -> Value {
    guard value.kind == .int, case .integer(let number)? = value.constant, number.magnitude <= 1 << 53 else {
      return value
    }
    return constant(.float(Double(number).bitPattern))
  }

  /// A truth value as the int that it is, and what may be an int or a float as the float that it is equal to.
  private func comparable(_ value: Value) -> Value {
    switch value.kind {
    case .bool: Value(kind: .int, register: value.register)
    case .real: Value(kind: .float, register: value.register)
    default: value
    }
  }

  func equality(_ left: Value, _ right: Value, negated: Bool, _ place: SourcePlace) throws -> Value {
    if left.kind == .none { return try isNoneValue(right, negated: negated) }
    if right.kind == .none { return try isNoneValue(left, negated: negated) }
    let same = try ordered("==", left.present, right.present) ?? constant(.bool(false))
    var register = same.register
    let and = try operation("and", [.bool, .bool])
    switch (left.validity, right.validity) {
    case (nil, nil): break
    case (let validity?, nil), (nil, let validity?): register = compute(and, [register, validity]).register
    case (let one?, let other?):
      let not = try operation("not", [.bool])
      let present = compute(and, [register, compute(and, [one, other]).register]).register
      let missing = compute(and, [compute(not, [one]).register, compute(not, [other]).register]).register
      register = compute(try operation("or", [.bool, .bool]), [present, missing]).register
    }
    if negated { return compute(try operation("not", [.bool]), [register]) }
    return Value(kind: .bool, register: register)
  }
}
