/// Where something stands in a source, both counted from 1.
package struct SourcePlace: Sendable, Hashable, Codable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) { (self.line, self.column) = (line, column) }
}

/// Why rows that reach a place are run by CPython, or why a whole function is.
package struct Obstacle: Sendable, Hashable, Codable {
  package let place: SourcePlace
  /// What stands there, such as `a call of random.random`.
  package let construct: String
  /// What to write instead; nil where nothing else helps.
  package let hint: String?

  package init(_ place: SourcePlace, _ construct: String, hint: String? = nil) {
    (self.place, self.construct, self.hint) = (place, construct, hint)
  }
}

/// A constant of the program.
enum Constant: Hashable, Sendable {
  case none, bool(Bool), integer(Int64), float(UInt64), text(String)
  /// A date, a datetime or a timedelta, as its register has it.
  case temporal(Kind, Int64)

  var kind: Kind {
    switch self {
    case .none: .none
    case .bool: .bool
    case .integer: .int
    case .float: .float
    case .text: .text
    case .temporal(let kind, _): kind
    }
  }

  /// Texts are the same if their bytes are: Swift's own equality takes forms of a character for one that Python tells apart.
  static func == (left: Constant, right: Constant) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let one), .bool(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.float(let one), .float(let other)): one == other
    case (.temporal(let kind, let one), .temporal(let otherKind, let other)): kind == otherKind && one == other
    case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
    default: false
    }
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    switch self {
    case .none: break
    case .bool(let truth): hasher.combine(truth)
    case .integer(let number): hasher.combine(number)
    case .float(let bits): hasher.combine(bits)
    case .temporal(_, let number): hasher.combine(number)
    case .text(let text): for byte in text.utf8 { hasher.combine(byte) }
    }
  }
}

/// An expression as the front end resolved it: names are local, or gone.
struct Expression: Sendable {
  let place: SourcePlace
  let form: Form

  indirect enum Form: Sendable {
    case constant(Constant)
    case name(String)
    /// `neg`, `pos`, `~`
    case unary(String, Expression)
    case not(Expression)
    case binary(String, Expression, Expression)
    case comparison([String], [Expression])
    /// A comparison of two tuples of as many values.
    case tuples(String, [Expression], [Expression])
    case and([Expression])
    case or([Expression])
    case choice(test: Expression, then: Expression, otherwise: Expression)
    /// A builtin function, one of a known module as `math.sin`, or a method of a text as `str.strip`.
    case call(String, [Expression])
    case member(Expression, of: [Constant])
    /// The value of a constant dictionary; without a default a missing key raises.
    case lookup([(Constant, Constant)], key: Expression, default: Expression?)
    case item(Expression, Expression)
    /// A part of a date, such as `day`.
    case attribute(Expression, String)
    /// A date with other parts.
    case replaced(Expression, [(String, Expression)])
    case slice(Expression, Expression?, Expression?, Expression?)
    case format([Part])
    case inlined(Int, [Expression])
    case unsupported(Obstacle)
  }

  /// A part of an f-string.
  struct Part: Sendable {
    let value: Expression
    let specification: String
  }
}

/// An error that a program knows to be raised, as the front end names it.
enum RaisedError: String, Sendable {
  case value, type, zero, index, key
}

/// What is done about errors of a `try`.
struct Handler: Sendable {
  let place: SourcePlace
  let errors: Set<RaisedError>
  /// The variable that is the error, or nothing; it is gone behind the handler.
  let name: String
  let body: [Statement]
}

struct Statement: Sendable {
  let place: SourcePlace
  let form: Form

  indirect enum Form: Sendable {
    case set(String, Expression)
    case unpack([String], [Expression])
    /// `a, b = text.split(...)`
    case spread([String], Expression)
    case attempt([Statement], [Handler], otherwise: [Statement])
    case branch(Expression, [Statement], [Statement])
    case loop(Expression, [Statement], [Statement])
    case range(String, [Expression], [Statement], [Statement])
    case characters(String, Expression, [Statement], [Statement])
    case give(Expression?)
    case leave
    case next
    case unsupported(Obstacle)
  }

  /// Whether nothing behind it in its block is reached.
  var leaves: Bool {
    switch form {
    case .give, .leave, .next, .unsupported: true
    case .branch(_, let then, let otherwise): then.leaves && otherwise.leaves
    case .attempt(let body, let handlers, let otherwise):
      (body.leaves || otherwise.leaves) && handlers.allSatisfy(\.body.leaves)
    default: false
    }
  }
}

extension [Statement] {
  var leaves: Bool { contains(where: \.leaves) }

  /// The names that are set somewhere in these.
  var assigned: Set<String> {
    reduce(into: []) { names, statement in
      switch statement.form {
      case .set(let name, _): names.insert(name)
      case .unpack(let several, _), .spread(let several, _): names.formUnion(several)
      case .attempt(let body, let handlers, let otherwise):
        names.formUnion(body.assigned)
        names.formUnion(otherwise.assigned)
        for handler in handlers {
          names.formUnion(handler.body.assigned)
          if !handler.name.isEmpty { names.insert(handler.name) }
        }
      case .branch(_, let then, let otherwise), .loop(_, let then, let otherwise):
        names.formUnion(then.assigned)
        names.formUnion(otherwise.assigned)
      case .range(let name, _, let body, let otherwise), .characters(let name, _, let body, let otherwise):
        names.insert(name)
        names.formUnion(body.assigned)
        names.formUnion(otherwise.assigned)
      case .give, .leave, .next, .unsupported: break
      }
    }
  }
}

/// A function as the front end resolved it.
struct FunctionSyntax: Sendable {
  let name: String
  let place: SourcePlace
  let parameters: [String]
  /// The defaults of the last parameters.
  let defaults: [Constant?]
  let body: [Statement]
}
