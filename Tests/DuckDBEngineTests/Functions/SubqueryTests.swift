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

  /// Asking again is of no use in a transaction that has ended.
  @Test(arguments: TestLibrary.allCases)
  func `In a transaction a subquery works, or the message says what to write`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    try connection.run("BEGIN")
    if let failure = try connection.failure("SELECT s((SELECT 'x'))") {
      #expect(failure.contains("name it in FROM, as in SELECT s(x) FROM (SELECT (SELECT ...) AS x)"), "\(failure)")
    }
    try connection.run("ROLLBACK")
    #expect(try connection.rows("SELECT s(x) FROM (SELECT (SELECT 'x') AS x)") == [[.text("x")]])
  }
}
