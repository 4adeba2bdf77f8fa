import Functions

/// Makes steps on typed registers of a function's statements: the types follow from those of the parameters.
final class Lowering {
  let functions: [FunctionSyntax]
  let result: UDFType
  let resultKind: Kind

  private(set) var registerCount = 0
  /// Whether a register is a text's.
  private(set) var hasTexts = false
  private(set) var constants: [(register: Int, constant: Constant)] = []
  private var constantRegisters: [Constant: Int] = [:]
  /// Registers that nothing writes but what binds a chunk.
  private var fixed: Set<Int> = []
  private var freeNumbers: [Int] = []
  private var freeTexts: [Int] = []
  /// The temporaries of the statements at hand, innermost last.
  private var temporaries: [[(register: Int, isText: Bool)]] = [[]]
  /// What was allocated since an arm began, innermost last.
  private var logs: [Set<Int>] = []
  private var homes: [String: Home] = [:]
  private var depth = 0
  private var work = 0
  var exitCount = 0
  private(set) var obstacles: [Obstacle] = []

  var block = Block()
  var variables: [String: Binding] = [:]
  var frames: [Frame] = []
  var loops: [LoopFrame] = []
  var attempts: [AttemptFrame] = []

  let resultRegister: Int
  let resultValidity: Int
  var returnsValue = false
  var returnsNone = false

  /// Where a variable is when it is in none that others share.
  struct Home {
    var number: Int?
    var text: Int?
    var validity: Int?
  }

  /// A function that is being lowered: the outermost, or one that is called.
  struct Frame {
    let function: Int
    let prefix: String
    /// Where its rows go that return early; nil for the outermost.
    let exit: Int?
    /// Where its result goes; nil while its type is not known.
    var result: Binding?
    var returns: [Shape?] = []
    var leaves = false
  }

  struct LoopFrame {
    let breaks: Int
    let continues: Int
    var breakEdges: [Edge] = []
    var continueEdges: [Edge] = []
  }

  /// A `try` whose body is being lowered.
  struct AttemptFrame {
    let handlers: [Handler]
    let exits: [Int]
    /// How many functions it is in.
    let depth: Int
    /// The rows that go to each handler.
    var edges: [[Edge]]
  }

  init(_ functions: [FunctionSyntax], result: UDFType, kind: Kind) {
    (self.functions, self.result, resultKind) = (functions, result, kind)
    resultRegister = 0
    resultValidity = 2
    registerCount = 3
    hasTexts = kind == .text
  }

  // MARK: Bounds

  /// How deep code may be nested, that of called functions and what follows an early return included: each level takes
  /// kilobytes of the stack.
  private static let deepestNesting = 200
  /// How many statements and expressions are lowered, also again and again, as in loops and called functions.
  private static let mostWork = 50_000

  /// Lowers what is inside something else.
  func deeper<Outcome>(_ place: SourcePlace, _ body: () throws -> Outcome) throws -> Outcome {
    work += 1
    guard work <= Self.mostWork else {
      throw Refusal(obstacle: Obstacle(place, "more code than is looked at", hint: "smaller functions"))
    }
    guard depth < Self.deepestNesting else { throw rerun(Obstacle(place, "code that is nested too deep")) }
    depth += 1
    defer { depth -= 1 }
    return try body()
  }

  // MARK: Registers

  func register(_ kind: Kind) -> Int {
    defer { registerCount += kind == .text ? 2 : 1 }
    if kind == .text { hasTexts = true }
    return registerCount
  }

  /// One that is bound to a chunk, and written by nobody.
  func fixedRegister(_ kind: Kind) -> Int {
    let register = register(kind)
    fixed.insert(register)
    return register
  }

  func isFixed(_ register: Int) -> Bool { fixed.contains(register) }

  func constant(_ constant: Constant) -> Value {
    if constant == .none { return .none }
    if let register = constantRegisters[constant] {
      return Value(kind: constant.kind, register: register, constant: constant)
    }
    let register = fixedRegister(constant.kind)
    constantRegisters[constant] = register
    constants.append((register, constant))
    return Value(kind: constant.kind, register: register, constant: constant)
  }

  /// A register until the end of the statement.
  func temporary(_ kind: Kind) -> Int {
    let isText = kind == .text
    let register = (isText ? freeTexts.popLast() : freeNumbers.popLast()) ?? self.register(kind)
    temporaries[temporaries.count - 1].append((register, isText))
    for index in logs.indices { logs[index].insert(register) }
    return register
  }

  /// One that none of these registers is.
  func temporary(_ kind: Kind, besides taken: Set<Int>) -> Int {
    let isText = kind == .text
    let free = isText ? freeTexts : freeNumbers
    if let place = free.lastIndex(where: { !taken.contains($0) }) {
      if isText {
        freeTexts.append(freeTexts.remove(at: place))
      } else {
        freeNumbers.append(freeNumbers.remove(at: place))
      }
    } else if isText {
      freeTexts.append(register(kind))
    } else {
      freeNumbers.append(register(kind))
    }
    return temporary(kind)
  }

  /// Lowers a statement, and takes its temporaries back.
  func statementScope<Outcome>(_ body: () throws -> Outcome) rethrows -> Outcome {
    temporaries.append([])
    defer {
      for (register, isText) in temporaries.removeLast() {
        if isText { freeTexts.append(register) } else { freeNumbers.append(register) }
      }
    }
    return try body()
  }

  /// Notes which temporaries an arm takes.
  func logging<Outcome>(_ body: () throws -> Outcome) rethrows -> (Outcome, taken: Set<Int>) {
    logs.append([])
    do {
      let outcome = try body()
      return (outcome, logs.removeLast())
    } catch {
      logs.removeLast()
      throw error
    }
  }

  func home(of name: String, _ kind: Kind) -> Int {
    var home = homes[name] ?? Home()
    defer { homes[name] = home }
    if kind == .text {
      let text = home.text ?? register(.text)
      home.text = text
      return text
    }
    let number = home.number ?? register(.int)
    home.number = number
    return number
  }

  func validityHome(of name: String) -> Int {
    var home = homes[name] ?? Home()
    defer { homes[name] = home }
    let validity = home.validity ?? register(.bool)
    home.validity = validity
    return validity
  }

  // MARK: Steps

  /// Computes into a temporary.
  func compute(_ operation: Operation, _ operands: [Int], _ table: KernelTable? = nil) -> Value {
    let register = temporary(operation.result)
    emit(operation, register, operands, table)
    return Value(kind: operation.result, register: register)
  }

  func emit(_ operation: Operation, _ result: Int, _ operands: [Int], _ table: KernelTable? = nil) {
    block.steps.append(
      .compute(Computation(operation: operation, slots: Slots(result: result, operands: operands, table: table))))
  }

  func operation(_ name: String, _ kinds: [Kind]) throws -> Operation {
    guard let found = Operations.find(name, kinds) else { throw UnreadableSyntax() }
    return found
  }

  func copy(_ kind: Kind, from source: Int, to target: Int) throws {
    guard source != target else { return }
    emit(try operation("copy", [kind]), target, [source])
  }

  /// CPython runs the rows that come here.
  func rerun(_ obstacle: Obstacle) -> Unreachable {
    block.steps.append(.rerun)
    if !obstacles.contains(obstacle) { obstacles.append(obstacle) }
    return Unreachable()
  }

  /// Forgets the obstacles since there were so many: of code that is lowered again.
  func forgetObstacles(behind count: Int) { obstacles.removeLast(obstacles.count - count) }

  /// Puts a value that has just been computed into a register of its own.
  func place(_ value: Value, in register: Int) throws {
    guard value.register != register else { return }
    if let last = block.steps.last, case .compute(var computation) = last,
      computation.slots.result == value.register,
      temporaries.joined().contains(where: { $0.register == value.register }),
      computation.operation.marks == nil || !computation.slots.operands.contains(register)
    {
      computation.slots.result = register
      block.steps[block.steps.count - 1] = .compute(computation)
      return
    }
    try copy(value.kind, from: value.register, to: register)
  }

  // MARK: Where ways come together

  /// Makes variables the same on all ways, which then take their exits.
  ///
  /// - Returns: the variables, and the value of the ways if they have one.
  func join(_ edges: [Edge], valueName: String? = nil) throws -> ([String: Binding], Value?) {
    guard let first = edges.first else { throw Unreachable() }
    var joined: [String: Binding] = [:]
    for name in Set(edges.flatMap(\.variables.keys)) {
      let bindings = edges.map { $0.variables[name] ?? .mixed }
      joined[name] = try join(bindings, edges) { [self] kind in
        (home(of: name, kind), validityHome(of: name))
      }
    }
    var value: Value?
    if first.value != nil {
      var kinds: [Kind: Int] = [:]
      var validity: Int?
      let binding = try join(edges.map { $0.value.map(Binding.value) ?? .mixed }, edges) { [self] kind in
        let register = kinds[kind] ?? temporary(kind)
        kinds[kind] = register
        let valid = validity ?? temporary(.bool)
        validity = valid
        return (register, valid)
      }
      if case .value(let found) = binding { value = found }
    }
    for edge in edges { if let exit = edge.exit { edge.block.steps.append(.leave(exit: exit)) } }
    return (joined, value)
  }

  private func join(
    _ bindings: [Binding], _ edges: [Edge], home: (Kind) -> (register: Int, validity: Int)
  ) throws -> Binding {
    if bindings.allSatisfy({ $0 == bindings[0] }) { return bindings[0] }
    guard let shape = Shape.joined(bindings.map(Shape.init)) else { return .mixed }
    guard shape.kind != .none else { return .value(.none) }
    let (register, validity) = home(shape.kind)
    let target = Value(kind: shape.kind, register: register, validity: shape.isOptional ? validity : nil)
    for (binding, edge) in zip(bindings, edges) {
      guard case .value(let value) = binding else { continue }
      try within(edge.block) { try move(value, to: target) }
    }
    return .value(target)
  }

  /// Brings a value into the registers of another, and to its kind.
  func move(_ value: Value, to target: Value) throws {
    if let validity = target.validity {
      let source =
        value.kind == .none
        ? constant(.bool(false)).register : value.validity ?? constant(.bool(true)).register
      try copy(.bool, from: source, to: validity)
    }
    guard value.kind != .none else { return }
    if value.kind == target.kind { return try copy(value.kind, from: value.register, to: target.register) }
    guard target.kind == .real else { throw UnreadableSyntax() }
    guard value.kind == .int else { return try copy(.real, from: value.register, to: target.register) }
    // What is marked must not be overwritten in place.
    if case .integer(let number)? = value.constant, number.magnitude <= 1 << 53 {
      let float = constant(.float(Double(number).bitPattern))
      return try copy(.real, from: float.register, to: target.register)
    }
    let converted = compute(try operation("real", [.int]), [value.register])
    try copy(.real, from: converted.register, to: target.register)
  }

  /// Adds to another block.
  func within<Outcome>(_ other: Block, _ body: () throws -> Outcome) rethrows -> Outcome {
    let outer = block
    block = other
    defer { block = outer }
    return try body()
  }
}

/// What a variable is as far as its type goes.
struct Shape: Hashable {
  var kind: Kind
  var isOptional: Bool

  /// Nil for what a program cannot go on with.
  init?(_ binding: Binding) {
    guard case .value(let value) = binding else { return nil }
    self.init(kind: value.kind, isOptional: value.validity != nil || value.kind == .none)
  }

  init(kind: Kind, isOptional: Bool) { (self.kind, self.isOptional) = (kind, isOptional) }

  /// What is all of these; nil when nothing is.
  static func joined(_ shapes: [Shape?]) -> Shape? {
    var kinds: Set<Kind> = []
    var isOptional = false
    for shape in shapes {
      guard let shape else { return nil }
      isOptional = isOptional || shape.isOptional
      if shape.kind != .none { kinds.insert(shape.kind) }
    }
    guard let kind = kinds.first else { return Shape(kind: .none, isOptional: true) }
    if kinds.count == 1 { return Shape(kind: kind, isOptional: isOptional) }
    guard kinds.isSubset(of: [.int, .float, .real]) else { return nil }
    return Shape(kind: .real, isOptional: isOptional)
  }
}
