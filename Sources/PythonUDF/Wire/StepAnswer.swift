import Columnar
import Essentials
import Functions
import PythonFunctions
import PythonRuntime
import WorkerProcess

/// What a worker answers to a step.
struct StepAnswer {
  var outcome: Result<StepResult, any Error>
  /// The rows that failed, for whoever observes them.
  var told: [UDFRowFailure]
  var memory: MemoryUsage
  /// Whether code of the source's runs at its end.
  var hasWorkAtEnd: Bool
  /// What its profiler has seen since the last answer.
  var profiles: [ProfiledFunction: FunctionProfile]
}

/// Something that was thrown, as another process can have it.
private enum SentError: Codable {
  case udf(UDFError), runtime(PythonRuntimeError), python(PythonError), cancelled, other(String)

  init(_ error: any Error) {
    self =
      switch error {
      case let error as UDFError: .udf(error)
      case let error as PythonRuntimeError: .runtime(error)
      case let error as PythonError: .python(error)
      case is CancellationError: .cancelled
      default: .other("\(error)")
      }
  }

  var error: any Error {
    switch self {
    case .udf(let error): error
    case .runtime(let error): error
    case .python(let error): error
    case .cancelled: CancellationError()
    case .other(let text): UDFError(.closed, text)
    }
  }
}

private enum AnswerKind: UInt8 {
  case failed = 1, loaded, rows, drawn, done, values, states, closed, inspected, arguments
}

extension StepAnswer {
  func write(_ schemas: inout SentSchemas) throws -> WireWriter {
    var writer = WireWriter()
    writer.write(memory.current)
    writer.write(memory.peak)
    writer.write(memory.limit)
    writer.write(hasWorkAtEnd)
    writer.write(told)
    func write(json value: some Encodable) throws {
      writer.write(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    }
    writer.write(!profiles.isEmpty)
    if !profiles.isEmpty { try write(json: profiles) }
    switch outcome {
    case .failure(let error):
      writer.write(AnswerKind.failed.rawValue)
      try write(json: SentError(error))
    case .success(.loaded(let signatures)):
      writer.write(AnswerKind.loaded.rawValue)
      try write(json: signatures)
    case .success(.rows(let result)):
      writer.write(AnswerKind.rows.rawValue)
      try result.write(to: &writer, &schemas)
    case .success(.drawn(let drawn)):
      writer.write(AnswerKind.drawn.rawValue)
      writer.write(drawn != nil)
      guard let drawn else { break }
      try drawn.values.write(to: &writer, &schemas)
      writer.write(drawn.failureCount)
      writer.write(drawn.failures)
      writer.write(drawn.failuresByType)
      writer.write(drawn.failuresWithoutRow)
    case .success(.aggregated(let outcome)):
      switch outcome.answer {
      case .done: writer.write(AnswerKind.done.rawValue)
      case .values(let result):
        writer.write(AnswerKind.values.rawValue)
        try result.write(to: &writer, &schemas)
      case .states(let batch):
        writer.write(AnswerKind.states.rawValue)
        try batch.write(to: &writer, &schemas)
      }
      writer.write(outcome.rows)
      writer.write(outcome.failureCount)
      writer.write(outcome.failures)
      writer.write(outcome.failuresByType)
    case .success(.inspected(let report)):
      writer.write(AnswerKind.inspected.rawValue)
      try write(json: report)
    case .success(.arguments(let texts)):
      writer.write(AnswerKind.arguments.rawValue)
      try write(json: texts)
    case .success(.closed): writer.write(AnswerKind.closed.rawValue)
    }
    return writer
  }

  /// Reads what a worker has written, whatever that is.
  init(from reader: inout WireReader, _ schemas: inout ReceivedSchemas) throws {
    let (current, peak) = (try reader.readInt(), try reader.readInt())
    memory = MemoryUsage(current: current, peak: peak, limit: try reader.read())
    hasWorkAtEnd = try reader.read()
    told = try reader.read()
    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try JSONDecoder().decode(type, from: Data(try reader.readText().utf8))
    }
    profiles = try reader.read(Bool.self) ? try json([ProfiledFunction: FunctionProfile].self) : [:]
    let number = try reader.readByte()
    guard let kind = AnswerKind(rawValue: number) else { throw WireError("there is no answer \(number)") }
    func batch() throws -> RecordBatch { try RecordBatch(from: &reader, &schemas, validating: .full) }
    switch kind {
    case .failed: outcome = .failure(try json(SentError.self).error)
    case .loaded: outcome = .success(.loaded(try json([UDFSignature].self)))
    case .rows: outcome = .success(.rows(try UDFResult(from: &reader, &schemas)))
    case .drawn:
      guard try reader.read(Bool.self) else {
        outcome = .success(.drawn(nil))
        break
      }
      outcome = .success(
        .drawn(
          UDFTableBatch(
            values: try batch(), failureCount: try reader.read(), failures: try reader.read(),
            failuresByType: try reader.read(), failuresWithoutRow: try reader.read())))
    case .done, .values, .states:
      let answer: AggregateAnswer =
        switch kind {
        case .values: .values(try UDFResult(from: &reader, &schemas))
        case .states: .states(try batch())
        default: .done
        }
      outcome = .success(
        .aggregated(
          AggregateOutcome(
            answer: answer, rows: try reader.read(), failureCount: try reader.read(), failures: try reader.read(),
            failuresByType: try reader.read())))
    case .inspected: outcome = .success(.inspected(try json(VectorReport.self)))
    case .arguments: outcome = .success(.arguments(try json([String?].self)))
    case .closed: outcome = .success(.closed)
    }
  }
}

extension UDFResult {
  fileprivate func write(to writer: inout WireWriter, _ schemas: inout SentSchemas) throws {
    let columns = [values] + [errors].compactMap { $0 }
    let names = ["values", "errors"]
    let fields = zip(names, columns).map { Field(name: $0, type: $1.type) }
    try RecordBatch(schema: Schema(fields), columns: columns).write(to: &writer, &schemas)
    writer.write(failureCount)
    writer.write(failures)
    writer.write(failuresByType)
    writer.write(vectorizedRows)
    writer.write(rerunRows)
  }

  fileprivate init(from reader: inout WireReader, _ schemas: inout ReceivedSchemas) throws {
    let batch = try RecordBatch(from: &reader, &schemas, validating: .full)
    guard let values = batch.columns.first, batch.columns.count <= 2 else {
      throw WireError("a result has \(batch.columns.count) columns")
    }
    self.init(
      values: values, errors: batch.columns.dropFirst().first, failureCount: try reader.read(),
      failures: try reader.read(), failuresByType: try reader.read())
    vectorizedRows = min(max(0, try reader.readInt()), values.count)
    rerunRows = min(max(0, try reader.readInt()), values.count - vectorizedRows)
  }
}
