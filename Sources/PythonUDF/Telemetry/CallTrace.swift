import Functions
import Columnar
import Synchronization
import Tracing

/// One call of a function on a batch, as traces and metrics see it: from the caller's wait for an interpreter to the
/// outcome that the caller gets.
final class CallTrace: Sendable {
  private let span: (any Span)?
  private let metrics: SourceMetrics?
  private let made: ContinuousClock.Instant?
  private let running = Mutex<(function: String, since: ContinuousClock.Instant)?>(nil)

  /// Nil when nobody collects traces or metrics.
  ///
  /// - Parameter name: the function, as the caller calls it.
  init?(_ name: String, rows: Int, of source: String, _ metrics: SourceMetrics?) {
    // Finding the tracer itself takes a good part of a microsecond.
    let isTraced = !(InstrumentationSystem.instrument is NoOpInstrument)
    guard isTraced || metrics != nil else { return nil }
    self.metrics = metrics
    made = metrics == nil ? nil : .now
    span = isTraced ? InstrumentationSystem.tracer.startSpan("udf \(name)") : nil
    guard let span, span.isRecording else { return }
    span.attributes["clutch.udf.function"] = name
    span.attributes["clutch.udf.source"] = source
    span.attributes["clutch.udf.rows"] = rows
  }

  /// Notes that an interpreter begins to run it.
  func begin(_ function: String) {
    if let span, span.isRecording { span.addEvent(SpanEvent(name: "interpreter begins")) }
    guard metrics != nil else { return }
    running.withLock { $0 = (function, .now) }
  }

  /// Notes the outcome.
  func end(_ outcome: Result<StepCount, any Error>) {
    switch outcome {
    case .success(let count): end(count)
    case .failure(let error): fail(error)
    }
  }

  private func end(_ result: StepCount) {
    measured()?.count(result)
    if let span, span.isRecording {
      span.attributes["clutch.udf.nulls"] = result.nulls
      span.attributes["clutch.udf.failed_rows"] = result.failed
    }
    span?.end()
  }

  private func fail(_ error: any Error) {
    measured()?.count(error)
    span?.recordError(error)
    span?.setStatus(SpanStatus(code: .error))
    span?.end()
  }

  /// The metrics of the function that ran, with the time it took; nil when none did.
  private func measured() -> FunctionMetrics? {
    guard let metrics, let (function, since) = running.withLock({ $0 }) else { return nil }
    let measured = metrics.function(function)
    measured.record(.now - since, waited: made.map { since - $0 } ?? .zero)
    return measured
  }
}

/// What is counted of a step: rows of results, or of a table.
struct StepCount {
  var rows = 0
  var nulls = 0
  var failed = 0
  var failuresByType: [String: Int] = [:]
  /// Rows that were computed without Python, and rows of such functions that Python ran all the same.
  var vectorized = 0
  var rerun = 0
}
