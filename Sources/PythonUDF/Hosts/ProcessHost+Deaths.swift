import Columnar
import Functions
import HostSupport
import Logging
import PythonFunctions
import Synchronization
import WorkerProcess

extension ProcessHost {
  /// How many workers one batch may cost before it fails.
  static let mostDeaths = 64

  /// What to do about a worker that died in a step.
  func survive(_ death: WorkerDeath, _ step: FunctionStep, _ call: CallContext) throws -> StepResult {
    let error = describe(death, step, call)
    // Told to stop, or that it was given up, somebody knows already.
    guard call.reason == nil, !state.withLock(\.isClosed), case .rows(let function, let batch) = step,
      call.errorMode != .raise, let signature = state.withLock({ $0.signatures?[function] })
    else { throw error }
    var rows = SurvivingRows(batch: batch, function: function, call: call, signature: signature)
    guard signature.determinism == .deterministic else {
      log.note(.error, error.message, of: call.name)
      lose(0..<batch.rowCount, of: &rows, because: error)
      return .rows(try rows.result())
    }
    var deaths = 1
    var pieces = rows.split(0..<batch.rowCount, suspect: suspect(signature, call))
    while let piece = pieces.popLast() {
      if piece.isEmpty { continue }
      do {
        guard
          case .rows(let result) = try attempt(.rows(function: function, batch.slice(piece)), call)
        else { continue }
        rows.add(result, for: piece)
      } catch let death as WorkerDeath {
        deaths += 1
        let error = describe(death, step, call, at: piece)
        guard call.reason == nil else { throw error }
        guard deaths <= Self.mostDeaths else { throw tooMany(error, death, step, call) }
        if piece.count == 1 {
          log.note(.error, error.message, of: call.name, row: piece.lowerBound)
          lose(piece, of: &rows, because: error)
        } else {
          let row = suspect(signature, call).map { $0 + piece.lowerBound }
          pieces += rows.split(piece, suspect: row)
        }
      }
    }
    return .rows(try rows.result())
  }

  /// Gives rows up, with their arguments for whoever is told of them.
  private func lose(_ piece: Range<Int>, of rows: inout SurvivingRows, because error: UDFError) {
    var arguments = [String?](repeating: nil, count: piece.count)
    // Another worker makes them: this process need not have a Python that could.
    if rows.call.observer != nil,
      case .arguments(let made)? = try? attempt(
        .arguments(function: rows.function, rows.batch.slice(piece)), rows.call)
    {
      arguments = made
    }
    rows.lose(piece, because: error, arguments)
  }

  /// The row that was under way when the worker died, where functions are called for one row at a time.
  private func suspect(_ signature: UDFSignature, _ call: CallContext) -> Int? {
    signature.kind == .rows ? call.progress.currentRow : nil
  }

  private func tooMany(_ error: UDFError, _ death: WorkerDeath, _ step: FunctionStep, _ call: CallContext) -> UDFError {
    UDFError(
      error.code,
      """
      \(call.subject) cost \(Self.mostDeaths) worker processes their lives in one batch, which is the most that a batch may \
      cost; the last: \(error.message)
      """)
  }

  /// - Parameter piece: the rows of the step's batch that were tried; nil for all.
  private func describe(
    _ given: WorkerDeath, _ step: FunctionStep, _ call: CallContext, at piece: Range<Int>? = nil
  ) -> UDFError {
    let death = given.moved(by: piece?.lowerBound ?? 0)
    let place: String
    switch step {
    case .rows(_, let batch), .feed(_, let batch):
      let row = call.progress.currentRow.map { ", at row \($0 + (piece?.lowerBound ?? 0))" } ?? ""
      let count = "\(batch.rowCount) row\(batch.rowCount == 1 ? "" : "s")"
      place = batch.rowCount == 0 ? "" : " in a batch of \(count)\(row)"
    default: place = ""
    }
    if let overrun = death.overrun {
      return UDFError(.memoryExceeded, "\(call.subject): its worker process was ended\(place): \(overrun)")
    }
    let limit = death.memoryLimit.map {
      " (its memory limit of \(ByteCount($0)) may be the reason: not all code in C survives that there is no memory)"
    }
    return UDFError(
      .workerDied,
      "\(call.subject): its worker process died\(place): \(death.reason)\(limit ?? "")\(death.shownLines)")
  }
}

extension WorkerDeath {
  /// The same, with the row that the worker itself names counted in the batch that the user knows.
  fileprivate func moved(by rows: Int) -> WorkerDeath {
    guard rows > 0 else { return self }
    var death = self
    death.lines = lines.map { line in
      line.replacing(/, at row (\d+) of its batch/) { match in
        ", at row \((Int(match.output.1) ?? 0) + rows) of its batch"
      }
    }
    return death
  }
}
