#if Server
  import Dispatch
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct FlightTests {
      @Test func `real clients get what they ask for, value by value`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, [functions])
        let end = try startChecks(server).end(within: .seconds(300))
        let lines = end.output.split(separator: "\n").filter { $0.hasPrefix("ok ") || $0.hasPrefix("FAIL ") }
        for line in lines where line.hasPrefix("FAIL") { Issue.record("\(line)") }
        #expect(lines.count > 30 && end.status == .exited(0), "\(end.output)\n\(end.errors.suffix(2_000))")
        // What clients gave up has ended, with its `finally` blocks.
        for text in ["forever is closed", "sleeps(600.0) is over", "sleeps(601.0) is over"] {
          try server.logs(text)
        }
        // The traceback is for the log only.
        try server.logs("raise ValueError(f\"negative input: {x}\")")
        #expect(!server.log.contains("Fatal") && !server.log.contains("crash"))
        try server.end()
      }

      @Test func `rows that fail have their errors beside them for who wants that`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--row-errors", functions])
        try check(server, "row_errors")
        try server.logs("2 rows failed; the first: Traceback")
        try server.end()
      }

      @Test func `requests that are wrong in any place get a status, and the server is as well as before`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--log-level", "notice", functions])
        let end = try startPython("fuzz.py", server.address, ["90", "7", "250"]).end()
        #expect(end.status == .exited(0) && end.output.contains("seed 7: 1000 requests"), "\(end)")
        try server.end()
      }

      @Test func `functions of several files have their files' names where they would clash`() throws {
        let folder = try TestFolder()
        let one = try folder.write(
          "one.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return 1\n@udf\ndef g(x: int) -> int: return 3"
        )
        let two = try folder.write("two.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return 2")
        let server = try ServerProgram(folder, [one, two])
        try check(server, "gives", "one.f", "1", "0")
        try check(server, "gives", "two.f", "2", "0")
        try check(server, "gives", "g", "3", "0")
        try check(server, "gives", "one.g", "3", "0")
        try check(server, "fails_with", "call it one.f or two.f", "f", "0")
        #expect(server.log.contains("f is not served: several files have it"))
        try server.end()
      }

      @Test func `a function named like one of SQL's is no problem, and overloads are chosen by their arguments`()
        throws
      {
        let folder = try TestFolder()
        let file = try folder.write(
          "over.py",
          """
          def one(x): return x + 1
          def two(x, y): return x * y
          """)
        let server = try ServerProgram(
          folder, ["--function", "gcd(INT) -> INT = one", "--function", "gcd(INT, INT) -> INT = two", file])
        try check(server, "gives", "gcd", "6", "5")
        try check(server, "gives", "gcd", "15", "5", "3")
        try server.end()
      }
    }
  }
#endif
