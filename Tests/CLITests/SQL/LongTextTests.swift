import TestSupport
import Testing

/// Texts of any size that a function or SQL makes, on their way to a person.
@Suite struct LongTextTests {
  private let clutch: Clutch

  init() throws {
    clutch = try Clutch()
    try clutch.write(
      "long.py",
      """
      import logging, sys
      from clutch import udf

      @udf
      def message(n: int) -> int:
          raise ValueError("a" * n)

      @udf
      def result(n: int) -> int:
          return ["a" * n]

      @udf
      def argument(text: str) -> int:
          raise KeyError(text)

      @udf
      def many(*numbers: int) -> int:
          raise ValueError("many")

      @udf
      def denied(n: int) -> int:
          open("/etc/" + "d" * n, "w")

      @udf
      def said(n: int) -> int:
          logging.basicConfig(stream=sys.stderr)
          logging.warning("l" * n)
          return n
      """)
  }

  @Test(
    arguments: [
      "message(30000000)", "result(30000000)", "argument(repeat('a', 3000000))", "denied(1000000)",
      "error(repeat('a', 3000000))", "error(repeat('b' || chr(10), 1000000))",
      "many(\(Array(repeating: "1", count: 500).joined(separator: ", ")))",
    ])
  func `The error is short`(expression: String) throws {
    let end = try clutch.run("sql", "--udf", "long.py", "SELECT \(expression)")
    #expect(end.status == .exited(1))
    #expect(end.errors.hasPrefix("Error: ") || expression.hasPrefix("denied"))
    #expect(end.errors.utf8.count < 25_000)
    #expect(end.errors.contains(" more ") || end.errors.contains("…"))
  }

  @Test func `The error says how much was left out`() throws {
    let end = try clutch.run("sql", "--udf", "long.py", "SELECT message(30000000)")
    let shown = String(repeating: "a", count: 1000) + "… (29,999,000 more characters)"
    #expect(
      end.errors == """
        Error: Invalid Input Error: UDF message failed at row 0 of its batch (n=30000000): ValueError: \(shown)
        Traceback (most recent call last):
          File "long.py", line 6, in message
            raise ValueError("a" * n)
        ValueError: \(shown)

        """)
  }

  @Test func `Errors beside values and dead letters are short`() throws {
    let end = try clutch.run(
      "sql", "--udf", "long.py", "--on-error", "collect", "--dead-letters", "failed.jsonl", "--format", "csv",
      "SELECT length(r.error.message) AS m, length(r.error.traceback) < 3000 AS t FROM (SELECT message(5000000) AS r)")
    #expect(end.output == "m,t\n1029,true\n")
    #expect(try clutch.text("failed.jsonl").utf8.count < 5_000)
  }

  @Test func `A message of logging is cut at 65,536 characters`() throws {
    let end = try clutch.run("sql", "--udf", "long.py", "--format", "csv", "SELECT said(1000000)")
    #expect(end.output == "said(1000000)\n1000000\n")
    #expect(end.errors.utf8.count < 66_000)
    #expect(end.errors.contains("lll… ("))
  }
}
