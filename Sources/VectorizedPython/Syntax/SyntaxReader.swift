/// What cannot be read of the front end's answer, which is then a fault of Clutch.
struct UnreadableSyntax: Error {}

/// Reads what `vectorize.py` says of a function: nested lists, of which each begins with what it is, a line and a column.
struct SyntaxReader {
  /// The function, and behind it those that it calls.
  static func functions(_ text: String) throws -> [FunctionSyntax] {
    guard case .list(let all) = try SyntaxNode(text) else { throw UnreadableSyntax() }
    return try all.map { try SyntaxReader().function($0) }
  }

  private func list(_ value: SyntaxNode) throws -> [SyntaxNode] {
    guard case .list(let list) = value else { throw UnreadableSyntax() }
    return list
  }

  private func text(_ value: SyntaxNode) throws -> String {
    guard case .text(let text) = value else { throw UnreadableSyntax() }
    return text
  }

  private func number(_ value: SyntaxNode) throws -> Int {
    guard case .number(let number) = value else { throw UnreadableSyntax() }
    return number
  }

  private func place(_ node: [SyntaxNode]) throws -> SourcePlace {
    guard node.count > 2 else { throw UnreadableSyntax() }
    return SourcePlace(line: try number(node[1]), column: try number(node[2]))
  }

  private func function(_ value: SyntaxNode) throws -> FunctionSyntax {
    let node = try list(value)
    guard node.count == 6 else { throw UnreadableSyntax() }
    return FunctionSyntax(
      name: try text(node[0]), place: try place(node), parameters: try list(node[3]).map(text),
      defaults: try list(node[4]).map { try optional($0, constant) }, body: try statements(node[5]))
  }

  private func constant(_ value: SyntaxNode) throws -> Constant {
    let node = try list(value)
    guard node.count == 2 else { throw UnreadableSyntax() }
    let written = try text(node[1])
    switch try text(node[0]) {
    case "none": return .none
    case "bool": return .bool(written == "1")
    case "int":
      guard let number = Int64(written) else { throw UnreadableSyntax() }
      return .integer(number)
    case "float":
      guard let bits = UInt64(written, radix: 16) else { throw UnreadableSyntax() }
      return .float(bits)
    case "str": return .text(written)
    case "date", "datetime", "timedelta":
      guard let number = Int64(written) else { throw UnreadableSyntax() }
      return .temporal(try text(node[0]) == "date" ? .date : try text(node[0]) == "datetime" ? .moment : .span, number)
    default: throw UnreadableSyntax()
    }
  }

  private func obstacle(_ node: [SyntaxNode]) throws -> Obstacle {
    guard node.count == 5 else { throw UnreadableSyntax() }
    let hint = try text(node[4])
    return Obstacle(try place(node), try text(node[3]), hint: hint.isEmpty ? nil : hint)
  }

  private func statements(_ value: SyntaxNode) throws -> [Statement] {
    try list(value).map { try statement(list($0)) }
  }

  private func statement(_ node: [SyntaxNode]) throws -> Statement {
    Statement(place: try place(node), form: try form(node))
  }

  private func form(_ node: [SyntaxNode]) throws -> Statement.Form {
    switch (try text(node[0]), node.count) {
    case ("set", 5): .set(try text(node[3]), try expression(node[4]))
    case ("unpack", 5): .unpack(try list(node[3]).map(text), try expressions(node[4]))
    case ("spread", 5): .spread(try list(node[3]).map(text), try expression(node[4]))
    case ("try", 6):
      .attempt(try statements(node[3]), try list(node[4]).map(handler), otherwise: try statements(node[5]))
    case ("if", 6): .branch(try expression(node[3]), try statements(node[4]), try statements(node[5]))
    case ("while", 6): .loop(try expression(node[3]), try statements(node[4]), try statements(node[5]))
    case ("range", 7):
      .range(try text(node[3]), try expressions(node[4]), try statements(node[5]), try statements(node[6]))
    case ("characters", 7):
      .characters(try text(node[3]), try expression(node[4]), try statements(node[5]), try statements(node[6]))
    case ("return", 4): .give(try optional(node[3]))
    case ("break", _): .leave
    case ("continue", _): .next
    case ("unsupported", _): .unsupported(try obstacle(node))
    default: throw UnreadableSyntax()
    }
  }

  private func handler(_ value: SyntaxNode) throws -> Handler {
    let node = try list(value)
    guard node.count == 6, try text(node[0]) == "except" else { throw UnreadableSyntax() }
    let errors = try list(node[3]).map { name in
      guard let error = RaisedError(rawValue: try text(name)) else { throw UnreadableSyntax() }
      return error
    }
    return Handler(
      place: try place(node), errors: Set(errors), name: try text(node[4]), body: try statements(node[5]))
  }

  private func optional(_ value: SyntaxNode) throws -> Expression? { try optional(value, expression) }

  private func optional<Read>(_ value: SyntaxNode, _ read: (SyntaxNode) throws -> Read) throws -> Read? {
    if case .null = value { nil } else { try read(value) }
  }

  private func expressions(_ value: SyntaxNode) throws -> [Expression] { try list(value).map(expression) }

  private func expression(_ value: SyntaxNode) throws -> Expression {
    let node = try list(value)
    return Expression(place: try place(node), form: try expressionForm(node))
  }

  private func expressionForm(_ node: [SyntaxNode]) throws -> Expression.Form {
    switch (try text(node[0]), node.count) {
    case ("constant", 4): .constant(try constant(node[3]))
    case ("name", 4): .name(try text(node[3]))
    case ("unary", 5): .unary(try text(node[3]), try expression(node[4]))
    case ("not", 4): .not(try expression(node[3]))
    case ("binary", 6): .binary(try text(node[3]), try expression(node[4]), try expression(node[5]))
    case ("compare", 5): .comparison(try list(node[3]).map(text), try expressions(node[4]))
    case ("tuples", 6): .tuples(try text(node[3]), try expressions(node[4]), try expressions(node[5]))
    case ("and", 4): .and(try expressions(node[3]))
    case ("or", 4): .or(try expressions(node[3]))
    case ("choice", 6):
      .choice(test: try expression(node[3]), then: try expression(node[4]), otherwise: try expression(node[5]))
    case ("call", 5): .call(try text(node[3]), try expressions(node[4]))
    case ("member", 5): .member(try expression(node[3]), of: try list(node[4]).map(constant))
    case ("lookup", 6):
      .lookup(
        try list(node[3]).map { pair in
          let pair = try list(pair)
          guard pair.count == 2 else { throw UnreadableSyntax() }
          return (try constant(pair[0]), try constant(pair[1]))
        }, key: try expression(node[4]), default: try optional(node[5]))
    case ("item", 5): .item(try expression(node[3]), try expression(node[4]))
    case ("attribute", 5): .attribute(try expression(node[3]), try text(node[4]))
    case ("replaced", 5):
      .replaced(
        try expression(node[3]),
        try list(node[4]).map { part in
          let part = try list(part)
          guard part.count == 2 else { throw UnreadableSyntax() }
          return (try text(part[0]), try expression(part[1]))
        })
    case ("slice", 7):
      .slice(try expression(node[3]), try optional(node[4]), try optional(node[5]), try optional(node[6]))
    case ("format", 4):
      .format(
        try list(node[3]).map { part in
          let part = try list(part)
          guard part.count == 2 else { throw UnreadableSyntax() }
          return Expression.Part(value: try expression(part[0]), specification: try text(part[1]))
        })
    case ("inlined", 5): .inlined(try number(node[3]), try expressions(node[4]))
    case ("unsupported", _): .unsupported(try obstacle(node))
    default: throw UnreadableSyntax()
    }
  }
}
