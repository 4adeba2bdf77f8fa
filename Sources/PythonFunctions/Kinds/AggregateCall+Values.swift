import CPythonABI
import Columnar
import Functions
import PythonRuntime

extension AggregateCall {
  /// The value of each group.
  ///
  /// - Parameter shared: those whose states are copied first.
  mutating func finish(_ groups: [Int], _ shared: Set<Int>) throws -> AggregateOutcome {
    try check(groups)
    let result = context.options.resultType?(signature.result) ?? signature.result
    var values = GroupValues(
      groups, try callable(.create), try callable(.finish), try noArguments(groups.count),
      outcomes(result, in: "finish"), self, shared, shared.isEmpty || table.keepsRows ? nil : try own("copied"))
    let column = try conversion.withWriter(of: result, rows: groups.count, &values)
    let failures = values.outcomes.failures
    let isCollecting = values.outcomes.mode == .collect
    let (failed, all) = (values.failedBefore, values.failed)
    let given = UDFResult(
      values: column,
      errors: isCollecting ? try UDFRowFailure.column(all, rowCount: groups.count, conversion.reach) : nil,
      failureCount: failures.count + failed, failures: isCollecting ? all : failures.described,
      failuresByType: failures.countByType)
    return outcome(.values(given), failures.count == 0 ? 0 : groups.count, failures)
  }

  /// The states as a column.
  mutating func export(_ groups: [Int], _ form: StateForm) throws -> AggregateOutcome {
    try check(groups)
    var values = ExportedStates(
      groups, try callable(.create), table.keepsRows ? try own("flat") : nil, isPickled: stateType(form) == .pickle,
      self)
    let column = try conversion.withWriter(of: stateType(form), rows: groups.count, &values)
    var field = stateType(form).field(named: "state")
    field.type = column.type
    let failed = groups.enumerated().compactMap { row, group in
      table.failures[group].map { ($0 ?? .unknown(signature.name)).moved(to: row) }
    }
    guard !failed.isEmpty else {
      let batch = try RecordBatch(schema: Schema([field]), columns: [column], rowCount: groups.count)
      return AggregateOutcome(answer: .states(batch), rows: 0)
    }
    let errors = try UDFRowFailure.column(failed, rowCount: groups.count, conversion.reach)
    let batch = try RecordBatch(
      schema: Schema([field, Field(name: "error", type: errors.type)]), columns: [column, errors],
      rowCount: groups.count)
    return AggregateOutcome(answer: .states(batch), rows: 0)
  }

  private func stateType(_ form: StateForm) -> UDFType {
    form == .annotated && !table.keepsRows ? signature.aggregate?.state ?? .pickle : .pickle
  }

  /// Makes states of exported ones.
  mutating func importStates(_ exported: RecordBatch, _ groups: [Int], _ form: StateForm) throws -> AggregateOutcome {
    guard groups.count == exported.rowCount, (1...2).contains(exported.columns.count) else {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(signature.name): \(exported.rowCount) states in \(exported.columns.count) columns were given for \
        \(groups.count) groups
        """)
    }
    try check(groups)
    let taking = signature.takingState(of: stateType(form))
    let column = try RecordBatch(
      schema: Schema([exported.schema.fields[0]]), columns: [exported.columns[0]], rowCount: groups.count)
    let failed = exported.columns.count == 2 ? try UDFRowFailure.of(exported.columns[1], signature.name) : [:]
    var outcomes = outcomes(signature.result, in: "importing states")
    var arguments = try ArgumentRows(taking, column, conversion)
    var start = 0
    while start < arguments.rowCount {
      let rows = start..<min(start + arguments.blockRows, arguments.rowCount)
      start = rows.upperBound
      var vector = arguments.make(rows)
      for row in rows {
        defer { vector += arguments.stride }
        let group = groups[row]
        do {
          try begin(row)
          states.drop(group)
          if let problem = arguments.problems[row], failed[row] == nil {
            try outcomes.callFailed(row, .argument(problem.error), isFatal: problem.isFatal, arguments)
            note(group, outcomes)
          } else if let failure = failed[row] {
            table.failures[group] = failure
          } else if let object = vector[0] {
            vector[0] = nil
            try states.set(group, object)
          }
        } catch {
          arguments.drop(row..<rows.upperBound, vector)
          throw error
        }
        arguments.drop(vector)
      }
    }
    return outcome(.done, groups.count, outcomes.failures)
  }
}

/// The values of some groups on their way into a column.
private struct GroupValues: WriterUse, ~Copyable {
  private let call: AggregateCall
  private let groups: [Int]
  private let create, finish: ObjectPointer
  private let shared: Set<Int>
  /// What copies a state; nil when none has to be.
  private let copied: ObjectPointer?
  private let arguments: ArgumentRows
  var outcomes: RowOutcomes
  /// All failures in order, where they are collected.
  private(set) var failed: [UDFRowFailure] = []
  /// How many groups had failed before.
  private(set) var failedBefore = 0

  init(
    _ groups: [Int], _ create: ObjectPointer, _ finish: ObjectPointer, _ arguments: consuming ArgumentRows,
    _ outcomes: RowOutcomes, _ call: AggregateCall, _ shared: Set<Int>, _ copied: ObjectPointer?
  ) {
    (self.groups, self.create, self.finish, self.outcomes) = (groups, create, finish, outcomes)
    (self.shared, self.copied) = (shared, copied)
    self.arguments = arguments
    self.call = call
  }

  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    let api = call.api
    for (row, group) in groups.enumerated() {
      try call.begin(row)
      if let failure = call.table.failures[group] {
        failedBefore += 1
        if outcomes.mode == .collect { failed.append((failure ?? .unknown(outcomes.function)).moved(to: row)) }
        writer.appendNull()
        continue
      }
      guard let value = value(of: group) else {
        let (error, isFatal) = outcomes.takePending()
        try outcomes.callFailed(row, .call(error), isFatal: isFatal, arguments)
        noteFailure()
        writer.appendNull()
        continue
      }
      defer { api.pointee.Py_DecRef(value) }
      if value == api.none {
        writer.appendNull()
        continue
      }
      do throws(ResultProblem) { try writer.append(value) } catch {
        try outcomes.resultFailed(row, value, error, arguments)
        noteFailure()
        writer.appendNull()
      }
    }
    return try writer.finish()
  }

  /// The value of a group, as a new reference; nil with an exception pending.
  private func value(of group: Int) -> ObjectPointer? {
    guard let state = call.stateOrNew(group, create) else { return nil }
    defer { call.api.pointee.Py_DecRef(state) }
    guard let copied, shared.contains(group) else { return call.api.call(finish, state) }
    guard let copy = call.api.call(copied, state) else { return nil }
    defer { call.api.pointee.Py_DecRef(copy) }
    return call.api.call(finish, copy)
  }

  private mutating func noteFailure() {
    if outcomes.mode == .collect, let last = outcomes.failures.described.last { failed.append(last) }
  }
}

/// States on their way into a column.
private struct ExportedStates: WriterUse, ~Copyable {
  private let call: AggregateCall
  private let groups: [Int]
  private let create: ObjectPointer
  /// What makes a state ready to be written; nil for nothing.
  private let flat: ObjectPointer?
  /// Whether `None` is a state like others.
  private let isPickled: Bool

  init(_ groups: [Int], _ create: ObjectPointer, _ flat: ObjectPointer?, isPickled: Bool, _ call: AggregateCall) {
    (self.call, self.groups, self.create, self.flat, self.isPickled) = (call, groups, create, flat, isPickled)
  }

  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    let api = call.api
    for (row, group) in groups.enumerated() {
      try call.begin(row)
      if call.table.failures[group] != nil {
        writer.appendNull()
        continue
      }
      guard let state = state(group) else {
        let error = api.takePendingError().droppingFrames { $0.file == LoadedModule.ownFile }
        throw refusal(of: row, error.summary, error)
      }
      defer { api.pointee.Py_DecRef(state) }
      if state == api.none, !isPickled {
        writer.appendNull()
        continue
      }
      do throws(ResultProblem) { try writer.append(state) } catch {
        let shown = "it is \(api.shortRepresentation(state)) of type \(api.typeName(state))"
        if case .exception(let error, _) = error { throw refusal(of: row, "\(shown): \(error.summary)", nil) }
        throw refusal(of: row, shown, nil)
      }
    }
    return try writer.finish()
  }

  private func state(_ group: Int) -> ObjectPointer? {
    guard let state = call.stateOrNew(group, create) else { return nil }
    guard let flat else { return state }
    defer { call.api.pointee.Py_DecRef(state) }
    return call.api.call(flat, state)
  }

  private func refusal(of row: Int, _ reason: String, _ error: PythonError?) -> UDFError {
    let advice =
      isPickled
      ? "it has to be one that pickle can write, or create_state one that is annotated with a type that has a column"
      : "create_state is annotated with \(call.signature.aggregate?.state?.description ?? "another type")"
    return UDFError(
      .wrongResult,
      "UDF \(call.signature.name): the state of group \(groups[row]) cannot be exported: \(reason); \(advice)",
      exception: error)
  }
}

extension UDFRowFailure {
  /// Of a group that failed before anybody asked how.
  fileprivate static func unknown(_ function: String) -> UDFRowFailure {
    UDFRowFailure(
      function: function, row: 0, errorType: "Exception", message: "a row of the group failed", line: nil,
      traceback: "",
      arguments: nil)
  }

  /// What a column of errors says, by row.
  fileprivate static func of(_ column: Column, _ function: String) throws -> [Int: UDFRowFailure] {
    var found: [Int: UDFRowFailure] = [:]
    guard column.type == columnType else {
      throw UDFError(.wrongArguments, "UDF \(function): the second column of exported states is no column of errors")
    }
    let fields = try column.fieldColumns()
    let texts = try [0, 1, 3].map { try fields[$0].toArray(of: String.self) }
    let lines = try fields[2].toArray(of: Int32.self)
    for row in 0..<column.count where !column.isNull(row) {
      found[row] = UDFRowFailure(
        function: function, row: row, errorType: texts[0][row] ?? "Exception", message: texts[1][row] ?? "",
        line: lines[row].map(Int.init), traceback: texts[2][row] ?? "", arguments: nil)
    }
    return found
  }
}
