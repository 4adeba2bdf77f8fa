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
    let outcome = Result { () throws -> StepResult in
      try call.begin(on: host)
      defer { call.end() }
      guard let result = try host.runAtOnce(.rows(function: function, batch), call) else { throw CancellationError() }
      noteFailures(of: result, call)
      return result
    }
    hosts.queue.give(back: host)
    meter.note(batch.rowCount, DispatchTime.now().uptimeNanoseconds - begun, atOnce: true)
    note(outcome, call)
    do { return try outcome.get().rows } catch is CancellationError { return nil }
  }
}
