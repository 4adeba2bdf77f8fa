#if Server
  import FlightServer
  import Foundation
  import Logging
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct MetricsEndpointTests {
      private func serving(
        _ change: (inout MetricsLimits) -> Void, _ body: (Int) throws -> Void
      ) async throws {
        var limits = MetricsLimits()
        change(&limits)
        let endpoint = try await MetricsEndpoint.start(
          host: "127.0.0.1", port: 0, limits: limits, logger: Logger(label: "test"), metrics: { "a_metric 1\n" },
          isReady: { true })
        do { try body(try #require(endpoint.port)) } catch {
          await endpoint.stop()
          throw error
        }
        await endpoint.stop()
      }

      @Test func `a connection goes on with the next request, and is closed when none comes`() async throws {
        try await serving {
          $0.idle = .milliseconds(300)
        } _: { port in
          let socket = try RawSocket(port: port)
          for _ in 0..<3 {
            socket.send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(try socket.read(until: "a_metric 1\n").hasPrefix("HTTP/1.1 200"))
          }
          #expect(try socket.read().isEmpty)
        }
      }

      @Test(arguments: [
        "", "GET /met", "GET /metrics HTTP/1.1\r\n", "POST /metrics HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc",
      ])
      func `a request that does not come to its end is closed after its time`(text: String) async throws {
        try await serving {
          $0.request = .milliseconds(300)
        } _: { port in
          let socket = try RawSocket(port: port)
          socket.send(text)
          #expect(try socket.read().isEmpty)
          let other = try RawSocket(port: port)
          other.send("GET /readyz HTTP/1.0\r\n\r\n")
          #expect(try other.read().hasSuffix("ready\n"))
        }
      }

      @Test func `a request that is too large is closed, and not kept`() async throws {
        try await serving({ _ in }) { port in
          let socket = try RawSocket(port: port)
          socket.send("GET /metrics HTTP/1.1\r\n")
          for number in 0..<100 { socket.send("x-\(number): \(String(repeating: "x", count: 1_000))\r\n") }
          #expect(try !socket.read().contains("a_metric"))
        }
      }

      @Test func `more connections than allowed are closed, and one that ends makes room`() async throws {
        try await serving {
          $0.maxConnections = 2
        } _: { port in
          var sockets: [RawSocket] = []
          for _ in 0..<2 {
            let socket = try RawSocket(port: port)
            socket.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            #expect(try socket.read(until: "ok\n").hasPrefix("HTTP/1.1 200"))
            sockets.append(socket)
          }
          #expect(try RawSocket(port: port).read().isEmpty)
          sockets.removeAll()
          let deadline = ContinuousClock.now + .seconds(60)
          var answer = ""
          while answer.isEmpty, ContinuousClock.now < deadline {
            let socket = try RawSocket(port: port)
            socket.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            answer = try socket.read(until: "ok\n")
          }
          #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
      }

      @Test func `batches that nobody waits for any more are counted, and not as errors`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--metrics-port", "0", functions])
        try server.logs("/metrics")
        let word = server.log.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("http://127.0.0.1:") }
        let port = try #require(word?.split(separator: ":").last?.split(separator: "/").first.flatMap { Int($0) })
        let gone = try startChecks(server, ["sleeps", "605"])
        try server.logs("sleeps(605.0) begins")
        gone.send(SIGKILL)
        let deadline = ContinuousClock.now + .seconds(60)
        var lines: [Substring] = []
        // The counter is there, at 0, from the start of the call.
        func isCounted() -> Bool {
          lines.contains { $0.hasPrefix("clutch_udf_cancelled_total") && $0.hasSuffix(" 1") }
        }
        while !isCounted(), ContinuousClock.now < deadline {
          let socket = try RawSocket(port: port)
          socket.send("GET /metrics HTTP/1.0\r\n\r\n")
          lines = try socket.read().split(separator: "\n").filter { $0.contains(#"function="sleeps""#) }
        }
        #expect(isCounted(), "\(lines)")
        #expect(!lines.contains { $0.contains("clutch_udf_errors_total") }, "\(lines)")
        try server.end()
      }
    }
  }
#endif
