import Foundation
import TestSupport
import Testing

@Suite struct ErrorModeTests {
  private static let source = """
    from clutch import udf

    @udf
    def half(x: int) -> int:
        if x % 2:
            raise ValueError(f"{x} is odd")
        return x // 2

    """
  private static let query = "SELECT i, half(i) AS h FROM range(4) t(i)"

  @Test func `With null the rows are null, and the reasons are told`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("sql", "--udf", "f.py", "--on-error", "null", "--format", "csv", Self.query)
    #expect(end.status == .exited(0))
    #expect(end.output == "i,h\n0,0\n1,\n2,1\n3,\n")
    #expect(
      end.errors == """
        clutch: half: 2 of 4 rows failed and became null:
          ValueError: 1 is odd (line 6)
          ValueError: 3 is odd (line 6)

        """)
  }

  @Test func `With collect the errors are in the result`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run(
      "sql", "--udf", "f.py", "--on-error", "collect", "--format", "csv",
      "SELECT i, h.value, h.error.message FROM (\(Self.query))")
    #expect(end.status == .exited(0))
    #expect(end.output == "i,value,message\n0,0,\n1,,1 is odd\n2,1,\n3,,3 is odd\n")
    #expect(end.errors.isEmpty)
  }

  @Test func `Failed rows are appended to the dead letters with their arguments`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    try clutch.write("dead.jsonl", "{}\n")
    let arguments = ["sql", "--udf", "f.py", "--on-error", "null", "--dead-letters", "dead.jsonl", Self.query]
    #expect(try clutch.start(arguments).end().status == .exited(0))
    let lines = try clutch.text("dead.jsonl").split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines.last == """
        {"arguments":{"x": 3},"error":{"line":6,"message":"3 is odd","traceback":"Traceback (most recent call \
        last):\\n  File \\"f.py\\", line 6, in half\\n    raise ValueError(f\\"{x} is odd\\")\\nValueError: 3 is \
        odd","type":"ValueError"},"function":"half","row":3}
        """)
    for line in lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
  }

  @Test func `A row that fails the query is a dead letter too`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("sql", "--udf", "f.py", "--dead-letters", "dead.jsonl", Self.query)
    #expect(end.status == .exited(1))
    #expect(end.errors.hasPrefix("Error: Invalid Input Error: UDF half failed at row 1 of its batch (x=1): ValueError"))
    #expect(try clutch.text("dead.jsonl").hasPrefix(#"{"arguments":{"x": 1},"#))
  }

  @Test func `Arguments of every type are valid JSON in the dead letters`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from typing import Any
      from clutch import udf

      @udf(on_error="null")
      def bad(*values: Any) -> int:
          raise KeyError("all")

      """)
    let end = try clutch.run(
      "sql", "--udf", "f.py", "--dead-letters", "dead.jsonl",
      """
      SELECT bad('NaN'::DOUBLE, 1.50, DATE '2024-01-01', '\\xFF'::BLOB, {'a': [1, 'infinity'::DOUBLE]},
        MAP {DATE '2024-01-01': 1}, INTERVAL '1 month', NULL, 'é"\\n')
      """)
    #expect(end.status == .exited(0))
    let text = try clutch.text("dead.jsonl")
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let arguments = try #require(object?["arguments"] as? [Any])
    #expect(arguments.count == 9)
    #expect(text.contains(#""2024-01-01""#) && text.contains(#""1.50""#) && text.contains(#""ff""#))
  }

  @Test func `Dead letters that cannot be written are an error before the query`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("sql", "--udf", "f.py", "--dead-letters", "no/dead.jsonl", "CREATE TABLE t AS SELECT 1")
    #expect(end.status == .exited(1))
    #expect(
      end.errors
        == "Error: The file for dead letters, no/dead.jsonl, cannot be written: No such file or directory.\n")
  }
}
