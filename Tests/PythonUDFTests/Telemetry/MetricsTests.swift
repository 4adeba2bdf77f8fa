import Metrics
import MetricsTestKit
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct MetricsTests {
  private static let source = UDFSource(
    """
    import time
    from clutch import udf
    @udf(on_error="null")
    def inverse(x: int) -> float:
        if x == 3: raise KeyError("three")
        return None if x == 4 else 1 / x
    @udf
    def strict(x: int) -> float: return 1 / x
    @udf(timeout=0.05)
    def asleep(x: int) -> int:
        time.sleep(3)
        return x
    """, name: "file.py")

  /// Runs calls on a pool whose metrics are collected.
  private static func collect(_ body: (UDFPool) async throws -> Void) async throws -> TestMetrics {
    let metrics = TestMetrics()
    try await withMetricsFactory(metrics) {
      let pool = try await UDFPool.make(Self.source, HostOptions(interpreters: 2, startsAll: true))
      do { try await body(pool) } catch {
        await pool.closeAsync()
        throw error
      }
      await pool.closeAsync()
    }
    return metrics
  }

  private static func total(_ metrics: TestMetrics, _ label: String, _ function: String, error: String? = nil) -> Int64
  {
    let dimensions = [("source", "file.py"), ("function", function)] + (error.map { [("error", $0)] } ?? [])
    return metrics.counterTotal(label: label, dimensions: dimensions)
  }

  @Test func `rows, batches, nulls and errors by type are counted for each function`() async throws {
    let metrics = try await Self.collect { pool in
      _ = try await pool.call("inverse", integers([1, 0, 3, 4, nil]))
      _ = try pool.callAndWait("inverse", integers([0, 2]))
      let failed = try await pool.failure(of: "strict", integers([1, 0]))
      #expect(failed.code == .rowFailed)
      let unknown = try await pool.failure(of: "nothing", integers([1]))
      #expect(unknown.code == .unknownFunction)
    }
    #expect(Self.total(metrics, "clutch_udf_rows", "inverse") == 7)
    #expect(Self.total(metrics, "clutch_udf_batches", "inverse") == 2)
    #expect(Self.total(metrics, "clutch_udf_nulls", "inverse") == 5)
    #expect(Self.total(metrics, "clutch_udf_errors", "inverse", error: "ZeroDivisionError") == 2)
    #expect(Self.total(metrics, "clutch_udf_errors", "inverse", error: "KeyError") == 1)
    #expect(Self.total(metrics, "clutch_udf_errors", "strict", error: "ZeroDivisionError") == 1)
    #expect(Self.total(metrics, "clutch_udf_batches", "strict") == 1)
    #expect(metrics.counters(label: "clutch_udf_batches").count == 2, "a name that is no function has no metrics")
    let seconds = try metrics.expectTimer("clutch_udf_seconds", [("source", "file.py"), ("function", "inverse")])
    #expect(seconds.values.count == 2)
    #expect(seconds.values.allSatisfy { $0 > 0 })
  }

  @Test func `deadlines and interpreters that were given up are counted`() async throws {
    let metrics = try await Self.collect { pool in
      let late = try await pool.failure(of: "asleep", integers([1]))
      #expect(late.code == .deadlineExceeded)
      #expect(pool.abandonedInterpreterCount == 1)
    }
    #expect(Self.total(metrics, "clutch_udf_deadlines", "asleep") == 1)
    #expect(metrics.counterTotal(label: "clutch_interpreters_abandoned", dimensions: [("source", "file.py")]) == 1)
  }

  @Test func `meters show the interpreters and their memory, and go back to nothing`() async throws {
    let dimensions = [("source", "file.py")]
    let metrics = try await Self.collect { _ in }
    for (label, most) in [
      ("clutch_interpreters", 2.0...2), ("clutch_interpreter_bytes", 4e6...1e9),
      ("clutch_interpreter_peak_bytes", 4e6...1e9),
    ] {
      // A backend's meters sum up; this one keeps each step.
      let meter = try metrics.expectMeter(label, dimensions)
      #expect(most.contains(meter.values.max() ?? 0), "\(label): \(meter.values)")
      #expect(meter.lastValue == 0, "\(label): \(meter.values)")
    }
  }

  @Test func `an actor's function is counted too`() async throws {
    let metrics = TestMetrics()
    try await withMetricsFactory(metrics) {
      let udf = try await ThreadedUDFInterpreter(
        UDFSource("from clutch import udf\n@udf\ndef f(x: int) -> int: return x", name: "file.py"))
      _ = try await udf.call(integers([1, nil]))
      await udf.closeAsync()
    }
    #expect(Self.total(metrics, "clutch_udf_rows", "f") == 2)
    #expect(try metrics.expectMeter("clutch_interpreters", [("source", "file.py")]).lastValue == 0)
  }
}
