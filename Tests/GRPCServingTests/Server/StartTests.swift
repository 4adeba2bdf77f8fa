#if Server
  import GRPCServing
  import NIOCore
  import Testing

  extension Serving {
    @Suite("Start") struct StartTests {
      private static func start(_ host: String, _ port: Int) async throws -> RPCServer {
        try await RPCServer.start(
          RPCServerConfiguration(host: host, port: port), service: TestService(Probe()))
      }

      @Test("a port that is taken is an error with the address")
      func taken() async throws {
        try await serving { server, _, _ in
          let port = try #require(server.address.port)
          let error = await #expect(throws: RPCServerError.self) { try await Self.start("127.0.0.1", port) }
          #expect(error?.code == .portTaken)
          #expect(
            error?.message == "cannot listen at 127.0.0.1:\(port): the port is taken; choose another, or 0 for any")
        }
      }

      @Test(
        "addresses that are none of this machine are errors",
        arguments: [("no-such-host.invalid", 0), ("192.0.2.1", 0), ("127.0.0.1", 70_000)])
      func addresses(host: String, port: Int) async throws {
        let error = await #expect(throws: RPCServerError.self) { try await Self.start(host, port) }
        #expect(error?.code == .badAddress)
        #expect(error?.message.contains(port == 0 ? host : "\(port)") == true)
      }

      @Test("a port is free again after the stop, and a server of IPv6 says its address")
      func again() async throws {
        let first = try await Self.start("127.0.0.1", 0)
        let port = try #require(first.address.port)
        #expect(first.addressText == "127.0.0.1:\(port)")
        await first.stop()
        await first.stop()
        let second = try await Self.start("127.0.0.1", port)
        await second.stop()
        let third = try await Self.start("::1", 0)
        #expect(third.addressText.hasPrefix("[::1]:"))
        #expect(try await clientSays(third.addressText, "echo") == ["b'hello'"])
        await third.stop()
      }
    }
  }
#endif
