import TestSupport
import Testing

/// Where the SQL comes from, and what several statements do.
@Suite struct StatementTests {
  private let clutch: Clutch

  init() throws { clutch = try Clutch() }

  @Test func `SQL is read from an argument, a file or standard input`() throws {
    let sql = "SELECT twice(21) AS x"
    try clutch.write("q.sql", sql)
    let options = ["sql", "--udf", Clutch.functions, "--format", "csv"]
    for end in [
      try clutch.start(options + [sql]).end(), try clutch.start(options + ["-f", "q.sql"]).end(),
      try clutch.start(options + ["-"], input: sql).end(),
    ] {
      #expect(end.status == .exited(0))
      #expect(end.output == "x\n42\n")
      #expect(end.errors.isEmpty)
    }
  }

  @Test func `Statements run in order, and each sees what the ones before did`() throws {
    let end = try clutch.run(
      "sql", "--udf", Clutch.functions, "--format", "csv",
      """
      CREATE TABLE t AS SELECT twice(i) AS x FROM range(3) r(i);
      SELECT sum(x) AS before FROM t;
      UPDATE t SET x = twice(x); -- nothing; is printed
      SELECT sum(x) AS after FROM t;
      """)
    #expect(end.status == .exited(0))
    #expect(end.output == "before\n6\nafter\n12\n")
  }

  @Test func `The rows before a failing statement are printed, and nothing behind it runs`() throws {
    let end = try clutch.run(
      "sql", "--format", "csv", "SELECT 1 AS i; SELECT error('no'); COPY (SELECT 1) TO 'x.csv'")
    #expect(end.status == .exited(1))
    #expect(end.output.hasPrefix("i\n1\n"))
    #expect(end.errors == "Error: Invalid Input Error: no\n")
    #expect(try clutch.names().isEmpty)
  }

  @Test func `A database file is written by one run and read by the next`() throws {
    let create = try clutch.run(
      "sql", "--database", "nest.duckdb", "--udf", Clutch.functions, "CREATE TABLE t AS SELECT twice(4) AS x")
    #expect(create.status == .exited(0))
    #expect(create.output.isEmpty)
    #expect(try clutch.names() == ["nest.duckdb"])
    let read = try clutch.run("sql", "--database", "nest.duckdb", "--format", "csv", "FROM t")
    #expect(read.output == "x\n8\n")
  }

  @Test(arguments: ["1", "2"])
  func `Any number of threads gives the same rows`(threads: String) throws {
    let end = try clutch.run(
      "sql", "--threads", threads, "--udf", Clutch.functions, "--format", "csv",
      "SELECT current_setting('threads') AS n, sum(twice(i)) AS s FROM range(300000) t(i)")
    #expect(end.output == "n,s\n\(threads),89999700000\n")
  }

  @Test func `What COPY writes can be read back`() throws {
    let end = try clutch.run(
      "sql", "--udf", Clutch.functions, "--format", "csv",
      """
      COPY (SELECT i, greet('duck ' || i, i = 1) AS g FROM range(3) t(i)) TO 'out.parquet';
      SELECT * FROM 'out.parquet' ORDER BY i
      """)
    #expect(end.output == "i,g\n0,\"Hello, duck 0\"\n1,\"Hello, duck 1!\"\n2,\"Hello, duck 2\"\n")
    #expect(try clutch.names() == ["out.parquet"])
  }

  @Test func `Functions of several files work together`() throws {
    try clutch.write("more.py", "from clutch import udf\n\n@udf\ndef thrice(x: int) -> int:\n    return 3 * x\n")
    let end = try clutch.run(
      "sql", "--udf", Clutch.functions, "--udf", "more.py", "--format", "csv", "SELECT thrice(twice(answer())) AS x")
    #expect(end.output == "x\n252\n")
  }
}
