#if Server
  import Foundation
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("Connections") struct ConnectionTests {
      @Test(
        "what is no HTTP/2 is closed, and others go on",
        arguments: [
          "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3} a client hello of TLS",
          String(repeating: "\u{7}random", count: 100),
        ])
      func otherProtocols(text: String) async throws {
        try await serving { server, probe, _ in
          let (client, other) = (try await RawClient(server), try await RawClient(server))
          try await other.send(RawFrame.preface)
          try await client.send(Array(text.utf8))
          try await client.closed()
          #expect(probe.refusals(.handshake) == 1)
          try await other.send([.request("/test/Echo", stream: 1, ends: true)])
          try await other.frame(.headers, stream: 1)
          await other.close()
        }
      }

      @Test(
        "frames that break HTTP/2 close their connection",
        arguments: [
          [RawFrame(kind: .data, stream: 1, payload: [1])],
          [RawFrame(kind: .headers, flags: 4, stream: 1, payload: [0xFF, 0xFF])],
          [RawFrame(kind: .settings, payload: [1])], [RawFrame(kind: .windowUpdate, payload: [0, 0, 0, 0])],
        ])
      func brokenFrames(frames: [RawFrame]) async throws {
        try await serving { server, _, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          try await client.send(frames)
          try await client.closed()
        }
      }

      @Test(
        "a connection that does not finish its preface in time is closed",
        arguments: ["", "PRI * HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
      func slowPreface(text: String) async throws {
        try await serving {
          $0.limits.handshake = .milliseconds(300)
        } _: { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(Array(text.utf8))
          try await client.closed()
          #expect(probe.refusals(.handshake) == 1)
        }
      }

      @Test("1,000 idle connections stay, and calls go on beside them")
      func idle() async throws {
        try await serving { server, probe, _ in
          let before = try residentBytes()
          var clients: [RawClient] = []
          for _ in 0..<1000 {
            let client = try await RawClient(server)
            try await client.send(RawFrame.preface)
            clients.append(client)
          }
          for client in clients { try await client.frame(.settings) { $0.flags == RawFrame.ack } }
          #expect(server.connectionCount == 1000)
          // Both sides are in this process.
          #expect(try residentBytes() - before < 200 << 20)
          try await clients[500].send([.request("/test/Echo", stream: 1), .message([1], stream: 1, ends: true)])
          try await clients[500].frame(.data, stream: 1)
          for client in clients { await client.close() }
          try await eventually("their ends") { server.connectionCount == 0 }
        }
      }

      @Test("more connections than allowed are closed, and one that ends makes room")
      func tooMany() async throws {
        try await serving {
          $0.limits.maxConnections = 2
        } _: { server, probe, _ in
          let clients = [try await RawClient(server), try await RawClient(server)]
          for client in clients {
            try await client.send(RawFrame.preface)
            try await client.frame(.settings) { $0.flags == RawFrame.ack }
          }
          let third = try await RawClient(server)
          try await third.send(RawFrame.preface)
          // A call is answered before the client is asked to go.
          try await third.send([.request("/test/Echo", stream: 1)])
          try await third.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          try await third.frame(.goAway)
          let order = third.frames.map(\.kind).filter { [.headers, .goAway].contains($0) }
          #expect(order == [.headers, .goAway])
          try await third.closed()
          #expect(probe.refusals(.tooManyConnections) == 1)
          // Who says nothing is not waited for.
          try await RawClient(server).closed()
          #expect(probe[\.began] == 0 && probe[\.opened] == 2)
          await clients[0].close()
          try await eventually("room") { server.connectionCount == 1 }
          #expect(try await clientSays(server.addressText, "echo") == ["b'hello'"])
          await clients[1].close()
        }
      }

      @Test("a connection without calls for too long is ended in order, and one with a call is not")
      func connectionIdle() async throws {
        try await serving {
          $0.limits.connectionIdle = .milliseconds(300)
        } _: { server, probe, _ in
          let (idle, busy) = (try await RawClient(server), try await RawClient(server))
          for client in [idle, busy] { try await client.send(RawFrame.preface) }
          try await busy.send([.request("/test/Gate", stream: 1)])
          try await idle.frame(.goAway) { $0.errorCode == 0 }
          try await idle.closed()
          #expect(!busy.frames.contains { $0.kind == .goAway })
          probe.release { $0.finish(.ok) }
          try await busy.frame(.goAway) { $0.errorCode == 0 }
          try await busy.closed()
        }
      }

      @Test("pings without calls every 10 s are answered, and a client that pings all the time is sent away")
      func pings() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          let ping = RawFrame(kind: .ping, payload: [1, 2, 3, 4, 5, 6, 7, 8])
          // Beside a call any number.
          try await client.send([.request("/test/Gate", stream: 1)])
          try await client.send(Array(repeating: ping, count: 20))
          try await eventually("the answers") { client.frames.filter { $0.kind == .ping && $0.flags == 1 }.count == 20 }
          probe.release { $0.finish(.ok) }
          try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          try await eventually("the call's end") { probe.codes("/test/Gate") == [.ok] }
          try await client.send(Array(repeating: ping, count: 3))
          try await eventually("the answers") { client.frames.filter { $0.kind == .ping && $0.flags == 1 }.count == 23 }
          #expect(!client.isClosed)
          try await client.send([ping])
          #expect(try await client.frame(.goAway).errorCode == 11)
          try await client.closed()
          #expect(probe.refusals(.tooManyPings) == 1)
        }
        try await serving { server, probe, _ in
          let said = try await clientSays(server.addressText, "pings")
          #expect(said == ["[]"])
          #expect(probe.refusals(.tooManyPings) == 0)
          #expect(probe[\.opened] == 1)
        }
      }

      @Test("a flood of resets is held off by refusing its connection's new calls, and the running one goes on")
      func flood() async throws {
        try await serving {
          $0.limits.resetsPerSecond = 50
        } _: { server, probe, _ in
          let client = try PythonClient(server.addressText, "flood", ["3"])
          #expect(try await client.lines(3) == ["True", "b'calm'", "flooded"])
          #expect(probe.refusals(.tooManyResets) > 0)
          probe.release { $0.finish(.ok) }
          #expect(try await client.end().last == "[]")
          #expect(probe.ends("/test/Gate") == [.finished])
          #expect(probe[\.opened] == 1)
        }
      }

      @Test("10,000 resets in a row do not close the connection")
      func rawFlood() async throws {
        try await serving {
          // Few, so that also a busy machine is above it.
          $0.limits.resetsPerSecond = 50
        } _: { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          try await client.send([.request("/test/Gate", stream: 1)])
          for block in 0..<100 {
            let frames = (0..<100).flatMap { number -> [RawFrame] in
              let stream = UInt32(2 * (100 * block + number) + 3)
              return [
                .request("/test/Hang", stream: stream), RawFrame(kind: .reset, stream: stream, payload: [0, 0, 0, 8]),
              ]
            }
            try await client.send(frames)
          }
          try await eventually("the flood's end") { probe[\.began] + probe.refusals(.tooManyResets) >= 10_001 }
          #expect(probe.refusals(.tooManyResets) > 2_000)
          probe.release { $0.finish(.ok) }
          try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          await client.close()
        }
      }
    }
  }
#endif
