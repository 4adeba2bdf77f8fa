#if Server
  import Foundation
  import GRPCServing
  import NIOCore
  import Testing

  extension Serving {
    @Suite("Drain") struct DrainTests {
      @Test("a running call finishes, new calls find no server, and the connection ends after it")
      func drain() async throws {
        try await serving { server, probe, _ in
          let client = try PythonClient(server.addressText, "drain")
          _ = try await client.lines(1)
          server.beginDrain()
          #expect(await !server.waitUntilDrained(deadline: .now + .milliseconds(200)))
          try client.goOn()
          #expect(try await client.lines(2)[1] == "UNAVAILABLE")
          try client.goOn()
          probe.release { call in
            call.send([ByteBuffer(string: "done")])
            call.finish(.ok)
          }
          #expect(try await client.end().last == "[b'done']")
          #expect(await server.waitUntilDrained(deadline: .now + .seconds(30)))
          #expect(probe.ends("/test/Gate") == [.finished])
        }
      }

      @Test("the client is told by GOAWAY, its late calls are refused, and the connection ends after its last call")
      func goAway() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          try await client.send([.request("/test/Gate", stream: 1)])
          try await eventually("the call") { probe[\.waiting].count == 1 }
          server.beginDrain()
          server.beginDrain()
          let first = try await client.frame(.goAway)
          #expect(first.errorCode == 0)
          #expect(first.payload.prefix(4) == [0x7F, 0xFF, 0xFF, 0xFF])
          try await client.send([.request("/test/Echo", stream: 3)])
          // UNAVAILABLE, and the rest of the request is not asked for.
          try await client.frame(.headers, stream: 3) { $0.flags & RawFrame.endStream != 0 }
          #expect(try await client.frame(.reset, stream: 3).errorCode == 0)
          #expect(probe[\.began] == 1)
          probe.release { $0.finish(.ok) }
          try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          try await client.closed()
          #expect(await server.waitUntilDrained(deadline: .now + .seconds(30)))
        }
      }

      @Test("connections without calls end at once, and a client that does not answer is waited for shortly")
      func idle() async throws {
        try await serving { server, probe, _ in
          let (silent, new) = (try await RawClient(server), try await RawClient(server))
          try await silent.send(RawFrame.preface)
          try await silent.frame(.settings) { $0.flags == RawFrame.ack }
          try await eventually("both connections") { probe[\.opened] == 2 }
          server.beginDrain()
          #expect(await server.waitUntilDrained(deadline: .now + .seconds(30)))
          try await silent.closed()
          try await new.closed()
          // Nobody listens any more.
          await #expect(throws: (any Error).self) { try await RawClient(server) }
        }
      }
    }
  }
#endif
