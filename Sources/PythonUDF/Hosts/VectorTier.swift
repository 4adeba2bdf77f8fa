import Columnar
import Functions
import PythonFunctions
import PythonRuntime
import Synchronization
import VectorizedPython

/// Rows of an interpreter's functions without the interpreter: the functions that are plain enough have programs, whose
/// results are those of Python, and which leave to Python the rows that they cannot vouch for.
///
/// The one place where programs meet an interpreter: whoever calls functions sees the same results, errors and effects.
final class VectorTier: @unchecked Sendable {
  // Sendable because it is only used under the GIL of its host's interpreter, on the host's thread.

  private let isOn: Bool
  /// Told of a function, and of a row whose result Python does not have.
  private let tell: @Sendable (_ function: String, _ row: Int) -> Void
  private var functions: [Int: VectorFunction] = [:]
  /// Says whether somebody traces; there once a function has been called.
  private var probe: TraceProbe?

  init(isOn: Bool, tell: @escaping @Sendable (_ function: String, _ row: Int) -> Void) {
    (self.isOn, self.tell) = (isOn, tell)
  }

  /// A function's results for the rows of a batch, as `LoadedModule.rows` gives them.
  ///
  /// - Parameter profiled: where is noted that no Python runs.
  func rows(
    _ function: Int, _ batch: RecordBatch, _ call: CallContext, _ profiled: ProfiledThread?, of module: LoadedModule,
    in py: borrowing Python
  ) throws -> UDFResult {
    let context = call.rowContext
    guard let known = vectorFunction(function, module, py),
      let ready = known.ready(for: batch, call, of: module, in: py)
    else {
      return try module.rows(function, batch, context, in: py)
    }
    let progress = context.progress
    let program = ready.program
    // Nobody is told of rows under way: what a thousand of them take together is no row's own time.
    func compute() -> VectorRun? {
      VectorRun(program, batch, in: ready.workspace) { _ in !progress.isStopped.load(ordering: .relaxed) }
    }
    let found = if let profiled { profiled.withoutPython(compute) } else { compute() }
    guard let run = found else { return try module.rows(function, batch, context, in: py) }
    // A row that the program left to Python may have effects there, and must not run twice.
    if program.obstacles.isEmpty, let row = known.sample(of: batch.rowCount), run.isComputed(row),
      let column = sample(function, batch, row, context, of: module, in: py), run.differs(at: row, from: column)
    {
      tell(module.functions[function].signature.name, row)
      known.giveUp()
      return try module.rows(function, batch, context, in: py)
    }
    let (rerun, rerunCount) = (run.rerun, run.rerunCount)
    known.note(rows: batch.rowCount, rerun: rerunCount)
    if let profiled, rerunCount > 0 { profiled.note(program.obstacles.map { VectorReport.Reason($0).summary }) }
    var (result, rows): (UDFResult?, [Range<Int>]) = (nil, [])
    if !rerun.isEmpty {
      (result, rows) = try module.rows(function, batch, context, only: rerun, takesRest: { !ready.holds }, in: py)
    }
    let values: Column
    do { values = try run.column(with: result?.values, of: rows, reach: context.options.offsetReach) } catch {
      // The column is full: the row path says at which row.
      guard rerun.isEmpty else { throw error }
      return try module.rows(function, batch, context, in: py)
    }
    var errors = result?.errors
    if errors == nil, call.errorMode == .collect {
      errors = try UDFRowFailure.column([], rowCount: batch.rowCount, context.options.offsetReach)
    }
    var complete = UDFResult(
      values: values, errors: errors, failureCount: result?.failureCount ?? 0, failures: result?.failures ?? [],
      failuresByType: result?.failuresByType ?? [:])
    complete.rerunRows = rows.reduce(0) { $0 + $1.count }
    complete.vectorizedRows = batch.rowCount - complete.rerunRows
    return complete
  }

  /// What Python gives for one row of a function that has no effects; nil where that cannot be said.
  private func sample(
    _ function: Int, _ batch: RecordBatch, _ row: Int, _ context: RowContext, of module: LoadedModule,
    in py: borrowing Python
  ) -> Column? {
    var options = context.options
    options.errorMode = .collect
    let quiet = RowContext(options: options, progress: context.progress)
    defer { context.progress.row.pointee.store(0, ordering: .relaxed) }
    // Of this row alone: a column of errors is as long as the batch.
    return try? module.rows(function, batch.slice(row..<row + 1), quiet, in: py).values
  }

  /// What of a function runs without Python, where that is on.
  func report(_ function: Int, of module: LoadedModule, in py: borrowing Python) throws -> VectorReport {
    let signature = module.functions[function].signature
    guard signature.kind == .rows else { return VectorReport(kind: signature.kind, line: signature.line) }
    guard signature.vectorizes != false else { return VectorReport(offAt: signature.line) }
    switch try module.vectorSyntax(function, in: py) {
    case .refused(let line, let column, let construct, let hint):
      return VectorReport(
        refusal: Obstacle(SourcePlace(line: line, column: column), construct, hint: hint.isEmpty ? nil : hint))
    case .found(let syntax, _):
      do {
        let program = try VectorProgram(syntax, signature, argumentCount: signature.parameters.count)
        return VectorReport(obstacles: program.obstacles)
      } catch { return VectorReport(refusal: error.obstacle) }
    }
  }

  private func vectorFunction(_ function: Int, _ module: LoadedModule, _ py: borrowing Python) -> VectorFunction? {
    if let known = functions[function] { return known }
    let signature = module.functions[function].signature
    guard signature.kind == .rows, signature.vectorizes ?? isOn else { return nil }
    guard let probe = probe ?? (try? module.traceProbe(in: py)) else { return nil }
    self.probe = probe
    let made = VectorFunction(function, signature, probe)
    functions[function] = made
    return made
  }
}
