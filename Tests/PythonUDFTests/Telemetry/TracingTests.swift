import InMemoryTracing
import PythonUDF
import Testing
import Tracing

@Suite(.timeLimit(.minutes(30))) struct TracingTests {
  private static let source = UDFSource(
    """
    from clutch import udf
    @udf(on_error="null")
    def inverse(x: int) -> float: return 1 / x
    @udf
    def strict(x: int) -> float: return 1 / x
    """, name: "file.py")

  @Test func `each batch is a span, below the caller's own`() async throws {
    let tracer = InMemoryTracer()
    try await withTracer(tracer) {
      try await withPool(Self.source) { pool in
        try await withSpan("request") { _ in
          _ = try await pool.call("inverse", integers([1, 0, nil]))
          _ = try await pool.call("inverse", integers([2]))
        }
      }
    }
    let spans = tracer.finishedSpans
    #expect(spans.map(\.operationName) == ["udf inverse", "udf inverse", "request"])
    let first = try #require(spans.first)
    #expect(first.parentSpanID == spans.last?.spanID)
    #expect(first.attributes.get("clutch.udf.function") == "inverse".toSpanAttribute())
    #expect(first.attributes.get("clutch.udf.source") == "file.py".toSpanAttribute())
    #expect(first.attributes.get("clutch.udf.rows") == 3.toSpanAttribute())
    #expect(first.attributes.get("clutch.udf.nulls") == 2.toSpanAttribute())
    #expect(first.attributes.get("clutch.udf.failed_rows") == 1.toSpanAttribute())
    #expect(first.events.map(\.name) == ["interpreter begins"])
    #expect(tracer.activeSpans.isEmpty)
  }

  @Test func `a call that fails is a span with its error, and one that finds no function is none`() async throws {
    let tracer = InMemoryTracer()
    try await withTracer(tracer) {
      try await withPool(Self.source) { pool in
        let failed = try await pool.failure(of: "strict", integers([0]))
        #expect(failed.code == .rowFailed)
        #expect(throws: UDFError.self) { try pool.callAndWait("strict", rows(1)) }
        let unknown = try await pool.failure(of: "nothing", integers([0]))
        #expect(unknown.code == .unknownFunction)
      }
    }
    let spans = tracer.finishedSpans
    #expect(spans.map(\.operationName) == ["udf strict", "udf strict"])
    #expect(
      spans.map { ($0.errors.first?.error as? UDFError)?.code } == [.rowFailed, .wrongArguments])
    #expect(spans.allSatisfy { $0.status?.code == .error })
    #expect(tracer.activeSpans.isEmpty)
  }
}
