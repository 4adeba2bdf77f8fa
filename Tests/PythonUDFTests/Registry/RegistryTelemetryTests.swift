import Logging
import Metrics
import MetricsTestKit
import PythonUDF
import Testing

/// A source's versions are one source for those who watch.
@Suite(.timeLimit(.minutes(30))) struct RegistryTelemetryTests {
  private static func version(_ number: Int) -> UDFSource {
    UDFSource(
      "from clutch import udf\n@udf\ndef f(x: int) -> int:\n  print('version \(number)')\n  return x",
      name: "version\(number).py")
  }

  @Test func `messages of all versions come in one sequence, which ends when the source is removed`() async throws {
    let registry = UDFRegistry()
    let silent = Logger(label: "") { _ in SwiftLogNoOpLogHandler() }
    try await registry.add("s", Self.version(1), HostOptions(interpreters: 1, logging: UDFLogging(logger: silent)))
    let records = try registry.source("s").logRecords()
    _ = try await registry.source("s").evaluate("f", integers([1]))
    try await registry.replace("s", with: Self.version(2))
    _ = try await registry.source("s").evaluate("f", integers([1]))
    try registry.remove("s")
    let found = await records.reduce(into: []) { $0.append("\($1.source) \($1.function ?? "") \($1.message)") }
    #expect(found == ["s f version 1", "s f version 2"])
    let error = #expect(throws: UDFError.self) { try registry.source("s").logRecords() }
    #expect(error?.code == .unknownFunction)
  }

  @Test func `metrics of all versions add up under the source's name`() async throws {
    let metrics = TestMetrics()
    let registry = UDFRegistry()
    try await withMetricsFactory(metrics) {
      try await registry.add("s", Self.version(1), HostOptions(interpreters: 2, startsAll: true))
      _ = try await registry.source("s").evaluate("f", integers([1, 2]))
    }
    try await registry.replace("s", with: Self.version(2))
    _ = try await registry.source("s").evaluate("f", integers([3]))
    let records = try registry.source("s").logRecords()
    try registry.remove("s")
    // It ends with the last interpreter.
    for await _ in records {}
    let function = [("source", "s"), ("function", "f")]
    #expect(metrics.counterTotal(label: "clutch_udf_rows", dimensions: function) == 3)
    let interpreters = try metrics.expectMeter("clutch_interpreters", [("source", "s")])
    #expect(interpreters.values.contains(2))
    #expect(interpreters.values.max() ?? 0 <= 4)
  }
}
