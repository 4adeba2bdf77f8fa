import DuckDBEngine
import PythonUDF
import Synchronization
import Testing

/// Statements that count on a function to give equal results for equal arguments.
@Suite(.serialized, .timeLimit(.minutes(30))) struct VolatilityTests {
  private static func source(_ mark: String) -> String {
    """
    \(mark)
    def double(x: int) -> int:
        return x * 2
    """
  }

  static let statements: [(sql: String, rows: [[Int64]])] = [
    ("SELECT double(x) AS a, a + 1 AS b FROM range(3) t(x)", [[0, 1], [2, 3], [4, 5]]),
    ("SELECT double(x) AS a FROM range(5) t(x) WHERE a > 2", [[4], [6], [8]]),
    (
      "SELECT x, row_number() OVER (PARTITION BY double(x % 2) ORDER BY x) AS n FROM range(4) t(x) ORDER BY x",
      [[0, 1], [1, 1], [2, 2], [3, 2]]
    ),
    (
      "SELECT x, row_number() OVER (ORDER BY double(-x)) AS n FROM range(4) t(x) ORDER BY x",
      [[0, 4], [1, 3], [2, 2], [3, 1]]
    ),
    ("SELECT TRY(double(1)) AS v", [[2]]),
    ("PREPARE p AS SELECT TRY(double($1)); EXECUTE p(3); EXECUTE p(4)", [[6], [8]]),
    ("CREATE TABLE t(a BIGINT); CREATE INDEX i ON t(double(a)); INSERT INTO t VALUES (1); FROM t", [[1]]),
  ]

  @Test(arguments: TestLibrary.allCases, ["@udf", "@udf(deterministic=True)"])
  func `A function stands where SQL counts on equal results`(library: TestLibrary, mark: String) throws {
    for statement in Self.statements {
      let connection = try library.connect(with: Self.source(mark))
      let rows = try connection.rows(statement.sql)
      #expect(rows == statement.rows.map { $0.map { .integer($0) } }, "\(statement.sql)")
      // What was allowed for one statement holds for that one only.
      #expect(try connection.rows("SELECT double(2)") == [[.integer(4)]])
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Refused within a transaction, a statement is allowed, and nothing else changes`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source("@udf"))
    let rows = try connection.rows(
      "BEGIN; CREATE TABLE t AS SELECT 1 AS x; SELECT TRY(double(x)) FROM t; COMMIT; SELECT double(x) AS a, a + 1 FROM t"
    )
    #expect(rows.suffix(2) == [[.integer(2)], [.integer(2), .integer(3)]])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      (
        "SELECT volatile_f(x) AS a, a + 1 FROM range(3) t(x)",
        "UDF volatile_f says that equal arguments may give other results"
      ),
      ("SELECT volatile_f(x) AS a FROM range(3) t(x) WHERE a > 1", "UDF volatile_f says that"),
      ("SELECT TRY(volatile_f(1))", "UDF volatile_f says that"),
      ("CREATE TABLE t(a BIGINT); CREATE INDEX i ON t(volatile_f(a))", "UDF volatile_f says that"),
      ("SELECT TRY(tick())", "UDF tick has no parameters, so every call may give another result"),
      ("SELECT bare() AS a, a + 1", "UDF bare is called without arguments, so every call may give another result"),
    ])
  func `A refusal because of a volatile function names it and says what to write`(
    library: TestLibrary, statement: (sql: String, sentence: String)
  ) throws {
    let connection = try library.connect(
      with: """
        @udf(deterministic=False)
        def volatile_f(x: int) -> int: return x
        @udf
        def tick() -> int: return 1
        @udf
        def bare(x: int = 1) -> int: return x
        """)
    let failure = try #require(try connection.failure(statement.sql))
    #expect(failure.contains(statement.sentence), "\(failure)")
    #expect(failure.contains("write @udf(deterministic=True)"))
    #expect(try connection.rows("SELECT bare(2) AS a, a + 1") == [[.integer(2), .integer(3)]])
  }

  @Test func `DuckDB 2 names a volatile function that a window is ordered by`() throws {
    let connection = try TestLibrary.duckdbWheel.connect(with: Self.source("@udf(deterministic=False)"))
    for clause in ["PARTITION", "ORDER"] {
      let failure = try connection.failure("SELECT row_number() OVER (\(clause) BY double(x)) FROM range(2) t(x)") ?? ""
      #expect(failure.contains("UDF double says that equal arguments may give other results"))
    }
  }

  private static let failing = """
    calls = 0
    @udf
    def fail(x: int) -> int:
        global calls
        calls += 1
        raise ValueError(f"call {calls}")
    @udf
    def count() -> int:
        return calls
    """

  @Test(arguments: TestLibrary.allCases)
  func `A failing call with constants is told once, and only if the query needs it`(library: TestLibrary) throws {
    let (connection, pool) = try library.functions(Self.failing.replacing("def count", with: "def calls_so_far"))
    let failures = Mutex<[String]>([])
    pool.observeFailures { failure in failures.withLock { $0.append(failure.message) } }
    #expect(try connection.failure("SELECT fail(1)")?.contains("ValueError: call 1") == true)
    #expect(failures.withLock { $0 } == ["call 1"])
    #expect(try connection.rows("SELECT calls_so_far()") == [[.integer(1)]])
    for sql in ["EXPLAIN SELECT fail(1)", "SELECT CASE WHEN false THEN fail(1) ELSE 3 END"] { try connection.run(sql) }
    #expect(failures.withLock(\.count) == 1)
    #expect(try connection.rows("SELECT TRY(fail(1))") == [[.null]])
    #expect(failures.withLock(\.count) == 1)
    // A prepared statement calls again each time.
    try connection.run("PREPARE p AS SELECT fail(1)")
    for number in 2...3 {
      #expect(try connection.failure("EXECUTE p") != nil)
      #expect(failures.withLock(\.count) == number)
    }
    #expect(try connection.failure("FROM range(fail(1))") != nil)
    #expect(failures.withLock(\.count) == 4)
  }

  @Test(arguments: TestLibrary.allCases)
  func `With null a failing call with constants is counted once`(library: TestLibrary) throws {
    let (connection, pool) = try library.functions("@udf(on_error='null')\ndef f(x: int) -> int: return x // 0")
    #expect(try connection.rows("SELECT f(1)") == [[.null]])
    #expect(pool.failureSummaries.map(\.failedRows) == [1])
  }
}
