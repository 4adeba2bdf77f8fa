/// Lists of texts that were split: which nobody makes, since a part of one, or their number, is what is used.
extension Lowering {
  static func way(_ name: String) -> Parts.Way? {
    name.hasPrefix("str.") ? Parts.Way(rawValue: String(name.dropFirst(4))) : nil
  }

  static func wholeList(_ place: SourcePlace) -> Obstacle {
    Obstacle(
      place, "the list of a split as a whole",
      hint: "a part of it, as many variables, its len, `in`, or a loop over it")
  }

  /// The parts that an expression is, if it is such.
  func parts(of expression: Expression) throws -> Parts? {
    switch expression.form {
    case .name(let name):
      if case .parts(let parts)? = variables[prefix + name] { return parts }
      return nil
    case .call(let name, let arguments):
      guard let way = Self.way(name) else { return nil }
      return try parts(way, arguments.map { try value($0) }, expression.place)
    default: return nil
    }
  }

  private func parts(_ way: Parts.Way, _ arguments: [Value], _ place: SourcePlace) throws -> Parts {
    let isPartition = way == .partition || way == .rpartition
    guard isPartition ? arguments.count == 2 : (1...3).contains(arguments.count) else {
      throw rerun(Obstacle(place, "a \(way) with \(arguments.count - 1) arguments"))
    }
    let text = try required(arguments[0])
    var parts = Parts(way: way, text: text)
    if arguments.count > 1, arguments[1].kind != .none { parts.separator = try required(arguments[1]) }
    if arguments.count > 2 { parts.most = try integer(arguments[2], place) }
    guard text.kind == .text, parts.separator.map({ $0.kind == .text }) ?? !isPartition else {
      throw rerun(Obstacle(place, "a \(way) of a value of type \(text.kind.pythonName)"))
    }
    if let separator = parts.separator { try requireSeparator(separator, place) }
    if parts.most?.constant == .integer(-1) { parts.most = nil }
    // From the end it is the same as long as all are split.
    if way == .rsplit, parts.most == nil, isOneCharacter(parts.separator) { parts.way = .split }
    if parts.way == .rsplit, parts.separator == nil {
      throw rerun(Obstacle(place, "an rsplit at spaces with a limit", hint: "rsplit with a separator"))
    }
    return parts
  }

  /// An empty one raises, whether a part is used or not.
  private func requireSeparator(_ separator: Value, _ place: SourcePlace) throws {
    let isThere = try truth(of: separator)
    if isThere.constant == false { throw rerun(Obstacle(place, "an empty separator")) }
    guard isThere.constant == nil, try !raise(.value, unless: isThere.register) else { return }
    emit(try operation("require", [.bool]), temporary(.bool), [isThere.register])
  }

  /// Whether a separator cannot overlap itself; spaces cannot.
  private func isOneCharacter(_ separator: Value?) -> Bool {
    guard let separator else { return true }
    if case .text(let text)? = separator.constant { return text.utf8.count == 1 }
    return false
  }

  /// Gives a variable parts, with copies of what they are taken from, which may change.
  func set(_ name: String, _ parts: Parts) throws {
    var own = parts
    func keep(_ value: Value, _ part: String) throws -> Value {
      guard !isFixed(value.register) else { return value }
      var kept = value
      kept.register = home(of: name + part, value.kind)
      try copy(value.kind, from: value.register, to: kept.register)
      return kept
    }
    own.text = try keep(parts.text, " text")
    own.separator = try parts.separator.map { try keep($0, " separator") }
    own.most = try parts.most.map { try keep($0, " most") }
    variables[name] = .parts(own)
  }

  private func operands(_ parts: Parts) -> [Value] { [parts.text] + [parts.separator, parts.most].compactMap(\.self) }

  /// How many there are.
  func count(of parts: Parts) throws -> Value {
    if parts.separator == nil {
      var count = compute(try operation("str.split len", [.text]), [parts.text.register])
      if let most = parts.most { count = try limited(count, most) }
      return count
    }
    guard parts.way == .split || parts.way == .rsplit else { return constant(.integer(3)) }
    // From the end there are as many as from the start.
    let operands = operands(parts)
    return compute(try operation("str.split len", operands.map(\.kind)), operands.map(\.register))
  }

  private func limited(_ count: Value, _ most: Value) throws -> Value {
    let isLimit = compute(try operation(">=", [.int, .int]), [most.register, constant(.integer(0)).register])
    let limit = compute(try operation("+", [.int, .int]), [most.register, constant(.integer(1)).register])
    let fewer = compute(try operation("min", [.int, .int]), [count.register, limit.register])
    return compute(
      try operation("select", [.bool, .int, .int]), [isLimit.register, fewer.register, count.register])
  }

  /// One of them.
  func part(_ parts: Parts, _ index: Value, _ place: SourcePlace) throws -> Value {
    let index = try integer(index, place)
    if isCaught(.index) { try raiseOutside(index, count(of: parts)) }
    return try part(parts, inside: index)
  }

  /// Rows whose index is not inside leave for the handler that takes the error.
  func raiseOutside(_ index: Value, _ count: Value) throws {
    let places = [index, compute(try operation("~", [.int]), [index.register])]
    // Of an index and what it is from the end one is below zero; the other must be below the number of items.
    let larger = compute(try operation("max", [.int, .int]), places.map(\.register))
    _ = try raise(.index, unless: compute(operation("<", [.int, .int]), [larger.register, count.register]).register)
  }

  /// One of them that is there.
  private func part(_ parts: Parts, inside index: Value) throws -> Value {
    let operands = operands(parts) + [index]
    let name = parts.separator == nil ? "str.split[]" : "str.\(parts.way)[]"
    if parts.way == .rsplit, parts.most == nil {
      let all = [parts.text, parts.separator ?? parts.text, constant(.integer(-1)), index]
      return compute(try operation(name, all.map(\.kind)), all.map(\.register))
    }
    return compute(try operation(name, operands.map(\.kind)), operands.map(\.register))
  }

  /// Whether a text is one of them.
  func contains(_ parts: Parts, _ member: Value, _ place: SourcePlace) throws -> Value {
    guard parts.way == .split, parts.most == nil, let separator = parts.separator, member.kind == .text else {
      throw rerun(Obstacle(place, "'in' of parts at spaces, of a limited number, or of what is no text"))
    }
    let operands = [try required(member), parts.text, separator]
    return compute(try operation("str.split in", operands.map(\.kind)), operands.map(\.register))
  }

  /// `a, b = text.split(...)`: as many as there are variables.
  func spread(_ names: [String], _ expression: Expression, _ place: SourcePlace) throws {
    if case .call("divmod", let operands) = expression.form, operands.count == 2, names.count == 2 {
      let values = try operands.map { try value($0) }
      let both = try ["//", "%"].map { try binary($0, values[0], values[1], place) }
      for (name, value) in zip(names, both) { try set(prefix + name, value) }
      return
    }
    guard let parts = try parts(of: expression) else {
      throw rerun(Obstacle(place, "an assignment of the parts of something that is no tuple of as many"))
    }
    let wanted = constant(.integer(Int64(names.count)))
    let isRight = compute(try operation("==", [.int, .int]), [try count(of: parts).register, wanted.register])
    if try !raise(.value, unless: isRight.register) {
      emit(try operation("require", [.bool]), temporary(.bool), [isRight.register])
    }
    let values = try names.indices.map { try part(parts, inside: constant(.integer(Int64($0)))) }
    for (name, value) in zip(names, values) { try set(prefix + name, value) }
  }

  /// `for name in text.split(...)`.
  func parts(_ name: String, _ parts: Parts, _ body: [Statement], _ otherwise: [Statement]) throws {
    // The body may change what they are taken from; the loop goes on over the parts as they were.
    var kept = parts
    func keep(_ value: Value) throws -> Value {
      guard !isFixed(value.register) else { return value }
      var own = value
      own.register = temporary(value.kind)
      try copy(value.kind, from: value.register, to: own.register)
      return own
    }
    kept.text = try keep(parts.text)
    kept.separator = try parts.separator.map(keep)
    kept.most = try parts.most.map(keep)
    let all = kept
    let count = try count(of: all)
    let number = temporary(.int)
    try copy(.int, from: count.register, to: number)
    let current = temporary(.int)
    try copy(.int, from: constant(.integer(0)).register, to: current)
    try loop(body, otherwise, assigned: body.assigned.union([name])) {
      Condition(register: compute(try operation("<", [.int, .int]), [current, number]).register)
    } start: {
      try set(prefix + name, part(all, inside: Value(kind: .int, register: current)))
    } next: {
      emit(try operation("count up", [.int, .int]), current, [current, constant(.integer(1)).register])
    }
  }
}
