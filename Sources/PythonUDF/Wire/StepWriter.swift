import Columnar
import Essentials
import Functions
import PythonFunctions
import Synchronization
import WorkerProcess

/// Writes steps for one worker.
struct StepWriter {
  private var schemas = SentSchemas()
  /// The types of results that were sent before, with their text.
  private var types: [UDFType: String] = [:]
  /// What has begun in the worker and not ended.
  private(set) var open: Set<Int> = []
  /// The worker's number in this process.
  private let process: Int

  init(process: Int) { self.process = process }

  /// Writes a step; nil when the worker has nothing to do for it, because what it would end has not begun there.
  ///
  /// - Throws: `UDFError` when what it is about was in a worker that is gone.
  mutating func write(_ step: FunctionStep, _ call: WorkerCall) throws -> WireWriter? {
    var writer = WireWriter()
    func begin(_ kind: WorkerStep, _ function: Int) {
      writer.write(kind.rawValue)
      writer.write(function)
      writer.write(call)
    }
    /// Names what steps are about, and gives whether it is new to the worker.
    func name(_ place: RemotePlace) throws -> Bool {
      writer.write(place.number)
      let isNew = try isNew(place)
      if isNew { open.insert(place.number) }
      writer.write(isNew)
      return isNew
    }
    switch step {
    case .load: throw UDFError(.closed, "a source is not loaded as a step")
    case .rows(let function, let batch):
      begin(.rows, function)
      try batch.write(to: &writer, &schemas)
    case .draw(let table, let limit):
      begin(.draw, table.function)
      let isNew = try name(table.remote)
      writer.write(limit)
      if isNew { try table.batch.write(to: &writer, &schemas) }
    case .close(let table):
      guard has(table.remote) else { return nil }
      defer { open.remove(table.remote.number) }
      begin(.close, table.function)
      _ = try name(table.remote)
    case .feed(let stream, let batch):
      begin(.feed, stream.function)
      _ = try name(stream.remote)
      try batch.write(to: &writer, &schemas)
    case .finish(let stream), .abort(let stream):
      guard has(stream.remote) else { return nil }
      defer { open.remove(stream.remote.number) }
      let isFinish = if case .finish = step { true } else { false }
      begin(isFinish ? .finish : .abort, stream.function)
      _ = try name(stream.remote)
    case .aggregate(let table, let step):
      switch step {
      case .drop, .close: guard has(table.remote) else { return nil }
      default: break
      }
      begin(step.kind, table.function)
      _ = try name(table.remote)
      writer.write(table.keepsRows)
      if case .close = step { open.remove(table.remote.number) }
      try write(step, to: &writer)
    case .inspect(let function): begin(.inspect, function)
    case .arguments(let function, let batch):
      begin(.arguments, function)
      try batch.write(to: &writer, &schemas)
    case .end: begin(.end, 0)
    }
    return writer
  }

  private mutating func write(_ step: AggregateStep, to writer: inout WireWriter) throws {
    switch step {
    case .accumulate(let batch, let groups, let signs):
      writer.write(numbers: groups)
      writer.write(signs != nil)
      if let signs { writer.write(signs: signs) }
      try batch.write(to: &writer, &schemas)
    case .merge(let pairs): writer.write(numbers: pairs.flatMap { [$0.source, $0.target, $0.outcome] })
    case .export(let groups, let form):
      writer.write(form == .pickled)
      writer.write(numbers: groups)
    case .importing(let states, let groups, let form):
      writer.write(form == .pickled)
      writer.write(numbers: groups)
      try states.write(to: &writer, &schemas)
    case .finish(let groups, let shared):
      writer.write(numbers: groups)
      writer.write(numbers: Array(shared))
    case .drop(let groups): writer.write(numbers: groups)
    case .close: break
    }
  }

  /// Forgets a table function's call that has come to its end.
  mutating func forget(_ step: FunctionStep) {
    guard case .draw(let table, _) = step else { return }
    open.remove(table.remote.number)
    // The worker has forgotten it too, so there is nothing left to close.
    table.remote.process.store(-1, ordering: .relaxed)
  }

  /// Whether it has begun in this worker.
  private func has(_ place: RemotePlace) -> Bool { place.process.load(ordering: .relaxed) == process }

  private func isNew(_ place: RemotePlace) throws(UDFError) -> Bool {
    let known = place.process.load(ordering: .relaxed)
    if known == process { return false }
    guard known == 0 else {
      throw UDFError(.closed, "the worker process that the call had begun in is gone, and what it had with it")
    }
    place.process.store(process, ordering: .relaxed)
    return true
  }

  /// A type as text.
  mutating func text(of type: UDFType) -> String? {
    if let known = types[type] { return known }
    guard let data = try? JSONEncoder().encode(type) else { return nil }
    let text = String(decoding: data, as: UTF8.self)
    if types.count > 1_000 { types = [:] }
    types[type] = text
    return text
  }
}

extension AggregateStep {
  fileprivate var kind: WorkerStep {
    switch self {
    case .accumulate: .accumulate
    case .merge: .merge
    case .export: .export
    case .importing: .importing
    case .finish: .finishGroups
    case .drop: .drop
    case .close: .closeGroups
    }
  }
}
