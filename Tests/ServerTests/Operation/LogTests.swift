#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct LogTests {
      private static let chatty = """
        from clutch import udf

        @udf
        def chatty(n: int) -> int:
            print("x" * 60_000)
            return n

        @udf
        def plain(n: int) -> int: return n
        """

      /// A pipe that is read as far as a test likes.
      private func read(_ pipe: Pipe, until text: String) throws -> String {
        var bytes = Data()
        while !String(decoding: bytes, as: UTF8.self).contains(text) {
          let more = pipe.fileHandleForReading.availableData
          try #require(!more.isEmpty, "no \(text) in \(String(decoding: bytes.suffix(2_000), as: UTF8.self))")
          bytes += more
        }
        return String(decoding: bytes, as: UTF8.self)
      }

      private func start(_ folder: TestFolder, _ log: Pipe) throws -> (program: RunningProgram, address: String) {
        try folder.write("f.py", Self.chatty)
        let program = try startClutch(
          ["serve", "--port", "0", "--log-limit", "0", "--interpreters", "1", "f.py"], in: folder,
          errors: log.fileHandleForWriting)
        try log.fileHandleForWriting.close()
        let greeting = try read(log, until: "\n")
        let word = greeting.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("127.0.0.1:") }
        return (program, String(try #require(word)))
      }

      private func call(_ address: String, _ arguments: String...) throws {
        let end = try startChecks(address, arguments).end()
        #expect(end.status == .exited(0), "\(end)")
      }

      @Test func `a log that nobody reads holds up neither calls nor the end`() throws {
        let folder = try TestFolder()
        let log = Pipe()
        let (program, address) = try start(folder, log)
        // Far more than a pipe and the queue hold.
        try call(address, "gives_many", "chatty", "5")
        try call(address, "gives", "plain", "1", "1")
        program.send(SIGHUP)
        program.send(SIGTERM)
        #expect(try program.end().status == .exited(0))
        _ = log
      }

      @Test func `a second signal ends it at once, although nobody reads the log`() throws {
        let folder = try TestFolder()
        let log = Pipe()
        let (program, address) = try start(folder, log)
        try call(address, "gives_many", "chatty", "1")
        let idle = try startChecks(address, ["waits_for_end", "plain"])
        try idle.output.wait(for: "answered once")
        // Two of one kind could become one, and which of these comes first is the system's business.
        program.send(SIGTERM)
        program.send(SIGINT)
        let end = try program.end()
        #expect([.exited(128 + SIGTERM), .exited(128 + SIGINT)].contains(end.status), "\(end)")
        _ = (log, try idle.end())
      }

      @Test func `what found no room is counted when the log is read again`() throws {
        let folder = try TestFolder()
        let log = Pipe()
        let (program, address) = try start(folder, log)
        try call(address, "gives_many", "chatty", "3")
        let text = try read(log, until: "because standard error was not read fast enough")
        #expect(text.contains("messages were left out here"))
        program.send(SIGHUP)
        // What is said afterwards is there again.
        _ = try read(log, until: "is loaded anew")
        program.send(SIGTERM)
        #expect(try program.end().status == .exited(0))
      }

      @Test func `what functions write makes no lines of its own, and no control characters`() throws {
        let folder = try TestFolder()
        try folder.write(
          "f.py",
          #"""
          import sys
          from clutch import udf

          @udf
          def f(x: int) -> int:
              sys.stderr.write("one\r2026-01-01T00:00:00Z notice forged\x1b[31m\x9b red\u2028\ttabbed\n")
              raise ValueError("two\r\n2026-01-01T00:00:00Z notice forged\x00")
          """#)
        let server = try ServerProgram(folder, ["f.py"])
        try check(server, "fails_with", "ValueError", "f", "1")
        try server.logs("tabbed")
        try server.end()
        let lines = server.log.unicodeScalars.split(separator: "\n").map(String.init)
        #expect(!lines.contains { $0.hasPrefix("2026-01-01T") }, "\(server.log)")
        #expect(
          server.log.contains("one\\r2026-01-01T00:00:00Z notice forged\\u{1B}[31m\\u{009B} red\\u{2028}\ttabbed"))
        #expect(lines.contains { $0.hasPrefix("  ") && $0.contains("forged\\0") }, "\(server.log)")
        #expect(!server.log.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" })
      }
    }
  }
#endif
