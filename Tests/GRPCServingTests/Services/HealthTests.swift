#if Server
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("Health") struct HealthTests {
      @Test("what is set is told to who asks and to who watches, and a drain ends the watches")
      func health() async throws {
        try await serving { server, probe, service in
          service.health.set(.serving)
          service.health.set(.notServing, for: "a")
          let client = try PythonClient(server.addressText, "health")
          let said = try await client.lines(3)
          #expect(said[0] == #"b'\x08\x01' b'\x08\x02' NOT_FOUND this server has no service "b""#)
          #expect(said[1].hasPrefix("INVALID_ARGUMENT"))
          #expect(said[2] == #"b'\x08\x02' b'\x08\x03'"#)
          service.health.set(.serving, for: "a")
          service.health.set(.serving, for: "b")
          try client.goOn()
          #expect(try await client.lines(4)[3] == #"b'\x08\x01' b'\x08\x01'"#)
          server.beginDrain()
          try client.goOn()
          #expect(try await client.end().last == #"b'\x08\x02' UNAVAILABLE the server is shutting down"#)
          #expect(await server.waitUntilDrained(deadline: .now + .seconds(30)))
        }
      }
    }
  }
#endif
