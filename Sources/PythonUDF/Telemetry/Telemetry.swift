import Metrics

/// Where what happens in a pool is told: its log and its metrics.
struct Telemetry: Sendable {
  let log: UDFLog
  /// Nil where nobody collects metrics.
  let metrics: SourceMetrics?

  /// Metrics go where the calling task, or else the process, collects them.
  init(_ source: UDFSource, _ logging: UDFLogging) {
    log = UDFLog(source: source.name, logging)
    metrics = SourceMetrics(of: source.name, MetricsSystem.factory)
  }

  /// Nothing will be told any more.
  func close() {
    log.close()
    metrics?.close()
  }
}
