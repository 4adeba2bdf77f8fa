import Columnar
import Functions
import PythonFunctions
import WorkerProcess

/// The rows of a batch of which some cost a worker its life: what the others gave, and nulls for these.
struct SurvivingRows {
  let batch: RecordBatch
  let function: Int
  let call: CallContext
  let signature: UDFSignature

  private var pieces: [(rows: Range<Int>, result: UDFResult?)] = []
  private var failures: [UDFRowFailure] = []
  private var failuresByType: [String: Int] = [:]
  private var failureCount = 0

  init(batch: RecordBatch, function: Int, call: CallContext, signature: UDFSignature) {
    (self.batch, self.function, self.call, self.signature) = (batch, function, call, signature)
  }

  /// Parts to try by themselves, the first one last: around the row that may be the cause, else halves.
  func split(_ rows: Range<Int>, suspect: Int?) -> [Range<Int>] {
    if let suspect, rows.contains(suspect), rows.count > 1 {
      return [suspect + 1..<rows.upperBound, suspect..<suspect + 1, rows.lowerBound..<suspect]
    }
    // A single row is tried once more: its worker may have died of something else.
    guard rows.count > 1 else { return [rows] }
    let middle = rows.lowerBound + rows.count / 2
    return [middle..<rows.upperBound, rows.lowerBound..<middle]
  }

  mutating func add(_ result: UDFResult, for rows: Range<Int>) {
    pieces.append((rows, result))
    failures += result.failures.map { $0.moved(to: $0.row + rows.lowerBound) }
    failureCount += result.failureCount
    failuresByType.merge(result.failuresByType) { $0 + $1 }
  }

  /// Gives rows up.
  ///
  /// - Parameter arguments: those of each row as JSON, as far as they are known.
  mutating func lose(_ rows: Range<Int>, because error: UDFError, _ arguments: [String?]) {
    pieces.append((rows, nil))
    failureCount += rows.count
    failuresByType["WorkerDied", default: 0] += rows.count
    for (row, arguments) in zip(rows, arguments) {
      let failure = UDFRowFailure(
        function: signature.name, row: row, errorType: "WorkerDied", message: error.message, line: nil, traceback: "",
        arguments: arguments)
      failures.append(failure)
      call.observer?(failure)
    }
  }

  /// The whole batch.
  func result() throws -> UDFResult {
    let ordered = pieces.sorted { $0.rows.lowerBound < $1.rows.lowerBound }
    let type = ordered.lazy.compactMap { $0.result?.values.type }.first ?? nullType
    let columns = try ordered.map { piece in
      try piece.result?.values ?? Column.allNull(piece.rows.count, of: type)
    }
    let failures = failures.sorted { $0.row < $1.row }
    let errors =
      call.errorMode == .collect
      ? try UDFRowFailure.column(failures, rowCount: batch.rowCount, call.options.offsetReach) : nil
    return UDFResult(
      values: try Column.joining(columns), errors: errors, failureCount: failureCount, failures: failures,
      failuresByType: failuresByType)
  }

  private var nullType: ColumnType {
    let result = call.options.resultType?(signature.result) ?? signature.result.resolved(for: batch.schema.fields)
    return result.field(named: "result").type
  }
}
