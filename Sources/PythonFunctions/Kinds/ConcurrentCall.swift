import CPythonABI
import Columnar
import Functions
import PythonRuntime
import Synchronization

/// An async function, made ready for one batch: many of its rows are under way at the same time, on the one event loop of
/// the interpreter.
///
/// Which rows run is Python's affair (`concurrent_rows.py`): it takes arguments as there are places, and is asked for one result
/// after the other, in order. While it waits it lets go of the GIL.
struct ConcurrentCall: WriterUse {
  private let api: PythonAPI
  private let conversion: Conversion
  private let result: UDFType
  private let feed: RowFeed
  private let distinct: DistinctRows?
  private var outcomes: RowOutcomes
  /// Python's `Rows` and some of its methods, which the conversion holds.
  private let next, failed, close: ObjectPointer

  /// - Throws: `UDFError` with code `wrongArguments`; `PythonError`.
  init(
    _ signature: UDFSignature, _ callable: ObjectPointer, _ eventLoop: ObjectPointer, for batch: RecordBatch,
    in py: borrowing Python, _ conversion: Conversion, _ context: RowContext
  ) throws {
    let api = py.api
    let result = context.options.resultType?(signature.result) ?? signature.result.resolved(for: batch.schema.fields)
    conversion.decimals = signature.decimals ?? .exact
    conversion.reach = context.options.offsetReach
    let arguments = try ArgumentRows(signature, batch, conversion)
    distinct = signature.determinism == .deterministic ? DistinctRows(batch.columns) : nil
    let feed = RowFeed(arguments, distinct, context.progress, api)
    outcomes = RowOutcomes(signature, result, context, conversion, py.state.memory)
    (self.api, self.conversion, self.result, self.feed) = (api, conversion, result, feed)

    let concurrent = context.concurrent
    let progress = context.progress
    let take = try py.hostFunction { _, _ in feed.block() }
    let beat = try py.hostFunction { api, arguments in
      progress.beat(begins: api.firstInteger(of: arguments) == 1)
      return api.newNone()
    }
    let locate = try py.hostFunction { api, arguments in
      feed.locate(api.firstInteger(of: arguments))
      return api.newNone()
    }
    let hangs = try py.hostFunction { api, arguments in
      concurrent.hangs(api.firstInteger(of: arguments) == 1)
      return api.newNone()
    }
    let timeout = try concurrent.timeout.map { try conversion.hold(api.pointee.PyFloat_FromDouble($0.inSeconds)) }
    var given = [
      callable, try conversion.hold(api.pointee.PyLong_FromLongLong(Int64(signature.concurrency ?? 1))),
      timeout ?? api.none, try conversion.hold(api.pointee.PyBool_FromLong(outcomes.mode == .raise ? 1 : 0)),
      take.pointer, beat.pointer, locate.pointer, hangs.pointer,
    ]
    let make = try conversion.hold(api.pointee.PyObject_GetAttrString(eventLoop, "Rows"))
    let rows: ObjectPointer
    if let places = concurrent.places {
      let claim = try py.hostFunction { api, _ in api.pointee.PyBool_FromLong(places.take() ? 1 : 0) }
      let free = try py.hostFunction { api, _ in
        places.giveBack()
        return api.newNone()
      }
      given += [claim.pointer, free.pointer]
      rows = try conversion.hold(api.call(make, given))
    } else {
      given += [api.none, api.none]
      rows = try conversion.hold(api.call(make, given))
    }
    next = try conversion.hold(api.pointee.PyObject_GetAttrString(rows, "next"))
    failed = try conversion.hold(api.pointee.PyObject_GetAttrString(rows, "failed"))
    close = try conversion.hold(api.pointee.PyObject_GetAttrString(rows, "close"))
  }

  /// Calls the function for each row.
  ///
  /// - Throws: `UDFError`, `PythonError`.
  mutating func run() throws -> UDFResult {
    let rowCount = feed.arguments.rowCount
    let values = try conversion.withWriter(of: result, rows: rowCount, &self)
    let failures = outcomes.failures
    let errors = outcomes.mode == .collect ? try outcomes.errorColumn(rowCount: rowCount) : nil
    return UDFResult(
      values: values, errors: errors, failureCount: failures.count, failures: failures.described,
      failuresByType: failures.countByType)
  }

  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    do { try write(&writer) } catch {
      // Whatever has been begun ends before its caller hears of the failure.
      end()
      throw error
    }
    end()
    return try writer.finish()
  }

  /// Writes the result of each row, in order.
  private mutating func write<Writer: ResultWriter & ~Copyable>(_ writer: inout Writer) throws {
    let skipped = feed.arguments.skipped
    // What rows that share a call have together.
    var shared = [SharedOutcome?](repeating: nil, count: distinct?.groupCount ?? 0)
    defer { for case .value(let object) in shared { api.pointee.Py_DecRef(object) } }
    for row in 0..<feed.arguments.rowCount {
      if let skipped, skipped[row] {
        writer.appendNull()
        continue
      }
      let group = distinct?.groups[row]
      switch group.flatMap({ shared[$0] }) {
      case .value(let object): try write(row, object, &writer)
      case .problem(let problem):
        try outcomes.callFailed(row, problem, isFatal: false, feed.arguments)
        writer.appendNull()
      case nil:
        guard let object = api.call(next, []) else {
          let problem = try failed(row)
          if let group { shared[group] = .problem(problem) }
          writer.appendNull()
          continue
        }
        guard let group else {
          defer { api.pointee.Py_DecRef(object) }
          try write(row, object, &writer)
          continue
        }
        shared[group] = .value(object)
        try write(row, object, &writer)
      }
    }
  }

  private enum SharedOutcome {
    case value(ObjectPointer)
    case problem(RowProblem)
  }

  private mutating func write<Writer: ResultWriter & ~Copyable>(
    _ row: Int, _ object: ObjectPointer, _ writer: inout Writer
  ) throws {
    if object == api.none { return writer.appendNull() }
    do throws(ResultProblem) { try writer.append(object) } catch {
      try outcomes.resultFailed(row, object, error, feed.arguments)
      writer.appendNull()
    }
  }

  /// Notes the pending exception, which may be of a later row than the one that was asked for when it ends the call.
  private mutating func failed(_ row: Int) throws -> RowProblem {
    if let (error, isFatal) = feed.problems[row] {
      api.pointee.PyErr_Clear()
      try outcomes.callFailed(row, .argument(error), isFatal: isFatal, feed.arguments)
      return .argument(error)
    }
    var (error, isFatal) = outcomes.takePending()
    // What the function cancels itself is its row's own affair.
    if error.typeName == "asyncio.exceptions.CancelledError" { isFatal = false }
    let answer = api.call(self.failed, [])
    defer { api.pointee.Py_DecRef(answer) }
    var place = answer.map(api.integer) ?? 0
    if answer == nil { api.pointee.PyErr_Clear() }
    let isLate = place < 0
    if isLate { place = -1 - place }
    let problem = isLate && error.typeName == "TimeoutError" ? RowProblem.late(error) : .call(error)
    let failed = feed.rows.indices.contains(place) ? feed.rows[place] : row
    try outcomes.callFailed(failed, problem, isFatal: isFatal, feed.arguments)
    return problem
  }

  /// Cancels what is still under way, and waits for its end.
  private func end() {
    for _ in 0..<2 {
      if let done = api.call(close, []) { return api.pointee.Py_DecRef(done) }
      // Raised from outside, as it came back from the loop.
      api.pointee.PyErr_Clear()
    }
  }
}

extension UnsafePointer<PythonFunctions> {
  fileprivate func newNone() -> ObjectPointer? {
    pointee.Py_IncRef(none)
    return none
  }

  /// The first of a tuple of arguments, if that is a number or a truth value.
  fileprivate func firstInteger(of arguments: ObjectPointer) -> Int? {
    guard pointee.PyTuple_Size(arguments) > 0, let first = pointee.PyTuple_GetItem(arguments, 0),
      isInstance(first, of: pointee.PyLong_Type)
    else { return nil }
    return integer(first)
  }

  fileprivate func integer(_ object: ObjectPointer) -> Int {
    var overflow: Int32 = 0
    return Int(pointee.PyLong_AsLongLongAndOverflow(object, &overflow))
  }
}
