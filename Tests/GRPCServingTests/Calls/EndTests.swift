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
          let said = try await clientSays(server.addressText, "timeouts")
          #expect(
            said.prefix(4).allSatisfy { $0.hasSuffix(" DEADLINE_EXCEEDED the call's deadline has passed") }, "\(said)")
          #expect(said.count == 11)
          #expect(said.dropFirst(4).allSatisfy { $0.hasSuffix(" INVALID_ARGUMENT") }, "\(said)")
          #expect(probe.ends("/test/Hang") == Array(repeating: .deadlineExceeded, count: 4))
          #expect(probe.codes("/test/Hang") == Array(repeating: .deadlineExceeded, count: 4))
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

      @Test("a status that the client does not read is given up at its deadline")
      func unreadStatus() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          // Ten times 64 KiB go out at most; the window holds 65,535 bytes of them.
          try await client.send([
            .request("/test/Echo", stream: 1, ["grpc-timeout": "500m"]),
            .message(Array(repeating: 1, count: 100_000), stream: 1, ends: true),
          ])
          try await eventually("the handler's end") { probe.ends("/test/Echo") == [.deadlineExceeded] }
          try await client.frame(.reset, stream: 1)
          await client.close()
        }
      }
    }
  }
#endif
