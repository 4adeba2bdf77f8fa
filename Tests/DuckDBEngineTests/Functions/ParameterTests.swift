import DuckDBEngine
import Testing

/// Parameters of prepared statements (`PREPARE`, `EXECUTE`) in what functions are called with: their types are known, and
/// the calls bound again, when a statement is executed.
@Suite struct ParameterTests {
  private static let source = """
    from datetime import date
    from typing import Any

    @udf
    def n(x: int | None) -> int: return -1 if x is None else 2 * x

    @udf
    def s(x: str) -> str: return x + '!'

    @udf
    def kind(x: Any) -> str: return type(x).__name__

    @udf
    def day_of(x: date) -> int: return x.day

    @udf
    def two(x: int) -> str: return 'int'

    @udf(name='two')
    def two_texts(x: str) -> str: return 'str'
    """

  /// What is prepared, how it is executed, and what that gives.
  private static let queries: [(prepared: String, executed: [String], rows: [String])] = [
    ("SELECT n(?)", ["4", "5", "'6'", "NULL", "n(4)"], ["8", "10", "12", "-1", "16"]),
    ("SELECT n($1), s($2)", ["4, 'a'", "5, 'b'"], ["8 a!", "10 b!"]),
    ("SELECT n($x), s($y)", ["y := 'a', x := 4"], ["8 a!"]),
    ("SELECT kind(?)", ["1", "'a'", "1.5::DOUBLE", "DATE '2024-01-01'"], ["int", "str", "float", "date"]),
    ("SELECT day_of(?)", ["'2024-02-29'", "DATE '2024-02-28'"], ["29", "28"]),
    ("SELECT two(?)", ["'x'", "3"], ["str", "int"]),
    ("SELECT n($1::INT + i) FROM range(2) t(i)", ["4", "5"], ["8", "10", "10", "12"]),
    ("SELECT n((SELECT ?))", ["4", "5"], ["8", "10"]),
    ("SELECT n(?), s((SELECT ?))", ["4, 'x'", "6, 'y'"], ["8 x!", "12 y!"]),
    ("SELECT s((SELECT $a)), n((SELECT $b))", ["b := 3, a := 'x'"], ["x! 6"]),
    ("SELECT n((SELECT max(i) FROM range(10) t(i) WHERE i < $1))", ["4", "5"], ["6", "8"]),
    ("SELECT n((SELECT n(?)))", ["4"], ["16"]), ("SELECT (SELECT n(?))", ["4", "5"], ["8", "10"]),
    ("SELECT n(i + (SELECT $1)) FROM range(2) t(i)", ["4", "5"], ["8", "10", "10", "12"]),
    ("WITH c AS (SELECT n(?) AS v) SELECT v, n(v) FROM c", ["4", "5"], ["8 16", "10 20"]),
    ("WITH c AS (SELECT ? AS v) SELECT n(v) FROM c", ["4"], ["8"]),
    (
      "WITH c AS MATERIALIZED (SELECT n(i + $1) AS v FROM range(2) t(i)) SELECT n(v) FROM c WHERE n(v) > $2",
      ["4, 16"], ["20"]
    ),
    ("SELECT n(x) FROM (VALUES (?), (?)) t(x)", ["4, 5"], ["8", "10"]),
    ("SELECT CASE WHEN ? > 3 THEN n(?) ELSE 0 END", ["4, 5", "1, 2"], ["10", "0"]),
    ("SELECT n(x) FROM v WHERE x > ?", ["2"], ["8"]), ("SELECT n(x + ?) FROM w", ["4"], ["24"]),
    ("SELECT m(?)", ["4", "5"], ["8", "10"]), ("SELECT ms(?)", ["4", "5"], ["8", "10"]),
    ("FROM mt(?)", ["4"], ["8", "10"]),
  ]

  private func connect(_ library: TestLibrary) throws -> DuckDBConnection {
    let connection = try library.connect(with: Self.source)
    try connection.run(
      """
      CREATE VIEW v AS SELECT n(i) AS x FROM range(3) t(i);
      CREATE VIEW w AS SELECT n((SELECT max(i) FROM range(5) t(i))) AS x;
      CREATE MACRO m(x) AS n(x);
      CREATE MACRO ms(x) AS n((SELECT x));
      CREATE MACRO mt(x) AS TABLE SELECT n(i + x) AS y FROM range(2) t(i);
      """)
    return connection
  }

  private func texts(_ rows: [[SQLValue]]) -> [String] {
    rows.map { $0.map(\.description).joined(separator: " ") }
  }

  /// In a transaction that begins before either, or between them.
  @Test(arguments: TestLibrary.allCases, [["", "", ""], ["BEGIN", "", "COMMIT"], ["", "BEGIN", "COMMIT"]])
  func `Arguments may hold parameters, wherever they stand`(library: TestLibrary, transaction: [String]) throws {
    let connection = try connect(library)
    for (prepared, executed, rows) in Self.queries {
      try connection.run(transaction[0])
      try connection.run("PREPARE p AS \(prepared)")
      try connection.run(transaction[1])
      let found = try executed.flatMap { texts(try connection.rows("EXECUTE p(\($0))")) }
      #expect(found == rows, "\(prepared)")
      try connection.run(transaction[2])
      try connection.run("DEALLOCATE p")
    }
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("INSERT INTO t SELECT n(?)", "4", ["0", "1", "2", "8"]),
      ("INSERT INTO t VALUES (n(?))", "4", ["0", "1", "2", "8"]),
      ("INSERT INTO t SELECT n((SELECT ?))", "4", ["0", "1", "2", "8"]),
      ("INSERT INTO t SELECT n(a + ?) FROM t", "4", ["0", "1", "2", "8", "10", "12"]),
      ("UPDATE t SET a = n(a + ?) WHERE n(a) > ?", "10, 1", ["0", "22", "24"]),
      ("UPDATE t SET a = n((SELECT ?))", "10", ["20", "20", "20"]), ("DELETE FROM t WHERE n(a) = ?", "2", ["0", "2"]),
      ("DELETE FROM t WHERE n((SELECT ?)) = a", "1", ["0", "1"]),
    ])
  func `Statements that change tables may have parameters in arguments`(
    library: TestLibrary, statement: (prepared: String, executed: String, rows: [String])
  ) throws {
    let connection = try connect(library)
    try connection.run("CREATE TABLE t AS SELECT i AS a FROM range(3) t(i)")
    for (begin, end) in [("BEGIN", "ROLLBACK"), ("", "")] {
      try connection.run("\(begin); PREPARE p AS \(statement.prepared); EXECUTE p(\(statement.executed))")
      #expect(texts(try connection.rows("FROM t ORDER BY a")) == statement.rows)
      try connection.run("\(end); DEALLOCATE p")
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `A parameter of a wrong type is refused when the statement is executed`(library: TestLibrary) throws {
    let connection = try connect(library)
    try connection.run("PREPARE p AS SELECT n(?); PREPARE q AS SELECT day_of((SELECT ?))")
    #expect(try connection.failure("EXECUTE p(DATE '2024-01-01')")?.contains("n(DATE): argument 1 ('x', int)") == true)
    #expect(try connection.failure("EXECUTE p('x')")?.contains("Could not convert string 'x' to INT64") == true)
    // What a subquery gives is no constant.
    #expect(try connection.failure("EXECUTE q('2024-02-29')")?.contains("is VARCHAR, but takes DATE") == true)
    #expect(
      try connection.rows("PREPARE r AS SELECT day_of((SELECT CAST(? AS DATE))); EXECUTE r('2024-02-29')").last == [
        .integer(29)
      ])
    #expect(try connection.failure("EXECUTE p((SELECT 4))")?.contains("Only scalar parameters") == true)
    #expect(try connection.rows("EXECUTE q(DATE '2024-02-29')") == [[.integer(29)]])
    #expect(try connection.failure("SELECT n(?)")?.contains("Values were not provided") == true)
  }
}
