import DuckDBEngine
import Testing

@Suite struct QueryPlaceTests {
  static let source = """
    @udf
    def thrice(x: int) -> int:
        return 3 * x

    @udf
    def is_even(x: int) -> bool:
        return x % 2 == 0

    @udf
    def or_zero(x: int | None, y: int) -> int:
        return (x or 0) + y
    """

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("SELECT i FROM range(6) t(i) WHERE is_even(i)", [[0], [2], [4]]),
      ("SELECT i FROM range(6) t(i) WHERE is_even(i) AND thrice(i) > 5 ORDER BY i", [[2], [4]]),
      ("SELECT thrice(i % 2) AS k, count(*) FROM range(5) t(i) GROUP BY k ORDER BY k", [[0, 3], [3, 2]]),
      ("SELECT i FROM range(4) t(i) ORDER BY thrice(-i)", [[3], [2], [1], [0]]),
      ("SELECT sum(thrice(i))::BIGINT, max(thrice(i)) FROM range(4) t(i)", [[18, 9]]),
      ("SELECT thrice(sum(i)::BIGINT) FROM range(4) t(i)", [[18]]),
      ("SELECT i % 2 AS k FROM range(9) t(i) GROUP BY k HAVING is_even(count(*)) ORDER BY k", [[1]]),
      (
        "SELECT a.i, b.i FROM range(4) a(i) JOIN range(10) b(i) ON thrice(a.i) = b.i ORDER BY a.i",
        [[0, 0], [1, 3], [2, 6], [3, 9]]
      ),
      ("SELECT CASE WHEN is_even(i) THEN thrice(i) ELSE -1 END FROM range(4) t(i)", [[0], [-1], [6], [-1]]),
      ("SELECT or_zero(NULLIF(i, 1), i) FROM range(3) t(i)", [[0], [1], [4]]),
      ("SELECT list_sum(list_transform([1, 2], lambda x: x))::BIGINT + thrice(1)", [[6]]),
      ("WITH c AS (SELECT thrice(i) AS x FROM range(3) t(i)) SELECT thrice(x) FROM c", [[0], [9], [18]]),
      ("SELECT (SELECT thrice(max(i)) FROM range(3) t(i))", [[6]]),
      ("SELECT sum(thrice(i)) OVER (ORDER BY i)::BIGINT FROM range(3) t(i)", [[0], [3], [9]]),
    ] as [(String, [[Int64]])])
  func `A UDF stands where any expression stands`(
    library: TestLibrary, query: (sql: String, rows: [[Int64]])
  ) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try connection.rows(query.sql) == query.rows.map { $0.map { .integer($0) } })
  }

  @Test(arguments: TestLibrary.allCases)
  func `A prepared statement is executed with each type that its parameter may have`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows(
      """
      PREPARE p AS SELECT thrice($1); EXECUTE p(3); EXECUTE p(4::TINYINT); EXECUTE p(NULL);
      EXECUTE p(5::HUGEINT);
      PREPARE q AS SELECT or_zero($1, $2) FROM range(2); EXECUTE q(NULL, 7);
      """)
    #expect(rows == [[.integer(9)], [.integer(12)], [.null], [.integer(15)], [.integer(7)], [.integer(7)]])
    #expect(
      try connection.failure("EXECUTE p('x')")
        == """
        Invalid Input Error: thrice: argument 1 ('x', int): Conversion Error: Could not convert string 'x' to INT64
        """)
    #expect(try connection.failure("EXECUTE p(1.5)")?.contains("argument 1 ('x', int) is DECIMAL(2,1)") == true)
    #expect(try connection.rows("EXECUTE p(6)") == [[.integer(18)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A UDF works in a view, an update and an insert`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    try connection.run(
      """
      CREATE TABLE t AS SELECT i FROM range(4) t(i); CREATE VIEW v AS SELECT thrice(i) AS x FROM t;
      UPDATE t SET i = thrice(i) WHERE is_even(i); INSERT INTO t SELECT thrice(100)
      """)
    #expect(try connection.rows("FROM v ORDER BY x") == [0, 3, 9, 18, 900].map { [.integer($0)] })
  }
}
