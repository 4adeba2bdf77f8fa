#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct DescriptorTests {
      @Test func `too few descriptors to start with are one error that says what to do`() throws {
        let folder = try TestFolder()
        for arguments in [["--check"], []] {
          let end = try startClutch(["serve", "--port", "0"] + arguments + [functions], in: folder, descriptors: 40)
            .end()
          #expect(end.status == .exited(1), "\(end)")
          #expect(
            end.errors.contains("may have 40 files and sockets open") && end.errors.contains("ulimit -n"), "\(end)")
          #expect(!end.errors.contains("Python"), "\(end)")
        }
      }

      @Test func `connections beyond the descriptors wait, the log says so once, and then they are served`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions], descriptors: 200)
        var sockets: [RawSocket] = []
        for _ in 0..<300 { sockets.append(try RawSocket(port: server.port)) }
        try server.logs("connections have to wait: this process has all 200 files and sockets open")
        // Others wait in the system's queue, and this one behind them.
        let call = try startChecks(server, ["gives", "gcd", "2", "4", "6"])
        sockets.removeAll()
        let end = try call.end()
        #expect(end.status == .exited(0), "\(end)")
        try server.end()
        #expect(server.log.components(separatedBy: "connections have to wait").count == 2, "\(server.log)")
      }

      @Test func `more connections than allowed are told so, and one that ends makes room`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--max-connections", "1", functions])
        let first = try startChecks(server, ["waits_for_end", "id_int"])
        try first.output.wait(for: "answered once")
        try check(server, "fails_with", "the server has as many connections as it takes, 1", "gcd", "4", "6")
        first.send(SIGKILL)
        // The server may learn of the connection's end a moment later.
        let deadline = ContinuousClock.now + .seconds(60)
        var end = try startChecks(server, ["gives", "gcd", "2", "4", "6"]).end()
        while end.status != .exited(0), ContinuousClock.now < deadline {
          end = try startChecks(server, ["gives", "gcd", "2", "4", "6"]).end()
        }
        #expect(end.status == .exited(0), "\(end)")
        #expect(server.log.contains("a connection is refused"))
        try server.end()
      }
    }
  }
#endif
