package import Columnar
import Dispatch
import Functions

extension UDFPool {
  /// How long a call may have its caller's thread; looked at every few milliseconds.
  private static let turn = Duration.milliseconds(10)

  package func evaluateAtOnce(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult? {
    guard let meter = meters[function], meter.allows(batch.rowCount), let host = hosts.takeAtOnce() else { return nil }
    let begun = DispatchTime.now().uptimeNanoseconds
    let call = context(function, rows: batch.rowCount, options, turn: Self.turn)
    var hasRun = true
    let outcome = Result { () throws -> StepResult in
      try call.begin(on: host)
      defer { call.end() }
      guard let result = try host.runAtOnce(.rows(function: function, batch), call) else {
        hasRun = false
        throw CancellationError()
      }
      noteFailures(of: result, call)
      return result
    }
    hosts.queue.give(back: host)
    if hasRun { meter.note(batch.rowCount, DispatchTime.now().uptimeNanoseconds - begun, atOnce: true) }
    note(outcome, call)
    // It was stopped here, and goes on elsewhere.
    do { return try outcome.get().rows } catch is CancellationError { return nil }
  }
}

extension UDFSignature {
  /// Whether a call may begin on its caller's thread, and anew elsewhere if it takes long: what says that each call counts does not.
  var mayRunAtOnce: Bool { [.rows, .batch].contains(kind) && determinism != .volatile }
}
