#if Server
  import Foundation
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("Backpressure") struct BackpressureTests {
      @Test("a client that does not read holds the sender at the high-water mark")
      func unread() async throws {
        try await serving { server, probe, _ in
          let client = try PythonClient(server.addressText, "unread")
          _ = try await client.lines(1)
          // Still when it has not moved for half a second.
          var last = -1
          while last != probe[\.generated] {
            last = probe[\.generated]
            try await Task.sleep(for: .milliseconds(500))
          }
          // What the client's windows take is the client's, and they grow to some tens of MiB; a sender that nothing holds
          // makes gigabytes in that time.
          #expect(last < 256 << 20)
          try client.goOn()
          #expect(try await client.end() == ["65536", "read"])
          try await eventually("the handler's end") { probe.ends("/test/Generate") == [.reset] }
        }
      }

      @Test("a handler that does not read holds the client at its window, and loses nothing")
      func unheard() async throws {
        try await serving { server, probe, _ in
          let client = try PythonClient(server.addressText, "push")
          let sent = try #require(Int(try await client.lines(1)[0]))
          #expect(sent < 100)
          #expect(probe[\.taken] == 0)
          probe.release { $0.resumeReading() }
          try client.goOn()
          #expect(try await client.end().last == "b'400' 400")
        }
      }

      @Test("echoing to a client that does not read holds the requests too")
      func echo() async throws {
        try await serving { server, probe, _ in
          let before = try residentBytes()
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          try await client.send([.request("/test/Echo", stream: 1)])
          // The client's window is 65,535 bytes and is never opened; ours is 8 MiB, and 64 MiB are offered.
          let block = RawFrame(
            kind: .data, stream: 1, payload: [0, 0, 0, 0x3F, 0xF0] + [UInt8](repeating: 1, count: 16368))
          let sending = Task {
            for _ in 0..<500 { try await client.send([block]) }
          }
          try await sending.value
          #expect(try residentBytes() - before < 64 << 20)
          await client.close()
          try await eventually("the handler's end") { probe.ends("/test/Echo") == [.connectionLost] }
        }
      }

      @Test("a length that is only declared costs no memory")
      func declared() async throws {
        try await serving {
          $0.limits.maxMessageBytes = 2 << 30
        } _: { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          let before = try residentBytes()
          for stream in 0..<50 {
            let id = UInt32(2 * stream + 1)
            try await client.send([
              .request("/test/Echo", stream: id),
              .message([UInt8](repeating: 1, count: 1024), stream: id, declared: 1 << 30),
            ])
          }
          try await eventually("the calls") { probe[\.began] == 50 }
          #expect(try residentBytes() - before < 16 << 20)
          await client.close()
          try await eventually("the handlers' ends") { probe.ends("/test/Echo").count == 50 }
        }
      }
    }
  }
#endif
