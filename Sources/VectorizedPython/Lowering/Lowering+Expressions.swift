extension Lowering {
  /// The value of an expression; throws `Unreachable` when CPython runs all rows that come here.
  func value(_ expression: Expression) throws -> Value {
    try deeper(expression.place) { try plainValue(expression) }
  }

  private func plainValue(_ expression: Expression) throws -> Value {
    let place = expression.place
    switch expression.form {
    case .constant(let found): return constant(found)
    case .name(let name):
      switch variables[prefix + name] {
      case .value(let found)?: return found
      case .parts?: throw rerun(Self.wholeList(place))
      case .mixed?, nil:
        throw rerun(Obstacle(place, "'\(name)', which is of different types on different ways, or not always set"))
      }
    case .unary(let name, let operand): return try unary(name, value(operand), place)
    case .not:
      let found = try condition(expression)
      return found.constant.map { constant(.bool($0)) } ?? Value(kind: .bool, register: found.register)
    case .binary(let name, let left, let right): return try binary(name, value(left), value(right), place)
    case .comparison(let operators, let operands): return try comparison(operators, operands, place)
    case .tuples(let name, let left, let right): return try tuples(name, left, right, place)
    case .and(let parts): return try operand(parts[...], isAnd: true)
    case .or(let parts): return try operand(parts[...], isAnd: false)
    case .choice(let test, let then, let otherwise):
      return try choice(condition(test)) {
        try value(then)
      } otherwise: {
        try value(otherwise)
      }
    case .call("len", let arguments) where arguments.count == 1:
      if let parts = try parts(of: arguments[0]) { return try count(of: parts) }
      return try call("len", [value(arguments[0])], place)
    case .call(let name, _) where Self.way(name) != nil: throw rerun(Self.wholeList(place))
    case .call(let name, let arguments): return try call(name, arguments.map { try value($0) }, place)
    case .member(let operand, let members): return try member(value(operand), members, place)
    case .lookup(let entries, let key, let fallback): return try lookup(entries, value(key), fallback, place)
    case .item(let text, let index):
      if let parts = try parts(of: text) { return try part(parts, value(index), place) }
      return try item(value(text), value(index), place)
    case .attribute(let value, let name): return try attribute(self.value(value), name, place)
    case .replaced(let value, let parts): return try replaced(self.value(value), parts, place)
    case .slice(let text, let start, let stop, let step): return try slice(value(text), start, stop, step, place)
    case .format(let parts): return try format(parts, place)
    case .inlined(let function, let arguments): return try inlined(function, arguments, place)
    case .unsupported(let obstacle): throw rerun(obstacle)
    }
  }

  /// The same where it is not None; rows where it is raise in CPython.
  func required(_ value: Value) throws -> Value {
    if value.kind == .none {
      throw rerun(
        Obstacle(
          frames.last.map { functions[$0.function].place } ?? SourcePlace(line: 1, column: 1),
          "None, where a value is needed"))
    }
    guard let validity = value.validity else { return value }
    emit(try operation("require", [.bool]), temporary(.bool), [validity])
    return value.present
  }

  // MARK: Numbers

  func toFloat(_ value: Value) throws -> Value {
    switch value.kind {
    case .float: return value
    case .real: return Value(kind: .float, register: value.register)
    case .int, .bool:
      if case .integer(let number)? = value.constant { return constant(.float(Double(number).bitPattern)) }
      if case .bool(let truth)? = value.constant { return constant(.float((truth ? 1.0 : 0.0).bitPattern)) }
      var found = compute(try operation("float", [.int]), [value.register])
      found.validity = value.validity
      return found
    case .none, .text, .date, .moment, .span: throw UnreadableSyntax()
    }
  }

  func toReal(_ value: Value) throws -> Value {
    switch value.kind {
    case .real, .float: return Value(kind: .real, register: value.register)
    case .int, .bool:
      if case .integer(let number)? = value.constant, number.magnitude <= 1 << 53 {
        return Value(kind: .real, register: constant(.float(Double(number).bitPattern)).register)
      }
      return compute(try operation("real", [.int]), [value.register])
    case .none, .text, .date, .moment, .span: throw UnreadableSyntax()
    }
  }

  func integer(_ value: Value, _ place: SourcePlace) throws -> Value {
    let found = try required(value)
    switch found.kind {
    case .int: return found
    case .bool: return Value(kind: .int, register: found.register)
    default: throw rerun(Obstacle(place, "a value of type \(found.kind.pythonName) where an int is needed"))
    }
  }

  private func unary(_ name: String, _ operand: Value, _ place: SourcePlace) throws -> Value {
    var operand = try required(operand)
    // Python warns of it.
    if name == "~", operand.kind == .bool { throw rerun(Obstacle(place, "'~' of a bool", hint: "not")) }
    if operand.kind == .bool { operand = Value(kind: .int, register: operand.register) }
    if name == "pos", [.int, .float, .real].contains(operand.kind) { return operand }
    guard let operation = Operations.find(name, [operand.kind]) else {
      throw rerun(Obstacle(place, "'\(name == "~" ? "~" : "-")' of a value of type \(operand.kind.pythonName)"))
    }
    return compute(operation, [operand.register])
  }

  func binary(_ name: String, _ left: Value, _ right: Value, _ place: SourcePlace) throws -> Value {
    var (left, right) = (try required(left), try required(right))
    if left.kind == .bool, right.kind == .bool, ["&", "|", "^"].contains(name) {
      let found = compute(try operation(name, [.int, .int]), [left.register, right.register])
      return Value(kind: .bool, register: found.register)
    }
    if left.kind == .bool { left = Value(kind: .int, register: left.register, constant: integerConstant(left)) }
    if right.kind == .bool { right = Value(kind: .int, register: right.register, constant: integerConstant(right)) }
    let kinds = Set([left.kind, right.kind])
    if kinds.isSubset(of: [.int, .float, .real]) {
      if kinds.contains(.float) {
        (left, right) = (try toFloat(left), try toFloat(right))
      } else if kinds.contains(.real) {
        (left, right) = (try toReal(left), try toReal(right))
        // A quotient is a float whatever is divided; of ints that floats hold exactly it is that of the floats.
        if name == "/" { (left, right) = (try toFloat(left), try toFloat(right)) }
      }
    }
    if let found = try byPowerOfTwo(name, left, right) { return found }
    if ["/", "//", "%"].contains(name), kinds.isSubset(of: [.int, .float, .real]) {
      let isNotZero = try truth(of: right)
      if isNotZero.constant == nil { _ = try raise(.zero, unless: isNotZero.register) }
    }
    guard let operation = Operations.find(name, [left.kind, right.kind]) else {
      throw rerun(Obstacle(place, "'\(name)' between \(left.kind.pythonName) and \(right.kind.pythonName)"))
    }
    return compute(operation, [left.register, right.register])
  }

  /// A division of an int by a constant power of two: its bits say the quotient, which is rounded down, and the rest.
  private func byPowerOfTwo(_ name: String, _ left: Value, _ right: Value) throws -> Value? {
    guard left.kind == .int, case .integer(let number)? = right.constant, number > 0, number & (number - 1) == 0 else {
      return nil
    }
    switch name {
    case "%":
      return compute(try operation("&", [.int, .int]), [left.register, constant(.integer(number - 1)).register])
    case "//":
      let shift = constant(.integer(Int64(number.trailingZeroBitCount)))
      return compute(try operation("shifted", [.int, .int]), [left.register, shift.register])
    default: return nil
    }
  }

  private func integerConstant(_ value: Value) -> Constant? {
    guard case .bool(let truth)? = value.constant else { return nil }
    return .integer(truth ? 1 : 0)
  }

  // MARK: Constant sets and dictionaries

  private static let mostCompared = 4

  private func member(_ operand: Value, _ members: [Constant], _ place: SourcePlace) throws -> Value {
    if operand.kind == .none { return constant(.bool(members.contains(.none))) }
    let operand1 = operand.kind == .bool ? Value(kind: .int, register: operand.register) : operand.present
    var found: Value
    switch operand1.kind {
    case .text:
      let texts = members.compactMap { if case .text(let text) = $0 { text } else { nil } }
      found = compute(try operation("in", [.text]), [operand1.register], .texts(TextTable(texts)))
    case .int:
      guard let integers = Self.integers(members) else {
        throw rerun(Obstacle(place, "'in' with numbers that no 64-bit integer holds"))
      }
      found =
        try compared(operand1, integers.map { Constant.integer($0) })
        ?? compute(operation("in", [.int]), [operand1.register], .integers(Set(integers)))
    case .float, .real:
      guard let floats = Self.floats(members) else { throw rerun(Obstacle(place, "'in' with numbers above 2**53")) }
      found = compute(try operation("in", [.float]), [operand1.register], .floats(floats))
    case .date, .moment, .span:
      let numbers = members.compactMap { if case .temporal(operand1.kind, let number) = $0 { number } else { nil } }
      found = compute(try operation("in", [.int]), [operand1.register], .integers(Set(numbers)))
    case .bool, .none: throw UnreadableSyntax()
    }
    guard let validity = operand.validity else { return found }
    if !members.contains(.none) { return compute(try operation("and", [.bool, .bool]), [found.register, validity]) }
    let missing = compute(try operation("not", [.bool]), [validity])
    return compute(try operation("or", [.bool, .bool]), [found.register, missing.register])
  }

  /// A few numbers are compared one by one.
  private func compared(_ operand: Value, _ members: [Constant]) throws -> Value? {
    guard members.count <= Self.mostCompared else { return nil }
    var found = constant(.bool(false))
    for member in members {
      let same = compute(try operation("==", [.int, .int]), [operand.register, constant(member).register])
      found =
        found.constant == nil ? compute(try operation("or", [.bool, .bool]), [found.register, same.register]) : same
    }
    return found
  }

  /// The numbers that an int can be equal to; nil where that cannot be said.
  private static func integers(_ members: [Constant]) -> [Int64]? {
    var found: [Int64] = []
    for member in members {
      switch member {
      case .integer(let number): found.append(number)
      case .bool(let truth): found.append(truth ? 1 : 0)
      case .float(let bits):
        let float = Double(bitPattern: bits)
        // One that is equal to no int of 64 bits is equal to no operand.
        if let number = Int64(exactly: float) { found.append(number) }
      case .text, .none, .temporal: break
      }
    }
    return found
  }

  private static func floats(_ members: [Constant]) -> [Double]? {
    var found: [Double] = []
    for member in members {
      switch member {
      case .integer(let number):
        guard number.magnitude <= 1 << 53 else { return nil }
        found.append(Double(number))
      case .bool(let truth): found.append(truth ? 1 : 0)
      case .float(let bits):
        let float = Double(bitPattern: bits)
        // Python looks for the same object first.
        guard !float.isNaN else { return nil }
        found.append(float)
      case .text, .none, .temporal: break
      }
    }
    return found
  }

  private func lookup(
    _ entries: [(Constant, Constant)], _ key: Value, _ fallback: Expression?, _ place: SourcePlace
  ) throws -> Value {
    if let validity = key.validity {
      return try choice(Condition(register: validity)) {
        try lookup(entries, key.present, fallback, place)
      } otherwise: {
        let other = try fallback.map { try value($0) }
        if let found = entries.last(where: { $0.0 == .none })?.1 { return constant(found) }
        guard let other else { throw rerun(Obstacle(place, "a key that is None")) }
        return other
      }
    }
    // Python computes the default whether it is needed or not.
    let other = try fallback.map { try value($0) }
    let operand = key.kind == .bool ? Value(kind: .int, register: key.register, validity: key.validity) : key
    guard operand.validity == nil, operand.kind == .text || operand.kind == .int else {
      throw rerun(Obstacle(place, "a key of type \(key.kind.pythonName), or one that may be None"))
    }
    // Of equal keys the dictionary has one.
    var keys: [Constant: Int] = [:]
    var values: [Constant] = []
    for (constant, value) in entries {
      let plain: Constant
      switch constant {
      case .bool(let truth): plain = .integer(truth ? 1 : 0)
      case .float(let bits):
        guard let number = Int64(exactly: Double(bitPattern: bits)) else { continue }
        plain = .integer(number)
      default: plain = constant
      }
      guard plain.kind == operand.kind else { continue }
      keys[plain] = values.count
      values.append(value)
    }
    let kinds = Set(values.map(\.kind))
    guard kinds.count == 1, let kind = kinds.first, kind != .none else {
      if kinds.isEmpty, let other { return other }
      throw rerun(Obstacle(place, "a dictionary whose values are of different types", hint: "values of one type"))
    }
    let found: Value
    if operand.kind == .text {
      var texts = [String](repeating: "", count: values.count)
      for case (.text(let text), let at) in keys { texts[at] = text }
      found = compute(try operation("place", [.text]), [operand.register], .texts(TextTable(texts)))
    } else {
      var places: [Int64: Int64] = [:]
      for case (.integer(let number), let at) in keys { places[number] = Int64(at) }
      found = compute(try operation("place", [.int]), [operand.register], .positions(places))
    }
    let isThere = try required(ordered(">=", found, constant(.integer(0))))
    let read = { [self] () throws -> Value in
      if kind == .text {
        let texts = values.map { if case .text(let text) = $0 { text } else { "" } }
        return compute(
          try operation("value", [.int]).with(result: .text), [found.register], .constantTexts(ConstantTexts(texts)))
      }
      let bits = values.map { constant -> Int64 in
        switch constant {
        case .bool(let truth): truth ? 1 : 0
        case .integer(let number): number
        case .float(let bits): Int64(bitPattern: bits)
        case .temporal(_, let number): number
        default: 0
        }
      }
      let value = compute(try operation("value", [.int]), [found.register], .numbers(bits))
      return Value(kind: kind, register: value.register)
    }
    guard let other else {
      if try raise(.key, unless: isThere.register) { return try read() }
      emit(try operation("require", [.bool]), temporary(.bool), [isThere.register])
      return try read()
    }
    return try choice(Condition(register: isThere.register)) {
      try read()
    } otherwise: {
      other
    }
  }

  private func required(_ value: Value?) throws -> Value {
    guard let value else { throw UnreadableSyntax() }
    return try required(value)
  }
}

extension Operation {
  /// The one of the same name and operands with another result.
  func with(result: Kind) throws -> Operation {
    guard let found = Operations.named(name).first(where: { $0.operands == operands && $0.result == result }) else {
      throw UnreadableSyntax()
    }
    return found
  }
}
