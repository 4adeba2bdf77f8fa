/// Dates, datetimes and timedeltas.
extension Lowering {
  /// A part, such as `day`.
  func attribute(_ value: Value, _ name: String, _ place: SourcePlace) throws -> Value {
    let value = try required(value)
    guard let found = Operations.find(".\(name)", [value.kind]) else {
      throw rerun(Obstacle(place, "the attribute '\(name)' of a value of type \(value.kind.pythonName)"))
    }
    return compute(found, [value.register])
  }

  private static let parts = ["year", "month", "day", "hour", "minute", "second", "microsecond"]

  /// The same with other parts.
  func replaced(_ value: Value, _ parts: [(String, Expression)], _ place: SourcePlace) throws -> Value {
    let value = try required(value)
    guard value.kind == .date || value.kind == .moment else {
      throw rerun(Obstacle(place, "a replace with keywords of a value of type \(value.kind.pythonName)"))
    }
    var given: [String: Value] = [:]
    for (name, expression) in parts { given[name] = try integer(self.value(expression), expression.place) }
    let names = Self.parts.prefix(value.kind == .date ? 3 : 7)
    guard given.keys.allSatisfy(names.contains) else {
      throw rerun(Obstacle(place, "a replace of what a \(value.kind.pythonName) does not have"))
    }
    let all = try names.map { try given[$0] ?? attribute(value, $0, place) }
    return compute(
      try operation(value.kind == .date ? "date" : "datetime", all.map { _ in .int }), all.map(\.register))
  }

  /// A call that has to do with dates; nil for another, or one that the table of operations has as it is.
  func dateCall(_ name: String, _ operands: [Value], _ place: SourcePlace) throws -> Value? {
    switch (name, operands.count) {
    case ("timedelta", 7): return try span(operands, place)
    case ("date", 3), ("datetime", 7):
      let parts = try operands.map { try integer($0, place) }
      return compute(try operation(name, parts.map(\.kind)), parts.map(\.register))
    case ("method.strftime", 2): return try formatted(operands[0], operands[1], place)
    case ("datetime.strptime", 2):
      guard operands[0].kind == .text, case .text(let format)? = operands[1].constant,
        let pieces = DatePiece.pieces(format), DatePiece.canRead(pieces)
      else { throw rerun(Obstacle(place, "a strptime with this format", hint: "a constant of %Y %m %d %H %M %S")) }
      return compute(try operation("strptime", [.text]), [operands[0].register], .pieces(pieces))
    case ("date.fromisoformat", 1) where operands[0].kind == .text:
      if isCaught(.value) {
        let isDate = compute(try operation("is isodate", [.text]), [operands[0].register])
        _ = try raise(.value, unless: isDate.register)
      }
      return nil
    case ("method.isocalendar", _):
      throw rerun(Obstacle(place, "the whole of an isocalendar", hint: "isocalendar()[1], or its week"))
    default: return nil
    }
  }

  func formatted(_ value: Value, _ format: Value, _ place: SourcePlace) throws -> Value {
    guard value.kind == .date || value.kind == .moment, case .text(let text)? = format.constant,
      let pieces = DatePiece.pieces(text)
    else {
      throw rerun(Obstacle(place, "a strftime with this format", hint: "a constant of %Y %m %d %H %M %S %f %j %y"))
    }
    return compute(try operation("strftime", [value.kind]), [value.register], .pieces(pieces))
  }

  /// In microseconds, what each of the arguments of `timedelta` stands for.
  private static let units: [Int64] = [
    86_400_000_000, 1_000_000, 1, 1_000, 60_000_000, 3_600_000_000, 604_800_000_000,
  ]

  private func span(_ operands: [Value], _ place: SourcePlace) throws -> Value {
    var sum: Value?
    for (operand, unit) in zip(operands, Self.units) where operand.constant != .integer(0) {
      let number = try integer(operand, place)
      let part = compute(try operation("*", [.int, .int]), [number.register, constant(.integer(unit)).register])
      sum = try sum.map { compute(try operation("+", [.int, .int]), [$0.register, part.register]) } ?? part
    }
    return Value(kind: .span, register: (sum ?? constant(.integer(0))).register)
  }
}
