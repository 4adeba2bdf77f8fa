import Metrics

/// Where what happens in a pool is told: its log and its metrics.
struct Telemetry: Sendable {
  let log: UDFLog
  /// Nil where nobody collects metrics.
  let metrics: SourceMetrics?
  /// Whether the log ends with the pool.
  private let closesLog: Bool

  /// What messages and metrics call the source.
  var source: String { log.source }

  /// Metrics go where the calling task, or else the process, collects them.
  init(_ source: String, _ logging: UDFLogging) {
    log = UDFLog(source: source, logging)
    metrics = SourceMetrics(of: source, MetricsSystem.factory)
    closesLog = true
  }

  /// One of several versions that follow each other, with one log.
  init(sharing log: UDFLog, _ factory: any MetricsFactory) {
    self.log = log
    metrics = SourceMetrics(of: log.source, factory)
    closesLog = false
  }

  /// Nothing will be told any more.
  func close() {
    if closesLog { log.close() }
    metrics?.close()
  }
}
