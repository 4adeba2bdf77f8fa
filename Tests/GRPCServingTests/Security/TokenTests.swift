#if Server
  import Foundation
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("Tokens") struct TokenTests {
      @Test("a call shows one of the tokens or is refused, and health needs none")
      func token() async throws {
        let folder = try TestFolder()
        let path = try folder.write("tokens", "first-token\n\n  second-token \r\n", mode: 0o600)
        let tokens = try BearerTokens(path: path)
        try await serving {
          $0.tokens = tokens
        } _: { server, probe, service in
          service.health.set(.serving)
          let sent = [
            "none", "Bearer first-token", "bearer second-token", "Bearer first-toke", "Bearer first-token1", "Basic x",
            "Bearer ",
          ]
          let said = try await clientSays(server.addressText, "token", sent)
          let refused = Array(repeating: "UNAUTHENTICATED", count: 4)
          #expect(said.prefix(7).map { String($0.prefix { $0 != " " }) } == ["UNAUTHENTICATED", "OK", "OK"] + refused)
          #expect(said[3] == "UNAUTHENTICATED the token is not one of this server's")
          #expect(said.last == #"b'\x08\x01'"#)
          #expect(probe.refusals(.unauthenticated) == 5)

          try folder.write("tokens", "third-token", mode: 0o600)
          try tokens.reload()
          try folder.write("tokens", "", mode: 0o600)
          #expect(throws: SecurityError.self) { try tokens.reload() }
          let after = try await PythonClient(server.addressText, "token", ["Bearer first-token", "Bearer third-token"])
            .end()
          #expect(after.map { $0.split(separator: " ")[0] }.prefix(2) == ["UNAUTHENTICATED", "OK"])
        }
      }

      @Test("a file that cannot be used is an error that names it and says what to do")
      func files() throws {
        let folder = try TestFolder()
        func problem(_ name: String, _ text: String, mode: Int) throws -> SecurityError? {
          let path = try folder.write(name, text, mode: mode)
          let error = #expect(throws: SecurityError.self) { try BearerTokens(path: path) }
          #expect(error?.message.contains(path) == true)
          return error
        }
        #expect(try problem("open", "secret", mode: 0o644)?.code == .readableByOthers)
        #expect(try problem("open", "secret", mode: 0o644)?.message.contains("chmod 600") == true)
        #expect(try problem("empty", " \n\n", mode: 0o600)?.code == .invalid)
        #expect(try problem("blank", "ok\ntwo words", mode: 0o600)?.message.contains("token 2") == true)
        #expect(try problem("blank", "ok\ntwo words", mode: 0o600)?.message.contains("words") == false)
        let missing = #expect(throws: SecurityError.self) { try BearerTokens(path: folder.path("missing")) }
        #expect(missing?.code == .unreadable)
        _ = try BearerTokens(path: try folder.write("group", "secret", mode: 0o640))
      }
    }
  }
#endif
