/// Calls of builtin functions, of functions of known modules, and of methods of texts.
extension Lowering {
  func call(_ name: String, _ arguments: [Value], _ place: SourcePlace) throws -> Value {
    if name == "bool", arguments.count == 1 {
      let found = try truth(of: arguments[0])
      return found.constant.map { constant(.bool($0)) } ?? Value(kind: .bool, register: found.register)
    }
    if name == "int" || name == "float", arguments.count == 1, let validity = arguments[0].validity {
      _ = try raise(.type, unless: validity)
    }
    let operands = try arguments.map { try required($0) }
    if let found = try dateCall(name, operands, place) { return found }
    switch (name, operands.count) {
    case ("int", 1) where operands[0].kind == .text, ("float", 1) where operands[0].kind == .text:
      if isCaught(.value) {
        _ = try raise(.value, unless: compute(operation("is \(name)", [.text]), [operands[0].register]).register)
      }
    case ("min", 2...), ("max", 2...):
      return try operands.dropFirst().reduce(operands[0]) { try extreme(name, $0, $1, place) }
    case ("int", 1):
      if operands[0].kind == .int || operands[0].kind == .bool {
        return Value(kind: .int, register: operands[0].register)
      }
    case ("float", 1):
      if [.int, .bool, .float, .real].contains(operands[0].kind) { return try toFloat(operands[0]) }
    case ("round", 1), ("math.floor", 1), ("math.ceil", 1), ("math.trunc", 1):
      if operands[0].kind == .int || operands[0].kind == .bool {
        return Value(kind: .int, register: operands[0].register)
      }
    case ("round", 2):
      // With digits in front of the point, or of an int, the rules are others.
      if operands[0].kind == .int || operands[0].kind == .bool {
        guard case .integer(let digits)? = operands[1].constant, digits >= 0 else { break }
        return Value(kind: .int, register: operands[0].register)
      }
      if operands[0].kind == .real {
        let rounded = try call(name, [toFloat(operands[0]), operands[1]], place)
        return Value(kind: .real, register: rounded.register)
      }
    case ("abs", 1):
      if operands[0].kind == .real {
        let found = compute(try operation("abs", [.float]), [operands[0].register])
        return Value(kind: .real, register: found.register)
      }
    case ("str", 1):
      if operands[0].kind == .text { return operands[0] }
      if operands[0].kind == .real { throw rerun(Obstacle(place, "the text of what may be an int or a float")) }
      if operands[0].kind == .bool {
        return try choice(Condition(register: operands[0].register)) {
          constant(.text("True"))
        } otherwise: {
          constant(.text("False"))
        }
      }
    default: break
    }
    return try plain(name, operands, place)
  }

  /// The operation of the table that takes the operands, or what they are converted to.
  private func plain(_ name: String, _ operands: [Value], _ place: SourcePlace) throws -> Value {
    let integers = operands.map {
      $0.kind == .bool ? Value(kind: .int, register: $0.register, constant: $0.constant) : $0
    }
    if let found = Operations.find(name, integers.map(\.kind)) { return compute(found, integers.map(\.register)) }
    // A function of floats takes ints, and converts them as the operators do.
    if integers.allSatisfy({ [.int, .float, .real].contains($0.kind) }),
      let found = Operations.find(name, integers.map { _ in .float })
    {
      return compute(found, try integers.map { try toFloat($0).register })
    }
    if name == "round", integers.count == 2, integers[1].kind == .int {
      return compute(try operation(name, [.float, .int]), [try toFloat(integers[0]).register, integers[1].register])
    }
    let kinds = operands.map(\.kind.pythonName).joined(separator: ", ")
    throw rerun(Obstacle(place, "\(name) of (\(kinds))"))
  }

  /// The first of two values unless the second is smaller, or larger.
  private func extreme(_ name: String, _ left: Value, _ right: Value, _ place: SourcePlace) throws -> Value {
    if left.kind == right.kind, left.kind == .int || left.kind == .float {
      return compute(try operation(name, [left.kind, right.kind]), [left.register, right.register])
    }
    guard let test = try ordered(name == "min" ? "<" : ">", right, left) else {
      throw rerun(Obstacle(place, "\(name) of (\(left.kind.pythonName), \(right.kind.pythonName))"))
    }
    var (one, other) = (left, right)
    if left.kind != right.kind {
      guard Set([left.kind, right.kind]).isSubset(of: [.int, .float, .real]) else {
        throw rerun(Obstacle(place, "\(name) of (\(left.kind.pythonName), \(right.kind.pythonName))"))
      }
      (one, other) = (try toReal(left), try toReal(right))
    }
    return compute(
      try operation("select", [.bool, one.kind, other.kind]), [test.register, other.register, one.register])
  }

  func item(_ text: Value, _ index: Value, _ place: SourcePlace) throws -> Value {
    let (text, index) = (try required(text), try integer(index, place))
    guard text.kind == .text else { throw rerun(Obstacle(place, "an item of a value of type \(text.kind.pythonName)")) }
    if isCaught(.index) { try raiseOutside(index, compute(operation("len", [.text]), [text.register])) }
    return try plain("str.[]", [text, index], place)
  }

  func slice(
    _ text: Value, _ start: Expression?, _ stop: Expression?, _ step: Expression?, _ place: SourcePlace
  ) throws -> Value {
    let text = try required(text)
    guard text.kind == .text, step == nil else { throw rerun(Obstacle(place, "a slice with a step, or of no text")) }
    // Beyond every text, as a missing bound means.
    let first = try start.map { try integer(value($0), place) } ?? constant(.integer(0))
    let last = try stop.map { try integer(value($0), place) } ?? constant(.integer(.max))
    return try plain("str.[:]", [text, first, last], place)
  }

  // MARK: F-strings

  func format(_ parts: [Expression.Part], _ place: SourcePlace) throws -> Value {
    var whole: Value?
    for part in parts {
      let text = try formatted(part, place)
      whole = try whole.map { compute(try operation("+", [.text, .text]), [$0.register, text.register]) } ?? text
    }
    return whole ?? constant(.text(""))
  }

  /// A number that is nothing but digits, as a format has it.
  private static func digits(_ text: Substring) -> Int? { text.utf8.allSatisfy { $0 &- 48 < 10 } ? Int(text) : nil }

  private func formatted(_ part: Expression.Part, _ place: SourcePlace) throws -> Value {
    let found = try required(value(part.value))
    let specification = part.specification
    if found.kind == .date || found.kind == .moment, !specification.isEmpty {
      return try formatted(found, constant(.text(specification)), place)
    }
    if specification.isEmpty { return try call("str", [found], place) }
    if specification == "s", found.kind == .text { return found }
    if found.kind == .int {
      if specification == "d" { return try call("str", [found], place) }
      // With zeros in front.
      if specification.hasPrefix("0"),
        let width = Self.digits(specification.hasSuffix("d") ? specification.dropLast() : specification[...]),
        (1...99).contains(width)
      {
        return compute(try operation("format 0d", [.int]), [found.register], .digits(width))
      }
    }
    if specification.hasPrefix("."), specification.hasSuffix("f"),
      let digits = Self.digits(specification.dropFirst().dropLast()),
      (0...99).contains(digits), found.kind == .int || found.kind == .float || found.kind == .real
    {
      return compute(try operation("format .f", [.float]), [try toFloat(found).register], .digits(digits))
    }
    throw rerun(
      Obstacle(
        place, "the format '\(specification)' of a value of type \(found.kind.pythonName)", hint: ".2f, 05d, or none"))
  }
}
