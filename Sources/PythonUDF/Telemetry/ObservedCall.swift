import Columnar
import Synchronization
import Tracing

/// One call of a function on a batch, as traces and metrics see it: from the caller's wait for an interpreter to the
/// outcome that the caller gets.
final class ObservedCall: Sendable {
  private let span: any Span
  private let metrics: SourceMetrics?
  private let running = Mutex<(function: String, since: ContinuousClock.Instant)?>(nil)

  /// - Parameter name: the function, as the caller calls it.
  init(_ name: String, rows: Int, of source: String, _ metrics: SourceMetrics?) {
    self.metrics = metrics
    span = InstrumentationSystem.tracer.startSpan("udf \(name)")
    guard span.isRecording else { return }
    span.attributes["clutch.udf.function"] = name
    span.attributes["clutch.udf.source"] = source
    span.attributes["clutch.udf.rows"] = rows
  }

  /// Notes that an interpreter begins to run it.
  func begin(_ function: String) {
    if span.isRecording { span.addEvent(SpanEvent(name: "interpreter begins")) }
    guard metrics != nil else { return }
    running.withLock { $0 = (function, .now) }
  }

  /// Runs the call.
  func observe(_ body: () async throws -> UDFResult) async throws -> UDFResult {
    do {
      let result = try await body()
      end(result)
      return result
    } catch {
      fail(error)
      throw error
    }
  }

  /// Runs the call, on the calling thread.
  func observe(_ body: () throws -> UDFResult) throws -> UDFResult {
    do {
      let result = try body()
      end(result)
      return result
    } catch {
      fail(error)
      throw error
    }
  }

  private func end(_ result: UDFResult) {
    measured()?.count(result)
    if span.isRecording {
      span.attributes["clutch.udf.nulls"] = result.values.nullCount
      span.attributes["clutch.udf.failed_rows"] = result.failureCount
    }
    span.end()
  }

  private func fail(_ error: any Error) {
    measured()?.count(error)
    span.recordError(error)
    span.setStatus(SpanStatus(code: .error))
    span.end()
  }

  /// The metrics of the function that ran, with the time it took; nil when none did.
  private func measured() -> FunctionMetrics? {
    guard let metrics, let (function, since) = running.withLock({ $0 }) else { return nil }
    let measured = metrics.function(function)
    measured.record(.now - since)
    return measured
  }
}
