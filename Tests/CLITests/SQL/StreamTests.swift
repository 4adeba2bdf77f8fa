import Foundation
import TestSupport
import Testing

@Suite struct StreamTests {
  @Test func `What a UDF prints does not come between the rows`() throws {
    let end = try Clutch().run(
      "sql", "--udf", Clutch.functions, "--format", "csv", "--threads", "1", "SELECT talk(i) AS i FROM range(3) t(i)")
    #expect(end.status == .exited(0))
    #expect(end.output == "i\n0\n1\n2\n")
    #expect(end.errors == (0..<3).map { "talk[\($0)]: talking to \($0)\ntalk[\($0)]: more talk\n" }.joined())
  }

  @Test(arguments: ["csv", "jsonl"])
  func `A reader that goes away ends the program without a word, as SIGPIPE would`(format: String) throws {
    let end = try Clutch().start(
      ["sql", "--format", format, "SELECT i FROM range(100000000) t(i)"], closingOutputAfter: 2
    ).end()
    #expect(end.status == .exited(128 + SIGPIPE))
    #expect(end.errors.isEmpty)
    #expect(end.output.contains("\n"))
  }

  @Test(arguments: ["table", "csv"])
  func `A query whose reader has gone stops, though it has nothing to write`(format: String) throws {
    // It would take hours. When it has looked at all of the right side, DuckDB does not stop it for minutes.
    let query = "SELECT count(*) AS n FROM range(100000000) a, range(100000000) b WHERE hash(a.range, b.range) = 7"
    let end = try Clutch().shell(#"{ "$clutch" sql --format \#(format) "\#(query)"; echo $? >&2; } | true"#)
    #expect(end.status == .exited(0))
    #expect(end.errors == "\(128 + SIGPIPE)\n")
  }

  @Test func `A statement with effects does not need a reader`() throws {
    let clutch = try Clutch()
    let query = "CREATE TABLE t AS SELECT sum(hash(i)) AS s FROM range(20000000) r(i); INSERT INTO t VALUES (7)"
    let end = try clutch.shell(#"{ "$clutch" sql --database x.db "\#(query)"; echo $? >&2; } | true"#)
    #expect(end.errors == "0\n")
    #expect(
      try clutch.run("sql", "--format", "csv", "--database", "x.db", "SELECT count(*) AS n FROM t").output == "n\n2\n")
  }

  @Test(arguments: [#"sql --format csv "SELECT i FROM range(100000) t(i)""#, "inspect '\(Clutch.functions)'"])
  func `A full disk is an error`(command: String) throws {
    let end = try Clutch().shell(#""$clutch" \#(command) > /dev/full"#)
    #expect(end.status == .exited(1))
    #expect(end.errors == "Error: cannot write standard output: No space left on device\n")
  }

  @Test(.enabled(if: Pyenv.python(3, 12) != nil), arguments: ["2>&-", "2>/dev/full"])
  func `A warning that nobody can read does no harm`(redirection: String) throws {
    let library = try DuckDBPackage.bareduckdb.path()
    let end = try Clutch().shell(
      """
      "$clutch" sql --python '\(Pyenv.python(3, 12) ?? "")' --duckdb '\(library)' --udf '\(Clutch.functions)' \
      --format csv 'SELECT twice(3) AS x' \(redirection)
      """)
    #expect(end.status == .exited(0), "\(end)")
    #expect(end.output == "x\n6\n")
  }

  @Test func `Rows do not go into the database when standard output is closed`() throws {
    let clutch = try Clutch()
    let query = "CREATE TABLE t AS SELECT 7 AS i; SELECT * FROM t, range(10000)"
    let end = try clutch.shell(#""$clutch" sql --format csv --database x.db "\#(query)" >&-"#)
    #expect(end.errors == "Error: cannot write standard output: Bad file descriptor\n")
    #expect(try clutch.run("sql", "--format", "csv", "--database", "x.db", "FROM t").output == "i\n7\n")
  }
}
