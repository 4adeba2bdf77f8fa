#if Server
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("What is not gRPC's protocol") struct ProtocolTests {
      /// Sends a request and what belongs to it, and gives the texts of the answer's headers as far as they are readable.
      private static func answer(_ frames: [RawFrame], from server: RPCServer) async throws -> RawClient {
        let client = try await RawClient(server)
        try await client.send(RawFrame.preface)
        try await client.send(frames)
        try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
        return client
      }

      @Test(
        "what is no request of gRPC gets a status of HTTP",
        arguments: [["content-type": "text/html"], ["content-type": "application/grpc-web"], [":method": "PUT"]])
      func http(change: [String: String]) async throws {
        try await serving { server, probe, _ in
          let client = try await Self.answer([.request("/test/Echo", stream: 1, change)], from: server)
          #expect(probe[\.began] == 0)
          #expect(probe.refusals(.badRequest) == 1)
          // The client is told that the rest is of no use.
          #expect(try await client.frame(.reset, stream: 1).errorCode == 0)
          await client.close()
        }
      }

      @Test(
        "te need not be sent, and the type may name a format",
        arguments: ["application/grpc+proto", "application/grpc;x=y"])
      func types(type: String) async throws {
        try await serving { server, probe, _ in
          let client = try await Self.answer(
            [
              .request("/test/Echo", stream: 1, ["content-type": type, "te": "none"]),
              .message([1], stream: 1, ends: true),
            ], from: server)
          try await eventually("the call's end") { probe.codes("/test/Echo") == [.ok] }
          await client.close()
        }
      }

      @Test("compression is refused, with what is accepted instead")
      func compression() async throws {
        try await serving { server, probe, _ in
          let said = try await clientSays(server.addressText, "compressed")
          #expect(
            said == ["UNIMPLEMENTED messages compressed with gzip are not supported: send them without compression"])
          #expect(probe.refusals(.badRequest) == 1)
        }
      }

      @Test(
        "messages that break the framing end the call",
        arguments: [
          [RawFrame.message([1], stream: 1, flag: 1)], [RawFrame.message([1], stream: 1, flag: 7)],
          [RawFrame.message([1, 2, 3], stream: 1, ends: true, declared: 10)],
          [RawFrame(kind: .data, flags: RawFrame.endStream, stream: 1, payload: [0, 0])],
        ])
      func framing(frames: [RawFrame]) async throws {
        try await serving { server, probe, _ in
          let client = try await Self.answer([.request("/test/Hang", stream: 1)] + frames, from: server)
          try await eventually("the handler's end") { probe.ends("/test/Hang") == [.protocolError] }
          #expect(probe.codes("/test/Hang") == [.internalError])
          await client.close()
        }
      }

      @Test("a message above the limit is refused when its length is declared, with the limit")
      func tooLarge() async throws {
        try await serving {
          $0.limits.maxMessageBytes = 1000
        } _: { server, probe, _ in
          let client = try await Self.answer(
            [.request("/test/Echo", stream: 1), .message([], stream: 1, declared: 1001)], from: server)
          try await eventually("the handler's end") { probe.ends("/test/Echo") == [.refused] }
          #expect(probe.codes("/test/Echo") == [.resourceExhausted])
          await client.close()
          #expect(
            try await clientSays(server.addressText, "too_large", ["50000000"]) == [
              "RESOURCE_EXHAUSTED a message of 50000000 bytes is larger than the limit of 1000 bytes: send smaller ones"
            ])
          #expect(try await clientSays(server.addressText, "too_large", ["1000"]) == ["OK "])
        }
      }

      @Test("a call in many small frames, some of them empty, is a call")
      func pieces() async throws {
        try await serving { server, probe, _ in
          let bytes = RawFrame.message(Array(0..<100), stream: 1).payload
          let frames = bytes.flatMap {
            [RawFrame(kind: .data, stream: 1, payload: [$0]), RawFrame(kind: .data, stream: 1, payload: [])]
          }
          let client = try await Self.answer(
            [.request("/test/Echo", stream: 1)] + frames + [RawFrame(kind: .data, flags: 1, stream: 1)], from: server)
          #expect(client.frames.contains { $0.kind == .data && $0.payload == bytes })
          await client.close()
        }
      }
    }
  }
#endif
