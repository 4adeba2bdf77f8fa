import DuckDBEngine
import Testing

@Suite struct QueryTests {
  @Test("A query gives its columns and rows", arguments: TestLibrary.allCases)
  func rows(library: TestLibrary) throws {
    let connection = try library.connect()
    let statements = try connection.execute("SELECT 42 AS answer, 'duck' AS name, NULL::DOUBLE AS nothing")
    let result = try #require(try statements.next())
    #expect(result.kind == .rows)
    #expect(result.columns.map(\.name) == ["answer", "name", "nothing"])
    #expect(result.columns.map(\.type) == [.plain(.integer), .plain(.varchar), .plain(.double)])
    let rows = try #require(try result.nextRows())
    #expect(rows.count == 1)
    #expect(rows.row(0) == [.integer(42), .text("duck"), .null])
    #expect(try result.nextRows() == nil)
    #expect(try statements.next() == nil)
  }

  @Test("Statements run in order, each seeing what the one before did", arguments: TestLibrary.allCases)
  func severalStatements(library: TestLibrary) throws {
    let connection = try library.connect()
    let statements = try connection.execute(
      """
      CREATE TABLE t (i INTEGER); -- a comment; with a semicolon
      INSERT INTO t SELECT * FROM range(5);
      SELECT sum(i) FROM t;
      DELETE FROM t WHERE i > 1;
      """)
    #expect(statements.count == 4)
    var kinds: [DuckDBResult.Kind] = []
    while let result = try statements.next() { kinds.append(result.kind) }
    #expect(kinds == [.nothing, .changedRows(5), .rows, .changedRows(3)])
    #expect(try connection.rows("SELECT count(*) FROM t") == [[.integer(2)]])
  }

  @Test(
    "A statement says whether it gives rows, a number of changed rows, or nothing",
    arguments: TestLibrary.allCases,
    [
      ("INSERT INTO t VALUES (3) RETURNING i", .rows),
      ("UPDATE t SET i = i + 1", .changedRows(2)),
      ("EXPLAIN FROM t", .rows), ("SHOW TABLES", .rows), ("DESCRIBE t", .rows),
      ("PRAGMA table_info('t')", .rows),
      ("CALL duckdb_extensions()", .rows), ("BEGIN", .nothing), ("SET threads = 1", .nothing),
      ("COPY t TO '/dev/null' (FORMAT csv)", .changedRows(2)), ("PREPARE p AS FROM t", .nothing),
      ("VALUES (1)", .rows), ("FROM t", .rows), ("WITH w AS (FROM t) FROM w", .rows),
    ] as [(String, DuckDBResult.Kind)])
  func kinds(library: TestLibrary, statement: (sql: String, kind: DuckDBResult.Kind)) throws {
    let connection = try library.connect()
    try connection.run("CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1), (2)")
    let result = try #require(try connection.execute(statement.sql).next())
    #expect(result.kind == statement.kind)
    #expect(result.columns.isEmpty == (statement.kind != .rows))
    if statement.kind == .rows { #expect(try result.nextRows() != nil) }
  }

  @Test("A statement that DuckDB splits into several works", arguments: TestLibrary.allCases)
  func pivot(library: TestLibrary) throws {
    let connection = try library.connect()
    try connection.run("CREATE TABLE t AS SELECT * FROM (VALUES ('a', 1), ('b', 2)) v(k, n)")
    #expect(try connection.rows("PIVOT t ON k USING sum(n)::INTEGER") == [[.integer(1), .integer(2)]])
  }

  @Test("Nothing to run is no error", arguments: TestLibrary.allCases, ["", "  ", ";", "-- a comment"])
  func nothing(library: TestLibrary, sql: String) throws {
    #expect(try library.connect().rows(sql).isEmpty)
  }

  @Test(
    "Errors have DuckDB's own text", arguments: TestLibrary.allCases,
    [
      ("SELEC 1", "Parser Error: syntax error at or near \"SELEC\""),
      ("SELECT missing FROM range(1)", "Binder Error: Referenced column \"missing\" not found"),
      ("SELECT * FROM missing", "Catalog Error: Table with name missing does not exist"),
      ("SELECT 'x'::INTEGER", "Conversion Error: Could not convert string 'x' to INT32"),
      ("SELECT error('at row ' || i) FROM range(9) t(i)", "Invalid Input Error: at row 0"),
      ("SELECT $1", "Invalid Input Error: Values were not provided"),
    ])
  func errors(library: TestLibrary, query: (sql: String, message: String)) throws {
    let connection = try library.connect()
    let error = #expect(throws: DuckDBError.self) { try connection.rows(query.sql) }
    #expect(error?.code == .query)
    #expect(error?.message.hasPrefix(query.message) == true, "\(error?.message ?? "")")
    #expect(try connection.rows("SELECT 1") == [[.integer(1)]])
  }

  @Test("An error in the middle of a stream comes after the rows before it", arguments: TestLibrary.allCases)
  func lateError(library: TestLibrary) throws {
    let connection = try library.connect(["threads": "1"])
    let statements = try connection.execute(
      "SELECT CASE WHEN i < 4000000 THEN i ELSE error('late') END FROM range(6000000) t(i)")
    let result = try #require(try statements.next())
    #expect(try result.nextRows()?[0, 0] == .integer(0))
    let error = #expect(throws: DuckDBError.self) { while try result.nextRows() != nil {} }
    #expect(error?.message == "Invalid Input Error: late")
  }

  @Test("A text with a NUL character is refused and not cut", arguments: TestLibrary.allCases)
  func nul(library: TestLibrary) throws {
    let error = #expect(throws: DuckDBError.self) { try library.connect().rows("SELECT 1\0; garbage") }
    #expect(error?.code == .invalidArgument)
  }

  @Test("A result cannot be read on once a later statement has begun", arguments: TestLibrary.allCases)
  func closedResult(library: TestLibrary) throws {
    let connection = try library.connect()
    let statements = try connection.execute("SELECT * FROM range(1000000)")
    let result = try #require(try statements.next())
    _ = try result.nextRows()
    _ = try connection.rows("SELECT 1")
    let error = #expect(throws: DuckDBError.self) { try result.nextRows() }
    #expect(error?.code == .resultClosed)
  }
}
