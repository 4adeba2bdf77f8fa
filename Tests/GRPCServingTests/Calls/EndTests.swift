#if Server
  import Foundation
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("How calls end") struct EndTests {
      @Test("a deadline ends the call on both sides")
      func deadline() async throws {
        try await serving { server, probe, _ in
          #expect(try await clientSays(server.addressText, "deadline", ["0.3"]) == ["DEADLINE_EXCEEDED True"])
          try await eventually("the handler's end") { probe.ends("/test/Hang").count == 1 }
          // Which of the two comes first is the network's affair.
          #expect([.deadlineExceeded, .reset].contains(probe.ends("/test/Hang")[0]))
        }
      }

      @Test("the server answers at the deadline itself, in every unit, and refuses what is no time")
      func timeouts() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          // grpcio sends its own header only, and does not wait for the server at its deadline.
          let times = ["100m", "100000u", "99999999n", "1S"]
          let others = ["", "1", "m", "123456789m", "1x", "-1S", "1.5S"]
          for (number, value) in (times + others).enumerated() {
            try await client.send([.request("/test/Hang", stream: UInt32(2 * number + 1), ["grpc-timeout": value])])
          }
          try await eventually("the refusals") { probe.refusals(.badRequest) == others.count }
          try await eventually("the handlers' ends") { probe.ends("/test/Hang").count == times.count }
          #expect(probe.ends("/test/Hang") == Array(repeating: .deadlineExceeded, count: times.count))
          #expect(probe.codes("/test/Hang") == Array(repeating: .deadlineExceeded, count: times.count))
          await client.close()
        }
      }

      @Test("a client's cancellation reaches the handler")
      func cancel() async throws {
        try await serving { server, probe, _ in
          let client = try PythonClient(server.addressText, "cancel")
          _ = try await client.lines(1)
          try await eventually("the handler's end") { probe.ends("/test/Hang") == [.reset] }
          #expect(probe.codes("/test/Hang") == [.cancelled])
          #expect(server.connectionCount == 1)
          _ = try await client.end()
        }
      }

      @Test("a killed client's calls end")
      func killed() async throws {
        try await serving { server, probe, _ in
          let client = try PythonClient(server.addressText, "hang")
          _ = try await client.lines(1)
          client.kill()
          try await eventually("the handler's end") { probe.ends("/test/Hang") == [.connectionLost] }
          #expect(probe.codes("/test/Hang") == [.unavailable])
          try await eventually("the connection's end") { server.connectionCount == 0 }
        }
      }

      @Test("a server that stops ends its calls")
      func stopped() async throws {
        try await serving { server, probe, _ in
          let client = try PythonClient(server.addressText, "hang")
          _ = try await client.lines(1)
          await server.stop()
          #expect(probe.ends("/test/Hang") == [.connectionLost])
          #expect(try await client.end().last?.hasPrefix("UNAVAILABLE") == true)
        }
      }

      @Test("a call whose reset comes in one piece with its request takes no other call with it")
      func resetAtOnce() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          try await client.send([.request("/test/Gate", stream: 1)])
          try await eventually("the call") { probe[\.waiting].count == 1 }
          for stream in stride(from: UInt32(3), to: 43, by: 2) {
            let reset = RawFrame(kind: .reset, flags: 0, stream: stream, payload: [0, 0, 0, 8])
            try await client.send([
              .request("/test/Echo", stream: stream), .message(Array("x".utf8), stream: stream, ends: false), reset,
            ])
          }
          probe.release { $0.finish(.ok) }
          try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          await client.close()
        }
      }

      @Test("a status that the client does not read is given up at its deadline")
      func unreadStatus() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          // Some 200,000 bytes of answers, of which the client's window takes 65,535.
          try await client.send([
            .request("/test/Count", stream: 1, ["grpc-timeout": "500m"]),
            .message(Array("20000".utf8), stream: 1, ends: true),
          ])
          try await eventually("the handler's end") { probe.ends("/test/Count") == [.deadlineExceeded] }
          try await client.frame(.reset, stream: 1)
          await client.close()
        }
      }
    }
  }
#endif
