/// A value of a program, in registers.
struct Value: Hashable {
  var kind: Kind
  /// The first of its registers; of none, for None, -1.
  var register: Int
  /// The register that says where it is a value, and not None; nil for everywhere.
  var validity: Int?
  /// What it is in every row, if that is known.
  var constant: Constant?

  static let none = Value(kind: .none, register: -1, constant: Constant.none)

  init(kind: Kind, register: Int, validity: Int? = nil, constant: Constant? = nil) {
    (self.kind, self.register, self.validity, self.constant) = (kind, register, validity, constant)
  }

  /// The same where it is known to be none of None.
  var present: Value {
    var value = self
    value.validity = nil
    return value
  }
}

/// What a local variable is at a place of the program.
enum Binding: Hashable {
  case value(Value)
  /// The list of a text that was split.
  case parts(Parts)
  /// Nothing that a program can go on with: of different types on different ways, or not set on all.
  case mixed
}

/// A list of texts that nobody makes: what is taken apart, where, and at most how often.
struct Parts: Hashable {
  enum Way: String { case split, rsplit, partition, rpartition }
  var way: Way
  var text: Value
  /// Nil for spaces.
  var separator: Value?
  var most: Value?
}

/// A truth value, and what it says of variables.
struct Condition {
  var register: Int
  var constant: Bool?
  var whenTrue: [String: Value] = [:]
  var whenFalse: [String: Value] = [:]
}

/// Rows on their way to where ways come together.
struct Edge {
  let block: Block
  let variables: [String: Binding]
  var value: Value?
  /// The exit that they take once all is where it is expected.
  var exit: Int?
}

/// Nothing comes out of what is being lowered: CPython runs the rows, or they left.
struct Unreachable: Error {}

/// Why a function is left to CPython altogether.
struct Refusal: Error {
  let obstacle: Obstacle
}
