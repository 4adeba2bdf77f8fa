#if Server
  import Foundation
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("TLS") struct TLSTests {
      private static func files(_ folder: TestFolder, _ name: String = "server", clients: String? = nil)
        -> TLSCredentials.Files
      {
        TLSCredentials.Files(
          certificateChain: folder.path("\(name).pem"), privateKey: folder.path("\(name).key"),
          clientAuthorities: clients.map { folder.path("\($0).pem") })
      }

      private static func client(
        _ server: RPCServer, _ scenario: String, _ folder: TestFolder, as name: String? = nil,
        trusting authority: String = "ca"
      ) async throws -> [String] {
        var environment = ["CA": folder.path("\(authority).pem")]
        if let name {
          (environment["CERT"], environment["KEY"]) = (folder.path("\(name).pem"), folder.path("\(name).key"))
        }
        return try await clientSays(server.addressText, scenario, environment: environment)
      }

      @Test("a client that trusts the authority is served, others and plaintext are not")
      func tls() async throws {
        let folder = try TestFolder()
        for name in ["ca", "other"] { try folder.makeAuthority(name) }
        try folder.makeCertificate("server", by: "ca")
        let credentials = try TLSCredentials(Self.files(folder))
        #expect(credentials.expiresSoon == nil)
        #expect(abs(credentials.expiry.timeIntervalSinceNow - 365 * 86_400) < 86_400)
        try await serving {
          $0.tls = credentials
        } _: { server, probe, _ in
          #expect(try await Self.client(server, "echo", folder) == ["b'hello'"])
          #expect(try await Self.client(server, "refused", folder, trusting: "other") == ["UNAVAILABLE"])
          let plain = try await RawClient(server)
          try await plain.send(RawFrame.preface)
          try await plain.closed()
          // TLS in one step, then nothing.
          let silent = try await RawClient(server)
          await silent.close()
          #expect(try await Self.client(server, "echo", folder) == ["b'hello'"])
        }
      }

      @Test("with authorities for clients only their clients are served")
      func mutual() async throws {
        let folder = try TestFolder()
        for name in ["ca", "clients", "other"] { try folder.makeAuthority(name) }
        try folder.makeCertificate("server", by: "ca")
        try folder.makeCertificate("known", by: "clients")
        try folder.makeCertificate("unknown", by: "other")
        let credentials = try TLSCredentials(Self.files(folder, clients: "clients"))
        try await serving {
          $0.tls = credentials
        } _: { server, _, _ in
          let known = try await Self.client(server, "echo", folder, as: "known")
          #expect(known == ["b'hello'"])
          #expect(try await Self.client(server, "refused", folder, as: "unknown") == ["UNAVAILABLE"])
          #expect(try await Self.client(server, "refused", folder) == ["UNAVAILABLE"])
        }
      }

      @Test("a TLS handshake that is not finished in time is closed")
      func slowHandshake() async throws {
        let folder = try TestFolder()
        try folder.makeAuthority("ca")
        try folder.makeCertificate("server", by: "ca")
        let credentials = try TLSCredentials(Self.files(folder))
        try await serving {
          $0.tls = credentials
          $0.limits.handshake = .milliseconds(300)
        } _: { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send([0x16, 3, 1])
          try await client.closed()
          #expect(probe.refusals(.handshake) == 1)
        }
      }

      @Test("new files are taken at a reload: running calls go on, new connections see the new certificate")
      func reload() async throws {
        let folder = try TestFolder()
        for name in ["ca", "next"] { try folder.makeAuthority(name) }
        try folder.makeCertificate("server", by: "ca")
        let credentials = try TLSCredentials(Self.files(folder))
        try await serving {
          $0.tls = credentials
        } _: { server, probe, _ in
          let running = try PythonClient(server.addressText, "flood", ["0"], environment: ["CA": folder.path("ca.pem")])
          try await eventually("the running call") { probe[\.waiting].count == 1 }
          #expect(try !credentials.reload())
          try folder.makeCertificate("server", by: "next")
          #expect(try credentials.reload())
          #expect(try await Self.client(server, "echo", folder, trusting: "next") == ["b'hello'"])
          #expect(try await Self.client(server, "refused", folder, trusting: "ca") == ["UNAVAILABLE"])
          _ = try await running.lines(3)
          probe.release { $0.finish(.ok) }
          #expect(try await running.end().last == "[]")
          // What cannot be used changes nothing.
          try folder.write("server.pem", "no certificate")
          #expect(throws: SecurityError.self) { try credentials.reload() }
          #expect(try await Self.client(server, "echo", folder, trusting: "next") == ["b'hello'"])
        }
      }

      @Test("files that cannot be used are errors that name them")
      func problems() throws {
        let folder = try TestFolder()
        try folder.makeAuthority("ca")
        for name in ["server", "second"] { try folder.makeCertificate(name, by: "ca") }
        try folder.makeCertificate("soon", by: "ca", dates: "-days 10")
        try folder.makeCertificate("old", by: "ca", dates: "-days -1")
        try folder.write("text", "text")
        func problem(_ chain: String, _ key: String, _ clients: String? = nil) -> SecurityError? {
          #expect(throws: SecurityError.self) {
            try TLSCredentials(
              .init(
                certificateChain: folder.path(chain), privateKey: folder.path(key),
                clientAuthorities: clients.map { folder.path($0) }))
          }
        }
        #expect(problem("server.pem", "second.key")?.code == .mismatch)
        #expect(problem("old.pem", "old.key")?.code == .expired)
        #expect(problem("old.pem", "old.key")?.message.contains("old.pem expired on ") == true)
        #expect(problem("text", "server.key")?.code == .invalid)
        #expect(problem("server.pem", "text")?.code == .invalid)
        #expect(problem("server.pem", "server.key", "text")?.code == .invalid)
        #expect(problem("missing", "server.key")?.code == .unreadable)
        let soon = try TLSCredentials(Self.files(folder, "soon"))
        #expect(soon.expiresSoon == soon.expiry)
      }
    }
  }
#endif
