import CPythonABI
import Columnar
import Functions
import PythonRuntime
import Synchronization

extension AggregateCall {
  /// Takes rows into the states of their groups, or out of them.
  mutating func accumulate(_ batch: RecordBatch, _ groups: [Int], _ signs: [Int8]?) throws -> AggregateOutcome {
    guard groups.count == batch.rowCount, (signs?.count ?? groups.count) == groups.count else {
      let other = groups.count == batch.rowCount ? "\(signs?.count ?? 0) signs" : "\(groups.count) groups"
      throw UDFError(.wrongArguments, "UDF \(signature.name): \(other) were given for \(batch.rowCount) rows")
    }
    try check(groups, orNone: true)
    let accumulate = try callable(.accumulate)
    let retract = signs?.contains { $0 < 0 } == true ? try callable(.retract) : nil
    var outcomes = outcomes(signature.result)
    // The function of a bound method is called itself, with its instance in front: CPython would do the same for each row.
    let method = accumulate.pointee.ob_type == api.pointee.PyMethod_Type
    let function = method ? api.pointee.PyMethod_Function(accumulate) : accumulate
    let instance = method ? api.pointee.PyMethod_Self(accumulate) : nil
    let leading = method ? 2 : 1
    var arguments = try ArgumentRows(signature, batch, conversion, leading: leading)
    var held = HeldState(states, try callable(.create), api)
    let (drop, none) = (api.pointee.Py_DecRef, api.none)
    let offset = Int(bitPattern: PythonVectorcallArgumentsOffset)
    let (flags, ownFlags) = ((arguments.width + leading) | offset, (arguments.width + 1) | offset)
    let call = api.pointee.PyVectorcall_Function(function) ?? api.pointee.PyObject_Vectorcall
    let progress = context.progress
    let rowUnderWay = progress.row
    let skipped = arguments.skipped
    var hasFailures = !table.failures.isEmpty
    var start = 0
    do {
      while start < arguments.rowCount {
        let rows = start..<min(start + arguments.blockRows, arguments.rowCount)
        start = rows.upperBound
        if arguments.blockRows == 1 {
          if isLeftOut(rows.lowerBound, skipped, groups, hasFailures) { continue }
          // Making its arguments is part of the row.
          try begin(rows.lowerBound)
        }
        var vector = arguments.make(rows)
        let hasProblems = !arguments.problems.isEmpty
        for row in rows {
          let group = groups[row]
          do {
            if isLeftOut(row, skipped, groups, hasFailures),
              !hasProblems || arguments.problems[row]?.isFatal != true || group < 0
            {
            } else if hasProblems, let (error, isFatal) = arguments.problems[row] {
              try outcomes.callFailed(row, .argument(error), isFatal: isFatal, arguments)
              held.forget(group)
              note(group, outcomes)
              hasFailures = true
            } else {
              if progress.isStopped.load(ordering: .relaxed) { try begin(row) }
              rowUnderWay.pointee.store(row + 1, ordering: .relaxed)
              var result: ObjectPointer?
              if let state = try held.state(of: group) {
                let place = vector - leading
                vector[-1] = state
                if let retract, let signs, signs[row] < 0 {
                  result = api.pointee.PyObject_Vectorcall(retract, vector - 1, ownFlags, nil)
                } else {
                  if method { place[0] = instance }
                  result = call(function, place, flags, nil)
                  if method { place[0] = nil }
                }
                vector[-1] = nil
              }
              if let result {
                if result == none { drop(result) } else { held.replace(with: result) }
              } else {
                let (error, isFatal) = outcomes.takePending()
                try outcomes.callFailed(row, .call(error), isFatal: isFatal, arguments)
                held.forget(group)
                note(group, outcomes)
                hasFailures = true
              }
            }
          } catch {
            arguments.drop(row..<rows.upperBound, vector)
            throw error
          }
          arguments.drop(vector)
          vector += arguments.stride
        }
      }
    } catch {
      // The rows before have been taken.
      try? held.putBack()
      throw error
    }
    try held.putBack()
    return outcome(.done, batch.rowCount, outcomes.failures)
  }

  /// Whether a row is not called for: of no group, a null, or a row of a group that has failed.
  @inline(__always)
  private func isLeftOut(_ row: Int, _ skipped: [Bool]?, _ groups: [Int], _ hasFailures: Bool) -> Bool {
    if groups[row] < 0 { return true }
    if let skipped, skipped[row] { return true }
    return hasFailures && table.failures[groups[row]] != nil
  }
}

/// The state of the group that the rows at hand go to: it is taken out of the table when another group comes, and put back
/// then, so that rows of one group in a row cost the table nothing.
private struct HeldState {
  private let states: StateTable.Access
  private let create: ObjectPointer
  private let api: PythonAPI
  private var group = -1
  /// With a reference of its own.
  private var state: ObjectPointer?
  /// Whether the table has another one.
  private var isNew = false

  init(_ states: StateTable.Access, _ create: ObjectPointer, _ api: PythonAPI) {
    (self.states, self.create, self.api) = (states, create, api)
  }

  /// The state of a group, made if it has none; nil with an exception pending.
  @inline(__always)
  mutating func state(of group: Int) throws -> ObjectPointer? {
    if group == self.group { return state }
    return try take(group)
  }

  private mutating func take(_ group: Int) throws -> ObjectPointer? {
    try putBack()
    if let known = states.state(group) {
      (self.group, state, isNew) = (group, known, false)
    } else if let made = api.pointee.PyObject_Vectorcall(create, nil, 0, nil) {
      (self.group, state, isNew) = (group, made, true)
    }
    return state
  }

  /// Makes another one the state; takes its reference over.
  @inline(__always)
  mutating func replace(with new: ObjectPointer) {
    if let state { api.pointee.Py_DecRef(state) }
    state = new
    isNew = true
  }

  mutating func putBack() throws {
    guard let held = state.take() else { return }
    let group = group
    self.group = -1
    if isNew { try states.set(group, held) } else { api.pointee.Py_DecRef(held) }
  }

  /// Lets go of it, if it is that of a group.
  mutating func forget(_ group: Int) {
    guard group == self.group, let held = state.take() else { return }
    self.group = -1
    api.pointee.Py_DecRef(held)
  }
}
