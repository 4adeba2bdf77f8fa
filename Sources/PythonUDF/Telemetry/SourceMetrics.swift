import Metrics
import PythonRuntime
import Synchronization

/// What is counted of one source: its interpreters, and each of its functions.
///
/// The versions of a source that replace each other have the same metrics, and are there together for a while: so the
/// meters go up and down by what each version has, and are never set.
final class SourceMetrics: Sendable {
  private let source: String
  private let factory: any MetricsFactory
  private let interpreters: Meter
  private let abandoned: Counter
  private let failed: Counter
  private let bytes: Meter
  private let peakBytes: Meter
  /// What this version has added to the meters.
  private let added = Mutex((interpreters: 0, bytes: 0, peak: 0))
  private let functions = Mutex<[String: FunctionMetrics]>([:])

  /// Nil where nobody collects metrics.
  init?(of source: String, _ factory: any MetricsFactory) {
    if factory is NOOPMetricsHandler { return nil }
    self.source = source
    self.factory = factory
    let dimensions = [("source", source)]
    interpreters = Meter(label: "clutch_interpreters", dimensions: dimensions, factory: factory)
    abandoned = Counter(label: "clutch_interpreters_abandoned", dimensions: dimensions, factory: factory)
    failed = Counter(label: "clutch_interpreters_failed", dimensions: dimensions, factory: factory)
    bytes = Meter(label: "clutch_interpreter_bytes", dimensions: dimensions, factory: factory)
    peakBytes = Meter(label: "clutch_interpreter_peak_bytes", dimensions: dimensions, factory: factory)
  }

  func function(_ name: String) -> FunctionMetrics {
    functions.withLock { functions in
      if let metrics = functions[name] { return metrics }
      let metrics = FunctionMetrics(name, of: source, factory)
      functions[name] = metrics
      return metrics
    }
  }

  func interpreterAbandoned() { abandoned.increment() }

  /// Counts an interpreter that was needed and did not load.
  func interpreterFailed() { failed.increment() }

  /// Notes how many interpreters there are, and how much memory they take together.
  func note(_ usages: [MemoryUsage]) {
    let (current, peak) = (usages.reduce(0) { $0 + $1.current }, usages.reduce(0) { $0 + $1.peak })
    let more = added.withLock { added in
      defer { added = (usages.count, current, peak) }
      return (usages.count - added.interpreters, current - added.bytes, peak - added.peak)
    }
    for (meter, change) in [(interpreters, more.0), (bytes, more.1), (peakBytes, more.2)] {
      if change > 0 { meter.increment(by: Double(change)) }
      if change < 0 { meter.decrement(by: Double(-change)) }
    }
  }

  /// Takes back what was added.
  func close() { note([]) }

  deinit { close() }
}
