import CPythonABI
import Columnar
package import Functions
package import PythonRuntime
import Synchronization

/// What a step on the states of an aggregate function gave, with what failed in it.
package struct AggregateOutcome: Sendable {
  package let answer: AggregateAnswer
  /// How many rows, or groups, it was for.
  package let rows: Int
  /// Those of which the failure was met in this step.
  package var failureCount = 0
  package var failures: [UDFRowFailure] = []
  package var failuresByType: [String: Int] = [:]

  package init(
    answer: AggregateAnswer, rows: Int, failureCount: Int = 0, failures: [UDFRowFailure] = [],
    failuresByType: [String: Int] = [:]
  ) {
    (self.answer, self.rows, self.failureCount) = (answer, rows, failureCount)
    (self.failures, self.failuresByType) = (failures, failuresByType)
  }
}

extension LoadedModule {
  /// Does a step on the states of an aggregate function, under the GIL of the interpreter that the module was loaded in, which
  /// is the same for all steps of a table.
  ///
  /// - Throws: as `rows`.
  package func perform(
    _ step: AggregateStep, on table: StateTable, _ context: RowContext = RowContext(), in py: borrowing Python
  ) throws -> AggregateOutcome {
    let signature = functions[table.function].signature
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    let memory = py.state.memory
    let refusals = memory.refusals
    do {
      if case .close = step {
        table.close(py.state)
        return AggregateOutcome(answer: .done, rows: 0)
      }
      var call = try AggregateCall(functions[table.function], table, conversion, aggregates(py), context, in: py)
      switch step {
      case .accumulate(let batch, let groups, let signs): return try call.accumulate(batch, groups, signs)
      case .merge(let merges): return try call.merge(merges)
      case .export(let groups, let form): return try call.export(groups, form)
      case .importing(let states, let groups, let form): return try call.importStates(states, groups, form)
      case .finish(let groups, let shared): return try call.finish(groups, shared)
      case .drop(let groups): return try call.drop(groups)
      case .close: return AggregateOutcome(answer: .done, rows: 0)
      }
    } catch let error as PythonError {
      // Outside any row.
      throw UDFError(error, memory, refusalsBefore: refusals, doing: "UDF \(signature.name) failed") ?? error
    }
  }

  /// Our own module of aggregate functions.
  private func aggregates(_ py: borrowing Python) throws -> ObjectPointer {
    guard let module = py.state.kept(aggregates) else { throw UDFError(.closed, "the UDF's module has been unloaded") }
    return module
  }
}

/// One step on the states of an aggregate function.
struct AggregateCall {
  let api: PythonAPI
  let state: InterpreterState
  let table: StateTable
  let states: StateTable.Access
  let conversion: Conversion
  let signature: UDFSignature
  let context: RowContext
  private let function: LoadedFunction
  private let module: ObjectPointer

  init(
    _ function: LoadedFunction, _ table: StateTable, _ conversion: Conversion, _ module: ObjectPointer,
    _ context: RowContext, in py: borrowing Python
  ) throws {
    (self.function, self.table, self.conversion, self.module) = (function, table, conversion, module)
    (self.context, api, state) = (context, py.api, py.state)
    signature = function.signature
    conversion.decimals = signature.decimals ?? .exact
    conversion.reach = context.options.offsetReach
    states = try StateTable.Access(table, py.state)
  }

  /// What is called for a role; of states that keep their rows what that is done with.
  func callable(_ role: FunctionRole) throws -> ObjectPointer {
    if let key = function.roles[table.keepsRows ? role.ofKeptRows : role] {
      guard let found = state.kept(key) else {
        throw UDFError(.closed, "UDF \(signature.name) has been unloaded")
      }
      return found
    }
    throw UDFError(
      .wrongArguments,
      """
      UDF \(signature.name) has no \(role.rawValue), which is needed to \
      \(role == .retract ? "take rows back" : "merge states"); add it
      """)
  }

  /// One of our own functions for states.
  func own(_ name: String) throws -> ObjectPointer {
    try conversion.hold(api.pointee.PyObject_GetAttrString(module, name))
  }

  func outcomes(_ result: UDFType, in step: String? = nil) -> RowOutcomes {
    var outcomes = RowOutcomes(signature, result, context, conversion, state.memory)
    outcomes.step = step
    return outcomes
  }

  /// The arguments of what is called with nothing but a state, as failures show them: none.
  func noArguments(_ count: Int) throws -> ArgumentRows {
    try ArgumentRows(signature.ofStates, RecordBatch(schema: Schema([]), columns: [], rowCount: count), conversion)
  }

  /// - Parameter orNone: whether -1 stands for none.
  func check(_ groups: [Int], orNone: Bool = false) throws(UDFError) {
    if let wrong = groups.first(where: { $0 < (orNone ? -1 : 0) || $0 > StateTable.lastGroup }) {
      throw UDFError(
        .wrongArguments,
        "UDF \(signature.name): \(wrong) is no group; groups are numbers from 0 to \(StateTable.lastGroup)")
    }
  }

  /// Notes that a row, or a group, is under way.
  ///
  /// - Throws: `UDFError` with code `interrupted` when the call is to stop.
  @inline(__always)
  func begin(_ row: Int) throws {
    if context.progress.isStopped.load(ordering: .relaxed) {
      throw UDFError(.interrupted, "UDF \(signature.name) was stopped before row \(row) of its batch")
    }
    context.progress.row.pointee.store(row + 1, ordering: .relaxed)
  }

  /// The state of a group, as a new reference; makes it if it has none. Nil with an exception pending.
  @inline(__always)
  func stateOrNew(_ group: Int, _ create: ObjectPointer) -> ObjectPointer? {
    states.state(group) ?? api.pointee.PyObject_Vectorcall(create, nil, 0, nil)
  }

  func drop(_ groups: [Int]) throws -> AggregateOutcome {
    try check(groups)
    for group in groups { states.drop(group) }
    return AggregateOutcome(answer: .done, rows: 0)
  }

  /// Notes that a group has no value, and lets go of its state.
  func note(_ group: Int, _ outcomes: borrowing RowOutcomes) {
    states.drop(group)
    table.failures[group] = .some(outcomes.mode == .collect ? outcomes.failures.described.last : nil)
  }

  func outcome(_ answer: AggregateAnswer, _ rows: Int, _ failures: RowFailures) -> AggregateOutcome {
    AggregateOutcome(
      answer: answer, rows: rows, failureCount: failures.count, failures: failures.described,
      failuresByType: failures.countByType)
  }

  // MARK: Other states

  mutating func merge(_ merges: [StateMerge]) throws -> AggregateOutcome {
    try check(merges.flatMap { [$0.source, $0.target, $0.outcome] })
    let create = try callable(.create)
    let merge = try callable(.merge)
    let copied = table.keepsRows ? nil : try own("copied")
    var outcomes = outcomes(signature.result, in: "merge")
    let arguments = try noArguments(merges.count)
    for (row, pair) in merges.enumerated() {
      try begin(row)
      if let failure = table.failures[pair.source] ?? table.failures[pair.target] {
        states.drop(pair.outcome)
        table.failures[pair.outcome] = failure
        continue
      }
      guard let merged = merged(pair, create, merge, copied) else {
        let (error, isFatal) = outcomes.takePending()
        try outcomes.callFailed(row, .call(error), isFatal: isFatal, arguments)
        note(pair.outcome, outcomes)
        continue
      }
      try states.set(pair.outcome, merged)
    }
    return outcome(.done, merges.count, outcomes.failures)
  }

  /// The state of the outcome, as a new reference; nil with an exception pending.
  private func merged(
    _ pair: StateMerge, _ create: ObjectPointer, _ merge: ObjectPointer, _ copied: ObjectPointer?
  ) -> ObjectPointer? {
    guard let target = stateOrNew(pair.target, create) else { return nil }
    defer { api.pointee.Py_DecRef(target) }
    let own: ObjectPointer
    if pair.outcome == pair.target || copied == nil {
      own = target
      api.pointee.Py_IncRef(own)
    } else {
      guard let copied, let copy = api.call(copied, target) else { return nil }
      own = copy
    }
    guard let source = states.state(pair.source) else { return own }
    defer { api.pointee.Py_DecRef(source) }
    // What merge does with the other state must not reach the group that has it.
    let other = copied.map { api.call($0, source) }
    if case .some(.none) = other {
      api.pointee.Py_DecRef(own)
      return nil
    }
    let result = api.call(merge, [own, (other ?? nil) ?? source])
    if let other, let copy = other { api.pointee.Py_DecRef(copy) }
    guard let result, result == api.none else {
      api.pointee.Py_DecRef(own)
      return result
    }
    api.pointee.Py_DecRef(result)
    return own
  }
}
