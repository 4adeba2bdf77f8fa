#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct EndTests {
      @Test func `a client that is gone ends its function, and no other`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions])
        let (gone, stays) = (try startChecks(server, ["sleeps", "602"]), try startChecks(server, ["sleeps", "2"]))
        try server.logs("sleeps(602.0) begins")
        gone.send(SIGKILL)
        try server.logs("sleeps(602.0) is over")
        #expect(try stays.end().output.contains("answered"))
        try server.end()
      }

      @Test func `SIGTERM lets a call finish, takes no new one, and ends with 0`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions])
        #expect(try check(server, "health", "").contains("status 0801"))
        let call = try startChecks(server, ["sleeps", "3"])
        try call.output.wait(for: "begun")
        server.program.send(SIGTERM)
        try server.logs("no new calls")
        try check(server, "fails_with", "Unavailable", "gcd", "1", "2")
        #expect(try call.end().output.contains("answered"))
        let end = try server.program.end()
        #expect(end.status == .exited(0), "\(end)")
        #expect(end.errors.contains("all calls are finished"))
      }

      @Test func `a call that only waits for its client does not hold up the end`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions])
        let idle = try startChecks(server, ["idle"])
        try idle.output.wait(for: "answered once")
        server.program.send(SIGTERM)
        let end = try server.program.end()
        #expect(end.status == .exited(0), "\(end)")
        #expect(try idle.end().output.contains("ended with FlightUnavailableError"))
      }

      @Test func `the generator of a client that does not read and goes away is closed`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions])
        let unread = try startChecks(server, ["unread_table"])
        try unread.output.wait(for: "begun")
        // It is held up by the client when nothing is drawn any more.
        try server.logs("forever is at 50000")
        unread.send(SIGKILL)
        try server.logs("forever is closed")
        try server.end()
      }

      @Test(arguments: [SIGTERM, SIGINT])
      func `a second signal ends it at once, and the function with it`(second: Int32) throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions])
        let call = try startChecks(server, ["sleeps", "603"])
        try call.output.wait(for: "begun")
        server.program.send(SIGTERM)
        try server.logs("no new calls")
        server.program.send(second)
        let end = try server.program.end()
        #expect(end.status == .exited(128 + second), "\(end)")
        #expect(try call.end().output.contains("ended with"))
      }

      @Test func `calls that last too long are ended when the time to drain is over`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--drain-seconds", "0.2", functions])
        let call = try startChecks(server, ["sleeps", "604"])
        try call.output.wait(for: "begun")
        server.program.send(SIGTERM)
        let end = try server.program.end()
        #expect(end.status == .exited(1), "\(end)")
        #expect(end.errors.contains("calls are still under way"))
        #expect(try call.end().output.contains("ended with"))
      }
    }
  }
#endif
