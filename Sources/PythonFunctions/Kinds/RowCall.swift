import Functions
import CPythonABI
import Columnar
import PythonRuntime
import Synchronization

/// A function of one value per row, made ready for one batch.
struct RowCall: WriterUse, ~Copyable {
  private let api: PythonAPI
  private let conversion: Conversion
  private let callable: ObjectPointer
  private let result: UDFType
  private let progress: CallProgress
  private var arguments: ArgumentRows
  private var outcomes: RowOutcomes
  /// Rows that have one result together; nil when each is called.
  private let distinct: DistinctRows?
  /// Why calls for rows with one result together failed.
  private var distinctFailures: [Int: PythonError] = [:]
  /// The rows that it is called for, in order; the result has a value for each of these.
  private(set) var rows: [Range<Int>]
  /// Asked after each call: once it says yes, all rows behind are called for too.
  private let takesRest: (() -> Bool)?

  /// - Parameters:
  ///   - rows: the rows that it is called for, in order; nil for all.
  ///   - takesRest: asked after each call whether all rows behind are to be called for too.
  /// - Throws: `UDFError` with code `wrongArguments`.
  init(
    _ signature: UDFSignature, _ callable: ObjectPointer, for batch: RecordBatch, in py: borrowing Python,
    _ conversion: Conversion, _ context: RowContext, rows: [Range<Int>]? = nil, takesRest: (() -> Bool)? = nil
  ) throws {
    let result = context.options.resultType?(signature.result) ?? signature.result.resolved(for: batch.schema.fields)
    conversion.decimals = signature.decimals ?? .exact
    conversion.reach = context.options.offsetReach
    arguments = try ArgumentRows(signature, batch, conversion)
    outcomes = RowOutcomes(signature, result, context, conversion, py.state.memory)
    api = py.api
    self.conversion = conversion
    self.callable = callable
    self.result = result
    progress = context.progress
    self.rows = rows ?? [0..<batch.rowCount]
    self.takesRest = takesRest
    distinct = signature.determinism == .deterministic ? DistinctRows(batch.columns) : nil
  }

  /// Calls the function for each row.
  ///
  /// - Throws: `UDFError`, `PythonError`.
  mutating func run() throws -> UDFResult {
    let rowCount = arguments.rowCount
    let values = try conversion.withWriter(of: result, rows: rows.reduce(0) { $0 + $1.count }, &self)
    let failures = outcomes.failures
    let errors = outcomes.mode == .collect ? try outcomes.errorColumn(rowCount: rowCount) : nil
    return UDFResult(
      values: values, errors: errors, failureCount: failures.count, failures: failures.described,
      failuresByType: failures.countByType)
  }

  /// Calls the function for each row, and writes what it returns.
  mutating func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    let (width, stride, blockRows) = (arguments.width, arguments.stride, arguments.blockRows)
    let flags = width | Int(bitPattern: PythonVectorcallArgumentsOffset)
    // The callable's own entry, as `PyObject_Vectorcall` would look it up for each call.
    let call = api.pointee.PyVectorcall_Function(callable) ?? api.pointee.PyObject_Vectorcall
    let drop = api.pointee.Py_DecRef
    let none = api.none
    let progress = self.progress
    let rowUnderWay = progress.row
    let skipped = arguments.skipped
    var known = [ObjectPointer?](repeating: nil, count: distinct?.groupCount ?? 0)
    defer { for case let object? in known { drop(object) } }

    var (place, start, end) = (-1, 0, 0)
    var hasRest = takesRest == nil
    while true {
      while start >= end {
        place += 1
        guard place < self.rows.count else { return try writer.finish() }
        (start, end) = (self.rows[place].lowerBound, self.rows[place].upperBound)
      }
      let rows = start..<min(start + blockRows, end)
      start = rows.upperBound
      if blockRows == 1 {
        // Making its arguments is part of the row.
        if progress.isStopped.load(ordering: .relaxed) { throw stopped(before: rows.lowerBound) }
        if let skipped, skipped[rows.lowerBound] {
          writer.appendNull()
          continue
        }
        rowUnderWay.pointee.store(rows.upperBound, ordering: .relaxed)
      }
      var vector = arguments.make(rows)
      let hasProblems = !arguments.problems.isEmpty
      for row in rows {
        // Functions that are written in C do not see the exception that stops Python code. Of a block of one row this has
        // been asked before its arguments were made.
        if blockRows > 1, progress.isStopped.load(ordering: .relaxed) {
          arguments.drop(row..<rows.upperBound, vector)
          throw stopped(before: row)
        }
        if let skipped, skipped[row], !hasProblems || arguments.problems[row]?.isFatal != true {
          writer.appendNull()
          arguments.drop(vector)
          vector += stride
          continue
        }
        rowUnderWay.pointee.store(row + 1, ordering: .relaxed)
        let result =
          hasProblems && arguments.problems[row] != nil
          ? nil : distinct == nil ? call(callable, vector, flags, nil) : shared(row, &known, vector, flags, call)
        defer { vector += stride }
        guard let result else {
          arguments.drop(vector)
          do { try callFailed(row) } catch {
            arguments.drop((row + 1)..<rows.upperBound, vector + stride)
            throw error
          }
          writer.appendNull()
          if !hasRest, let takesRest, takesRest() {
            hasRest = true
            self.rows = self.rows[..<place] + [self.rows[place].lowerBound..<arguments.rowCount]
            end = arguments.rowCount
          }
          continue
        }
        if result == none {
          writer.appendNull()
        } else {
          do throws(ResultProblem) { try writer.append(result) } catch {
            do { try outcomes.resultFailed(row, result, error, arguments) } catch {
              drop(result)
              arguments.drop(row..<rows.upperBound, vector)
              throw error
            }
            writer.appendNull()
          }
        }
        drop(result)
        // After the result, which may be one of them.
        arguments.drop(vector)
        guard !hasRest, let takesRest, takesRest() else { continue }
        hasRest = true
        self.rows = self.rows[..<place] + [self.rows[place].lowerBound..<arguments.rowCount]
        end = arguments.rowCount
      }
    }
  }

  /// The result of a row's group, from an equal row before if there is one; nil if that failed.
  private func shared(
    _ row: Int, _ known: inout [ObjectPointer?], _ vector: UnsafeMutablePointer<ObjectPointer?>, _ flags: Int,
    _ call: vectorcallfunc
  ) -> ObjectPointer? {
    guard let group = distinct?.groups[row], distinctFailures[group] == nil else { return nil }
    let object = known[group] ?? call(callable, vector, flags, nil)
    // One reference for the table, one for the caller.
    if known[group] == nil { known[group] = object }
    api.pointee.Py_IncRef(object)
    return object
  }

  // MARK: What ends a row without a result

  private mutating func callFailed(_ row: Int) throws {
    if let (error, isFatal) = arguments.problems[row] {
      return try outcomes.callFailed(row, .argument(error), isFatal: isFatal, arguments)
    }
    let group = distinct?.groups[row]
    if let group, let error = distinctFailures[group] {
      return try outcomes.callFailed(row, .call(error), isFatal: false, arguments)
    }
    let (error, isFatal) = outcomes.takePending()
    if let group { distinctFailures[group] = error }
    try outcomes.callFailed(row, .call(error), isFatal: isFatal, arguments)
  }

  private func stopped(before row: Int) -> UDFError {
    .failed(
      .interrupted, in: outcomes.place(max(0, row - 1), arguments), because: "it was stopped after that row")
  }
}
