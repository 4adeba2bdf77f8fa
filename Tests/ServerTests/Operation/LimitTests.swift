#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct LimitTests {
      @Test func `batches beyond the limit are refused at once, and the others are answered`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--interpreters", "1", "--max-concurrent-batches", "2", functions])
        let ends = try check(server, "many_at_once", "12")
        // How many come at the same time is the machine's business; that some are refused is not.
        #expect(ends.contains("[0.3]") && ends.contains("FlightUnavailableError"), "\(ends)")
        try check(server, "gives", "gcd", "2", "4", "6")
        try server.end()
      }

      @Test func `a batch that waits too long is refused, for another server to take`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--interpreters", "1", "--queue-seconds", "0.2", functions])
        let call = try startChecks(server, ["sleeps", "3"])
        try call.output.wait(for: "begun")
        try check(server, "fails_with", "FlightUnavailableError", "gcd", "1", "2")
        #expect(try call.end().output.contains("answered"))
        try check(server, "gives", "gcd", "2", "4", "6")
        try server.end()
      }

      @Test func `a message above the limit is refused, and says how large it may be`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--max-message-bytes", "1MB", functions])
        try check(server, "too_large", "1000000")
        try check(server, "gives", "gcd", "2", "4", "6")
        try server.end()
      }
    }
  }
#endif
