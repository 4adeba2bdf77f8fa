import DuckDBEngine
import Testing

/// Arguments that hold a subquery, of which DuckDB shows nothing when a query is bound.
@Suite struct SubqueryTests {
  private static let source = """
    from datetime import date, datetime
    from typing import Any

    @udf
    def s(x: str) -> str: return x

    @udf
    def n(x: int | None) -> int: return -1 if x is None else 2 * x

    @udf
    def plus(x: float, y: int) -> float: return x + y

    @udf
    def yes(x: bool) -> bool: return x

    @udf
    def total(xs: list[int]) -> int: return sum(xs)

    @udf
    def day_of(x: date) -> int: return x.day

    @udf
    def moment(x: datetime) -> str: return x.isoformat()

    @udf
    def anything(x: Any) -> str: return type(x).__name__

    @udf
    def two(x: int) -> str: return 'int'

    @udf(name='two')
    def two_texts(x: str) -> str: return 'str'

    @udf
    def times(x: int, y: int = 10) -> int: return x * y
    """

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("s((SELECT 'x'))", "x"), ("s(upper((SELECT 'x')))", "X"), ("s(CAST((SELECT 5) AS VARCHAR))", "5"),
      ("n((SELECT 4))", "8"), ("n(1 + (SELECT count(*) FROM range(5)))", "12"), ("n((SELECT NULL))", "-1"),
      ("n((SELECT 1 WHERE false))", "-1"), ("plus((SELECT avg(i) FROM range(3) t(i)), 2)", "3.0"),
      ("plus((SELECT 1.5::FLOAT), (SELECT 2))", "3.5"), ("yes(1 IN (SELECT 1))", "true"),
      ("yes(EXISTS (SELECT 1))", "true"), ("total(ARRAY(SELECT i FROM range(4) t(i)))", "6"),
      ("day_of((SELECT DATE '2024-02-29'))", "29"), ("moment((SELECT DATE '2024-02-29'))", "2024-02-29T00:00:00"),
      ("anything((SELECT 1.5::DOUBLE))", "float"), ("two((SELECT 'x'))", "str"), ("two((SELECT 1))", "int"),
      ("times((SELECT 3))", "30"), ("times((SELECT 3), (SELECT 4))", "12"), ("s((SELECT s((SELECT 'in'))))", "in"),
    ] as [(String, String)])
  func `An argument may hold a subquery`(library: TestLibrary, call: (sql: String, value: String)) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try connection.rows("SELECT \(call.sql)").map(\.[0].description) == [call.value])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A subquery may be correlated, in any clause and over many chunks`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let sql = "SELECT n((SELECT max(j) FROM range(3) u(j) WHERE j <= i)) FROM range(3) t(i) ORDER BY 1"
    #expect(try connection.rows(sql) == [[.integer(0)], [.integer(2)], [.integer(4)]])
    let many = "SELECT sum(n(i + (SELECT 1)))::BIGINT FROM range(100000) t(i) WHERE yes(i IN (FROM range(50000)))"
    #expect(try connection.rows(many) == [[.integer(2_500_050_000)]])
    #expect(try connection.rows("SELECT 1; SELECT n((SELECT 3)); SELECT n(day_of('2024-02-29'))").count == 3)
  }

  @Test(arguments: TestLibrary.allCases)
  func `A moment of a subquery is in the session's time zone`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let moment = "TIMESTAMPTZ '2024-01-01 00:00:00+00'"
    let rows = try connection.rows("SELECT moment(m), moment((SELECT \(moment))) FROM (SELECT \(moment) m)")
    #expect(rows[0][0] == rows[0][1])
  }

  /// Nothing of a subquery is a constant, so no text becomes what a parameter is.
  @Test(arguments: TestLibrary.allCases)
  func `A subquery of a wrong type is refused as any argument`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let message = try connection.failure("SELECT day_of((SELECT '2024-02-29'))") ?? ""
    #expect(
      message.contains(
        "day_of(VARCHAR): argument 1 ('x', date) is VARCHAR, but takes DATE; cast it, as in CAST(... AS DATE)."))
    #expect(try connection.rows("SELECT day_of(CAST((SELECT '2024-02-29') AS DATE))") == [[.integer(29)]])
    #expect(try connection.failure("SELECT n((SELECT BIT '1'))")?.contains("n(BIT): argument 1 ('x'") == true)
    // What can be seen is refused at once.
    let bound = try connection.failure("EXPLAIN SELECT plus((SELECT 1.5::FLOAT), 'x'::BLOB)") ?? ""
    #expect(bound.contains("Binder Error") && bound.contains("argument 2 ('y', int)"), "\(bound)")
    #expect(try connection.failure("EXPLAIN SELECT n((SELECT 1), 2)")?.contains("Binder Error") == true)
  }

  @Test(arguments: TestLibrary.allCases)
  func `In a transaction a subquery works, and what is done there stays`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    try connection.run("CREATE TABLE t(a BIGINT)")
    let settings = "SELECT name, value FROM duckdb_settings() WHERE name LIKE '%invalidation%' ORDER BY name"
    let before = try connection.rows(settings)
    for (begin, end) in [("BEGIN", "COMMIT"), ("  start transaction", "end"), ("BEGIN; SELECT 1", "ROLLBACK")] {
      try connection.run(begin)
      try connection.run("CREATE TABLE u(a BIGINT); INSERT INTO u VALUES (n((SELECT 4)))")
      #expect(try connection.rows("SELECT s((SELECT 'x')), n(a + (SELECT 1)) FROM u") == [[.text("x"), .integer(18)]])
      try connection.run("INSERT INTO t SELECT n((SELECT max(a) FROM u))")
      #expect(try connection.rows(settings) == before)
      try connection.run(end)
      try connection.run("DROP TABLE IF EXISTS u")
    }
    #expect(try connection.rows("FROM t") == [[.integer(16)], [.integer(16)]])
    #expect(try connection.rows("SELECT n((SELECT 3))") == [[.integer(6)]])
  }

  /// The attempts change nothing of what a refusal does to the transaction.
  @Test(arguments: TestLibrary.allCases)
  func `A refusal in a transaction does to it what it does without functions`(library: TestLibrary) throws {
    let connections = try [library.connect(), library.connect(with: Self.source)]
    for policy in ["", "SET current_transaction_invalidation_policy = 'SYNTACTIC_ERRORS_DO_NOT_INVALIDATE'"] {
      var after: [String?] = []
      for connection in connections {
        try connection.run("BEGIN")
        // Versions before 2.0 lack it.
        if !policy.isEmpty, try connection.failure(policy) != nil { try connection.run("ROLLBACK; BEGIN") }
        #expect(try connection.failure("SELECT nosuch((SELECT 1))")?.contains("nosuch") == true)
        after.append(try connection.failure("SELECT 1"))
        try connection.run("ROLLBACK")
      }
      #expect(after[0] == after[1])
    }
    try connections[1].run("BEGIN")
    #expect(try connections[1].failure("SELECT n((SELECT 1), 2)")?.contains("takes 1 argument") == true)
    try connections[1].run("ROLLBACK")
    #expect(try connections[1].rows("SELECT n((SELECT 1))") == [[.integer(2)]])
  }
}
