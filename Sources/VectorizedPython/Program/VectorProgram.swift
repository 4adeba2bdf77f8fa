import Columnar
package import Functions

/// A function as a program that runs without CPython, and gives its results or leaves rows to it.
///
/// Immutable: any number of threads may run it at once, each in lanes of its own.
package final class VectorProgram: Sendable {
  /// Why rows that reach these places are CPython's; empty when only values decide, such as an integer that overflows.
  package let obstacles: [Obstacle]
  let parameters: [ProgramParameter]
  let actions: [Action]
  let registerCount: Int
  let exitCount: Int
  let constants: [(register: Int, constant: Constant)]
  let texts: ConstantTexts
  let resultRegister: Int
  /// Nil when a row that is not left to CPython always has a value.
  let resultValidity: Int?
  let resultType: UDFType
  let resultKind: Kind
  /// Whether rows that are null must not be computed along: a loop might go on and on, and texts are copied for nothing.
  let isSensitiveToNulls: Bool
  private let hasTexts: Bool
  let libraryNames: Set<String>

  /// Makes a program of what the front end found.
  ///
  /// - Parameters:
  ///   - syntax: what `vectorize.py` says of the function.
  ///   - argumentCount: how many columns a call has; the last parameters may be left out.
  /// - Throws: `Refused`.
  package init(_ syntax: String, _ signature: UDFSignature, argumentCount: Int) throws(Refused) {
    let functions: [FunctionSyntax]
    let line = SourcePlace(line: signature.line, column: 1)
    do { functions = try SyntaxReader.functions(syntax) } catch {
      throw Refused(Obstacle(line, "code that Clutch cannot read; this is a fault of Clutch"))
    }
    guard let function = functions.first, let given = signature.parameters(forArguments: argumentCount),
      given.count <= function.parameters.count, !signature.parameters.contains(where: \.isVariadic)
    else { throw Refused(Obstacle(line, "parameters of any number")) }
    guard let kind = Kind(resultOf: signature.result) else {
      throw Refused(
        Obstacle(
          function.place, "a result of type \(signature.result)", hint: "int, float, bool, str, date or datetime"))
    }
    let lowering = Lowering(functions, result: signature.result, kind: kind)
    var parameters: [ProgramParameter] = []
    for (index, name) in function.parameters.enumerated() {
      guard index < given.count else {
        let place = index - (function.parameters.count - function.defaults.count)
        guard function.defaults.indices.contains(place), let value = function.defaults[place] else {
          throw Refused(
            Obstacle(function.place, "the default of '\(name)'", hint: "a number, a text, True, False or None"))
        }
        lowering.variables[name] = .value(lowering.constant(value))
        continue
      }
      let type = given[index].type
      guard let kind = Kind(argumentOf: type) else {
        throw Refused(
          Obstacle(function.place, "a parameter of type \(type)", hint: "int, float, bool, str, date or datetime"))
      }
      let register = lowering.fixedRegister(kind)
      let validity = given[index].isOptional ? lowering.fixedRegister(.bool) : nil
      parameters.append(ProgramParameter(kind: kind, type: type, register: register, validity: validity))
      lowering.variables[name] = .value(Value(kind: kind, register: register, validity: validity))
    }
    do { try lowering.lowerFunction() } catch let refusal as Refusal { throw Refused(refusal.obstacle) } catch {
      throw Refused(Obstacle(function.place, "code that Clutch cannot lower; this is a fault of Clutch"))
    }
    self.parameters = parameters
    obstacles = lowering.obstacles
    resultValidity = lowering.returnsNone ? lowering.resultValidity : nil
    actions = lowering.block.actions(without: lowering.returnsNone ? [] : [lowering.resultValidity])
    registerCount = lowering.registerCount
    exitCount = lowering.exitCount
    constants = lowering.constants
    texts = ConstantTexts(constants.map { if case .text(let text) = $0.constant { text } else { "" } })
    resultRegister = lowering.resultRegister
    resultType = signature.result
    resultKind = kind
    isSensitiveToNulls = lowering.block.hasLoops || kind == .text
    hasTexts = lowering.hasTexts
    libraryNames = lowering.block.libraryNames
  }

  /// Lanes with the constants in place.
  func makeLanes() -> Lanes {
    let lanes = Lanes(registers: registerCount, exits: exitCount, hasTexts: hasTexts)
    for (place, entry) in constants.enumerated() {
      switch entry.constant {
      case .none: break
      case .bool(let truth): lanes.fill(entry.register, with: truth ? 1 : 0)
      case .integer(let number): lanes.fill(entry.register, with: number)
      case .temporal(_, let number): lanes.fill(entry.register, with: number)
      case .float(let bits): lanes.fill(entry.register, with: Int64(bitPattern: bits))
      case .text:
        lanes.fill(entry.register, with: Int64(Int(bitPattern: texts[place].start)))
        lanes.fill(entry.register + 1, with: Int64(texts[place].count))
        lanes.constantTexts.append((entry.register, texts[place].isASCII))
      }
    }
    return lanes
  }
}

/// Why a function has no program.
package struct Refused: Error, Sendable, Hashable {
  package let obstacle: Obstacle
  package init(_ obstacle: Obstacle) { self.obstacle = obstacle }
}

struct ProgramParameter: Sendable {
  let kind: Kind
  let type: UDFType
  let register: Int
  let validity: Int?
}

extension Kind {
  /// What a parameter of a type is; nil for types that programs do not have.
  init?(argumentOf type: UDFType) {
    switch type {
    case .bool: self = .bool
    case .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64: self = .int
    case .float, .float32: self = .float
    case .string: self = .text
    case .date: self = .date
    case .timestamp(.microsecond, timeZone: nil): self = .moment
    default: return nil
    }
  }

  /// What a result of a type is; nil for types that programs do not give.
  init?(resultOf type: UDFType) { self.init(argumentOf: type) }
}
