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

      @Test("the status comes after the last data, also when these make room for it")
      func order() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          // Frames of 16 MiB, so that one has all that is left.
          let settings = RawFrame(kind: .settings, payload: [0, 5, 0, 255, 255, 255])
          try await client.send(RawFrame.preface + settings.bytes)
          let message = [0] + RawFrame.bigEndian(4 << 20) + [UInt8](repeating: 1, count: 4 << 20)
          var frames = stride(from: 0, to: message.count, by: 1 << 14).map { start in
            RawFrame(kind: .data, stream: 1, payload: Array(message[start..<min(start + (1 << 14), message.count)]))
          }
          frames[frames.count - 1].flags = RawFrame.endStream
          try await client.send([.request("/test/Echo", stream: 1)] + frames)
          // The client's windows take no more, and its end waits behind what is not sent.
          let sent = { client.frames.filter { $0.kind == .data }.reduce(0) { $0 + $1.payload.count } }
          try await eventually("the first window") { sent() == 65_535 }
          try await client.send(
            [1, 0].map {
              RawFrame(kind: .windowUpdate, stream: $0, payload: RawFrame.bigEndian(8 << 20))
            })
          try await eventually("the call's end") { probe.codes("/test/Echo") == [.ok] }
          try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          try await eventually("all data") { sent() == message.count }
          #expect(client.frames.last { $0.stream == 1 }?.kind == .headers)
          await client.close()
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
