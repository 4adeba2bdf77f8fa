import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct LogOptionTests {
  private static let source = """
    import logging, sys
    from clutch import udf
    print("loading")

    @udf
    def talk(x: int) -> int:
        print("printed")
        sys.stderr.write("to stderr\\n")
        logging.getLogger("app").warning("two\\nlines")
        return x

    @udf
    def chatty(x: int) -> int:
        print(x)
        return x
    """

  /// What is on standard error after a query.
  private func errors(_ query: String, _ options: String...) throws -> String {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.start(["sql", "--udf", "f.py", "--threads", "1", "--format", "csv"] + options + [query]).end()
    #expect(end.status == .exited(0), "\(end)")
    #expect(end.output.hasPrefix("n\n"))
    return end.errors
  }

  @Test func `Messages stand behind the function and the row, grave ones with their level`() throws {
    let found = try errors("SELECT sum(talk(i)) AS n FROM range(2) t(i)")
    #expect(
      found == """
        f.py: loading
        talk[0]: printed
        talk[0]: to stderr
        talk[0] warning: two
          lines
        talk[1]: printed
        talk[1]: to stderr
        talk[1] warning: two
          lines

        """)
  }

  @Test(arguments: [
    ("notice", "talk[0]: to stderr\ntalk[0] warning: two\n  lines\n"), ("warning", "talk[0] warning: two\n  lines\n"),
    ("error", ""), ("none", ""),
  ])
  func `Less grave messages are not shown if one says so`(level: String, expected: String) throws {
    #expect(try errors("SELECT talk(1) AS n", "--log-level", level) == expected)
  }

  @Test func `A chatty function is cut off unless one says otherwise`() throws {
    let query = "SELECT sum(chatty(i)) AS n FROM range(20000) t(i)"
    let limited = try errors(query, "--log-limit", "5").split(separator: "\n")
    let notes = limited.filter { $0.contains("left out: more than 5 a second") }
    #expect(notes.last == limited.last)
    let leftOut = notes.compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }.reduce(0, +)
    #expect(limited.count - notes.count - 1 + leftOut == 20_000)
    #expect(try errors(query, "--log-limit", "0").split(separator: "\n").count == 20_001)
  }

  @Test(arguments: [
    (["--log-level", "loud"], "invalid for '--log-level <level>'"),
    (["--log-limit=-1"], "it takes a whole number from 0 to 1000000"),
    (["--log-limit", "many"], "invalid for '--log-limit <count>'"),
  ])
  func `What is no level and no limit is refused`(options: [String], message: String) throws {
    let end = try Clutch().start(["sql"] + options + ["SELECT 1"]).end()
    #expect(end.status == .exited(64))
    #expect(end.errors.contains(message), "\(end.errors)")
  }

  @Test func `What an instance says when it is closed is said before the tool ends`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      import atexit
      from clutch import udf
      atexit.register(print, "left")
      @udf
      class counted:
          def __init__(self): self.calls = 0
          def __call__(self, x: int) -> int:
              self.calls += 1
              return x
          def close(self): print("closed after", self.calls)
      """)
    let query = "SELECT sum(counted(i)) AS n FROM range(3) t(i)"
    let end = try clutch.start(["sql", "--udf", "f.py", "--threads", "1", "--format", "csv", query]).end()
    #expect(end.status == .exited(0), "\(end)")
    #expect(end.errors == "f.py: closed after 3\nf.py: left\n")
  }
}
