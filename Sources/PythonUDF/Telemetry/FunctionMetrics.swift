import Functions
import Columnar
import Metrics
import PythonRuntime
import Synchronization

/// What is counted of one function.
final class FunctionMetrics: Sendable {
  private let dimensions: [(String, String)]
  private let factory: any MetricsFactory
  private let rows: Counter
  private let batches: Counter
  private let nulls: Counter
  private let deadlines: Counter
  /// Calls that were stopped because nobody waits for them any more, which is no failure of the function.
  private let cancelled: Counter
  private let seconds: Timer
  private let waitSeconds: Timer
  /// Rows that were computed without Python, and those of such functions that were not; made as they come.
  private let vectors = Mutex<(vectorized: Counter, rerun: Counter)?>(nil)
  /// Failed rows and calls by the type of exception, made as they come.
  private let errors = Mutex<[String: Counter]>([:])

  init(_ function: String, of source: String, _ factory: any MetricsFactory) {
    dimensions = [("source", source), ("function", function)]
    self.factory = factory
    rows = Counter(label: "clutch_udf_rows", dimensions: dimensions, factory: factory)
    batches = Counter(label: "clutch_udf_batches", dimensions: dimensions, factory: factory)
    nulls = Counter(label: "clutch_udf_nulls", dimensions: dimensions, factory: factory)
    deadlines = Counter(label: "clutch_udf_deadlines", dimensions: dimensions, factory: factory)
    cancelled = Counter(label: "clutch_udf_cancelled", dimensions: dimensions, factory: factory)
    seconds = Timer(
      label: "clutch_udf_seconds", dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
    waitSeconds = Timer(
      label: "clutch_udf_wait_seconds", dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
  }

  func count(_ result: StepCount) {
    rows.increment(by: result.rows)
    batches.increment()
    nulls.increment(by: result.nulls)
    if result.vectorized + result.rerun > 0 {
      let counters = vectors.withLock { vectors in
        let made = vectors ?? (counter("clutch_udf_rows_vectorized"), counter("clutch_udf_rows_rerun"))
        vectors = made
        return made
      }
      counters.vectorized.increment(by: result.vectorized)
      counters.rerun.increment(by: result.rerun)
    }
    for (type, count) in result.failuresByType { self.errors(of: type).increment(by: count) }
  }

  func count(_ error: any Error) {
    batches.increment()
    if error is CancellationError { return cancelled.increment() }
    let error = error as? UDFError
    if error?.code == .deadlineExceeded { deadlines.increment() }
    errors(of: error?.exception?.typeName ?? error.map { "\($0.code)" } ?? "other").increment()
  }

  /// - Parameters:
  ///   - duration: how long the function had an interpreter.
  ///   - wait: how long it waited for one before.
  func record(_ duration: Duration, waited wait: Duration) {
    seconds.recordNanoseconds(Self.nanoseconds(duration))
    waitSeconds.recordNanoseconds(Self.nanoseconds(wait))
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  private func counter(_ label: String) -> Counter { Counter(label: label, dimensions: dimensions, factory: factory) }

  private func errors(of type: String) -> Counter {
    errors.withLock { errors in
      if let counter = errors[type] { return counter }
      let counter = Counter(label: "clutch_udf_errors", dimensions: dimensions + [("error", type)], factory: factory)
      errors[type] = counter
      return counter
    }
  }
}
