import Columnar
import Essentials
import Functions
import PythonFunctions
import WorkerProcess

/// Reads the steps that a worker is given, and knows what they are about.
struct StepReader {
  private var schemas = ReceivedSchemas()
  private var tables: [Int: TableCall] = [:]
  private var streams: [Int: StreamCall] = [:]
  private var states: [Int: StateTable] = [:]
  private var types: [String: UDFType] = [:]

  struct Question {
    var function: Int
    var call: WorkerCall
    var step: FunctionStep
  }

  /// Reads a step of any kind but `load`.
  mutating func read(_ reader: inout WireReader) throws -> Question {
    let number = try reader.readByte()
    guard let kind = WorkerStep(rawValue: number) else { throw WireError("there is no step \(number)") }
    let function = try reader.readInt()
    let call = try reader.read(WorkerCall.self)
    return Question(function: function, call: call, step: try step(kind, function, &reader))
  }

  private mutating func step(_ kind: WorkerStep, _ function: Int, _ reader: inout WireReader) throws -> FunctionStep {
    func batch() throws -> RecordBatch { try RecordBatch(from: &reader, &schemas, validating: .structural) }
    switch kind {
    case .load: throw WireError("the source is loaded already")
    case .rows: return .rows(function: function, try batch())
    case .draw:
      let (number, isNew, limit) = (try reader.readInt(), try reader.read(Bool.self), try reader.readInt())
      if isNew { tables[number] = TableCall(function, try batch()) }
      return .draw(try known(tables[number]), limit: limit)
    case .close:
      let (number, _) = (try reader.readInt(), try reader.read(Bool.self))
      return .close(try known(tables.removeValue(forKey: number)))
    case .feed:
      let (number, isNew) = (try reader.readInt(), try reader.read(Bool.self))
      if isNew { streams[number] = StreamCall(function) }
      return .feed(try known(streams[number]), try batch())
    case .finish, .abort:
      let (number, _) = (try reader.readInt(), try reader.read(Bool.self))
      let stream = try known(streams.removeValue(forKey: number))
      return kind == .finish ? .finish(stream) : .abort(stream)
    case .accumulate, .merge, .export, .importing, .finishGroups, .drop, .closeGroups:
      let (number, isNew, keepsRows) = (try reader.readInt(), try reader.read(Bool.self), try reader.read(Bool.self))
      if isNew { states[number] = StateTable(function, keepsRows: keepsRows) }
      let table = try known(states[number])
      if kind == .closeGroups { states[number] = nil }
      return .aggregate(table, try aggregateStep(kind, &reader))
    case .end: return .end
    case .inspect: return .inspect(function: function)
    case .arguments: return .arguments(function: function, try batch())
    }
  }

  private mutating func aggregateStep(_ kind: WorkerStep, _ reader: inout WireReader) throws -> AggregateStep {
    switch kind {
    case .accumulate:
      let groups = try reader.readNumbers()
      let signs = try reader.read(Bool.self) ? try reader.readSigns() : nil
      return .accumulate(
        try RecordBatch(from: &reader, &schemas, validating: .structural), groups: groups, signs: signs)
    case .merge:
      let numbers = try reader.readNumbers()
      guard numbers.count % 3 == 0 else { throw WireError("a merge has \(numbers.count) numbers") }
      return .merge(
        stride(from: 0, to: numbers.count, by: 3).map {
          StateMerge(source: numbers[$0], target: numbers[$0 + 1], outcome: numbers[$0 + 2])
        })
    case .export:
      let isPickled = try reader.read(Bool.self)
      return .export(try reader.readNumbers(), isPickled ? .pickled : .annotated)
    case .importing:
      let isPickled = try reader.read(Bool.self)
      let groups = try reader.readNumbers()
      let states = try RecordBatch(from: &reader, &schemas, validating: .structural)
      return .importing(states, groups: groups, isPickled ? .pickled : .annotated)
    case .finishGroups: return .finish(try reader.readNumbers(), shared: Set(try reader.readNumbers()))
    case .drop: return .drop(try reader.readNumbers())
    default: return .close
    }
  }

  private func known<Value>(_ value: Value?) throws(WireError) -> Value {
    guard let value else { throw WireError("a step is about something that was never begun") }
    return value
  }

  /// Forgets a table function's call that has come to its end.
  mutating func forget(_ step: FunctionStep) {
    guard case .draw(let table, _) = step else { return }
    tables = tables.filter { $0.value !== table }
  }

  /// A type that was sent as text.
  mutating func type(_ text: String) throws -> UDFType {
    if let known = types[text] { return known }
    let type = try JSONDecoder().decode(UDFType.self, from: Data(text.utf8))
    if types.count > 1_000 { types = [:] }
    types[text] = type
    return type
  }
}
