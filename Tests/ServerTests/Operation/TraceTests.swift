#if Server
  import FlightServer
  import FlightService
  import Foundation
  import GRPCServing
  import InMemoryTracing
  import Instrumentation
  import Logging
  import PythonUDF
  import ServiceContextModule
  import TestSupport
  import Testing
  import Tracing

  extension Serve {
    @Suite struct TraceTests {
      @Test func `the trace of a request goes on in the span of its batch`() async throws {
        let tracer = TraceparentTracer()
        // Once in a process; no other test of this target has spans in its own.
        InstrumentationSystem.bootstrap(tracer)
        let source = UDFSource("from clutch import udf\n@udf\ndef f(x: int) -> int: return x + 1\n", name: "f.py")
        let pool = try UDFPool(source, HostOptions(interpreters: 1))
        let limit = BatchLimit(10)
        let catalogue = FunctionCatalogue([
          FunctionCatalogue.Source(pool, BatchQueue(places: 1, limit: limit, patience: nil))
        ])
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let router = FlightRouter(
          catalogue, health: HealthService(), needs: CallerNeeds(), maxMessageBytes: 1 << 20, logger: logger)
        let server = try await RPCServer.start(RPCServerConfiguration(logger: logger), service: router)
        let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
        let ends = [
          try startChecks(server.addressText, ["traced", "00-\(trace)-\(parent)-01"]).end(),
          try startChecks(server.addressText, ["gives", "f", "2", "1"]).end(),
        ]
        await server.stop()
        pool.close()
        for end in ends { #expect(end.status == .exited(0), "\(end)") }
        let spans = tracer.spans.finishedSpans.filter { $0.operationName == "udf f" }
        try #require(spans.count == 3, "\(spans)")
        // Both batches of the stream, in whatever thread they began.
        for span in spans.prefix(2) {
          #expect(span.spanContext.traceID == trace)
          #expect(span.spanContext.parentSpanID == parent)
        }
        #expect(spans[2].spanContext.traceID != trace)
        #expect(spans[2].spanContext.parentSpanID == nil)
      }
    }
  }

  /// Spans in memory, with the context of a request as W3C has it.
  private struct TraceparentTracer: Tracer {
    let spans = InMemoryTracer()

    func startSpan<Instant: TracerInstant>(
      _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
      at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> InMemorySpan {
      spans.startSpan(
        operationName, context: context(), ofKind: kind, at: instant(), function: function, file: fileID, line: line)
    }

    func forceFlush() { spans.forceFlush() }

    func inject<Carrier, Inject: Injector>(
      _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Carrier == Inject.Carrier { spans.inject(context, into: &carrier, using: injector) }

    func extract<Carrier, Extract: Extractor>(
      _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Carrier == Extract.Carrier {
      let parts = extractor.extract(key: "traceparent", from: carrier)?.split(separator: "-").map(String.init) ?? []
      guard parts.count == 4 else { return }
      context.inMemorySpanContext = InMemorySpanContext(traceID: parts[1], spanID: parts[2], parentSpanID: nil)
    }
  }
#endif
