import TestSupport
import Testing

@Suite struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Behind `sql`; `functions` stands for the test files' functions.
    let arguments: [String]
    let message: String
    var status: Int32 = 1
    /// The text of `bad.py`, if it is there.
    var source: String?

    init(_ name: String, _ arguments: [String], _ message: String, status: Int32 = 1, source: String? = nil) {
      (testDescription, self.arguments, self.message) = (name, arguments, message)
      (self.status, self.source) = (status, source)
    }
  }

  private static let badFile = ["--udf", "bad.py", "SELECT 1"]
  private static let functions = ["--udf", Clutch.functions]
  private static let head = "from clutch import udf\n\n@udf\n"

  static let files = [
    Case("a missing UDF file", ["--udf", "no.py", "SELECT 1"], "Error: The UDF file no.py does not exist.\n"),
    Case(
      "a syntax error", badFile,
      """
      Error: bad.py does not compile:
        File "bad.py", line 5
          return x +
                    ^
      SyntaxError: invalid syntax

      """, source: head + "def f(x: int) -> int:\n    return x +\n"),
    Case(
      "an exception on import", badFile,
      """
      Error: bad.py raised an exception when it was loaded:
      Traceback (most recent call last):
        File "bad.py", line 1, in <module>
          1 / 0
      ZeroDivisionError: division by zero

      """, source: "1 / 0\n"),
    Case(
      "no @udf", badFile,
      "Error: bad.py has no UDF: mark a function with @udf, after \"from clutch import udf\", or give the signature of one that is not marked (--function, or functions: of UDFSource).\n",
      source: "def f(x: int) -> int:\n    return x\n"),
    Case(
      "a name twice in a file", badFile,
      """
      Error: bad.py, line 8: function 'F' is there already, in line 4; rename one (SQL does not tell upper from lower \
      case)

      """,
      source: head + "def f(x: int) -> int:\n    return x\n\n@udf\ndef F(x: int) -> int:\n    return x\n"),
    Case(
      "a name in two files", functions + badFile,
      "rename one (SQL does not tell upper from lower case)\n",
      source: head + "def Twice(x: int) -> int:\n    return x\n"),
    Case(
      "a built-in name", badFile, "Error: bad.py, line 4: DuckDB has a function named abs of its own; rename the UDF",
      source: head + "def abs(x: int) -> int:\n    return x\n"),
    Case(
      "no annotation", badFile, "Error: bad.py, line 4: function 'f': parameter 'x' has no annotation; write x: T",
      source: head + "def f(x) -> int:\n    return x\n"),
    Case(
      "not text", badFile, "Error: The UDF file bad.py is not Python source: it has a zero byte.\n", source: "x\0\n"),
  ]

  static let queries = [
    Case(
      "an unknown function", functions + ["SELECT thirce(1)"],
      "Error: Catalog Error: Scalar Function with name thirce does not exist!"),
    Case(
      "a wrong SQL type", functions + ["SELECT twice(x) FROM (VALUES ('a')) t(x)"],
      """
      Error: Binder Error: twice(VARCHAR): argument 1 ('x', int) is VARCHAR, but takes an integer type; cast it, as in \
      CAST(... AS BIGINT). The UDF is twice(x BIGINT) -> BIGINT

      """),
    Case(
      "a wrong result type", functions + ["SELECT mistyped(1)"],
      "UDF mistyped failed at row 0 of its batch (x=1): it returned 'text' of type str, expected int or None\n"),
    Case(
      "an integer out of range", functions + ["SELECT huge(1)"],
      "it returned 9223372036854775809 of type int, which does not fit a 64-bit integer\n"),
    Case(
      "an exception", functions + ["SELECT fail(5)"],
      "UDF fail failed at row 0 of its batch (x=5): ValueError: Ärger mit 鴨\nTraceback (most recent call last):\n"),
    Case(
      "sys.exit in a UDF", functions + ["SELECT leave(5)"],
      "UDF leave failed at row 0 of its batch (x=5): SystemExit: 3 (a UDF cannot end the process)\n"),
    Case("a SQL syntax error", ["SELEC 1"], "Error: Parser Error: syntax error at or near \"SELEC\"\n"),
    Case("SQL that is not there", ["-f", "no.sql"], "Error: The SQL file no.sql does not exist.\n"),
  ]

  static let options = [
    Case("no SQL", [], "Error: Give the SQL either as an argument (- for standard input) or with -f", status: 64),
    Case("SQL twice", ["-f", "a.sql", "SELECT 1"], "Error: Give the SQL either as an argument", status: 64),
    Case(
      "a bad format", ["--format", "xml", "SELECT 1"],
      "Please provide one of the following:\n  - table\n  - csv\n  - json\n  - jsonl\n  - markdown\n  - line\n",
      status: 64),
    Case(
      "an unwritable output", ["-o", "no/out.csv", "SELECT 1"],
      "Error: cannot write no/out.csv: No such file or directory\n", status: 1),
    Case("a folder as output", ["-o", ".", "SELECT 1"], "Is a directory", status: 1),
    Case(
      "an unwritable database", ["--database", "no/x.duckdb", "SELECT 1"],
      "Error: IO Error: Cannot open file", status: 1),
    Case("a missing Python", ["--python", "no/python", "SELECT 1"], "there is no program at this path", status: 1),
    Case("a missing DuckDB", ["--duckdb", "no/libduckdb.so", "SELECT 1"], "there is no such file", status: 1),
  ]

  @Test(arguments: files + queries + options)
  func `Bad input gives a message, no rows, a failure, and no file`(bad: Case) throws {
    let clutch = try Clutch()
    if let source = bad.source { try clutch.write("bad.py", source) }
    let before = try clutch.names()
    let end = try clutch.start(["sql", "--format", "csv"] + bad.arguments).end()
    #expect(end.status == .exited(bad.status), "\(end)")
    #expect(end.output.isEmpty)
    #expect(end.errors.contains(bad.message), "\(end.errors)")
    #expect(!end.errors.contains("\u{1B}"))
    #expect(try clutch.names() == before)
  }

  @Test func `SQL that is not UTF-8 is refused`() throws {
    let clutch = try Clutch()
    let end = try clutch.shell(#"printf "SELECT '\377'" > x.sql; "$clutch" sql -f x.sql"#)
    #expect(end.status == .exited(1))
    #expect(end.output.isEmpty)
    #expect(end.errors == "Error: The SQL file x.sql is not UTF-8 text.\n")
  }

  @Test(arguments: [("<&-", "cannot be read: it is closed"), ("< .", "is a folder")])
  func `Standard input that cannot be read is an error`(redirection: String, reason: String) throws {
    let end = try Clutch().shell(#""$clutch" sql - "# + redirection)
    #expect(end.status == .exited(1), "\(end)")
    #expect(end.errors == "Error: The SQL on standard input \(reason).\n")
  }
}
