#if Server
  import Foundation
  import GRPCServing
  import Testing

  extension Serving {
    @Suite("Calls") struct CallTests {
      @Test("all four shapes of calls work, with many messages and from another thread")
      func shapes() async throws {
        try await serving { server, probe, _ in
          let said = try await clientSays(server.addressText, "shapes")
          #expect(
            said == [
              "unary b'one'", "empty b''", "server [b'0', b'1', b'2']", "client b'3 6'", "none b'0 0'", "both True",
              "many True", "thread True", "missing UNIMPLEMENTED this server has no method /test/None",
            ])
          try await eventually("the observer's counts") { probe.ends("/test/Echo").count == 4 }
          #expect(probe.ends("/test/Echo").allSatisfy { $0 == .finished })
          #expect(probe.codes("/test/Sum") == [.ok, .ok])
          #expect(probe.refusals(.unimplemented) == 1)
        }
      }

      @Test("100 calls at a time on one connection do not mix")
      func parallel() async throws {
        try await serving { server, _, _ in
          let said = try await clientSays(server.addressText, "parallel", ["1000"])
          #expect(said == ["True"])
        }
      }

      @Test("every code arrives, with a text of any characters, and a long one cut between characters")
      func statuses() async throws {
        let texts = ["", "plain", "100 % größer — 数据 🦆", " at the ends ", String(repeating: "ä🦆", count: 2500), "a\tb"]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try texts.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await serving { server, probe, _ in
          let said = try await clientSays(server.addressText, "statuses", [file.path])
          #expect(said.count == texts.count * 16)
          for (number, line) in said.enumerated() {
            let fields = line.split(separator: " ")
            #expect(fields.first == "True", "code of \(line)")
            switch texts[number / 16] {
            case let text where text.count > 1000:
              // Two characters are 6 + 12 bytes in the header: 227 times both, and one more small.
              #expect(fields[1] == "455")
              #expect(fields[3] == "True")
            case " at the ends ": #expect(fields[1] == "11")
            default: #expect(fields[2] == "True", "text of \(line)")
            }
          }
          #expect(Set(probe.codes("/test/Status")).count == 16)
        }
      }

      @Test("headers reach the handler, binary ones decoded")
      func metadata() async throws {
        try await serving { server, _, _ in
          let said = try await clientSays(server.addressText, "metadata")
          #expect(said == [#"b'["one", "two"]'"#, "b'[[0, 255, 16]]'"])
        }
      }

      @Test("a service may finish a call before it names a handler")
      func early() async throws {
        try await serving { server, probe, _ in
          let client = try await RawClient(server)
          try await client.send(RawFrame.preface)
          try await client.send([.request("/test/Early", stream: 1, ends: true)])
          try await client.frame(.headers, stream: 1) { $0.flags & RawFrame.endStream != 0 }
          try await eventually("the observer is told") { probe.codes("/test/Early") == [.failedPrecondition] }
          await client.close()
        }
      }

      @Test("answers come while the client still sends, and after its end")
      func halfClose() async throws {
        try await serving { server, _, _ in
          let said = try await clientSays(server.addressText, "half_close")
          #expect(said == ["b'message'", "[b'end']"])
        }
      }

      @Test("messages of 64 MiB go both ways")
      func big() async throws {
        try await serving { server, probe, _ in
          let said = try await clientSays(server.addressText, "big", ["64"])
          #expect(said == ["True"])
          try await eventually("the call's end") { probe.codes("/test/Echo") == [.ok] }
          #expect(probe[\.bytesIn] == (64 << 20) + 5)
          #expect(probe[\.bytesOut] == (64 << 20) + 5)
        }
      }
    }
  }
#endif
