import DuckDBEngine
import PythonUDF
import Testing

@Suite struct RefusalTests {
  static let source = """
    @udf
    def count_up() -> int:
        return 1

    @udf
    def plus(x: int, y: float | None) -> float:
        return x + y

    @udf
    def texts(a: str, b: bytes, c: bool) -> str:
        return a
    """

  private static func wrongType(_ call: String, _ what: String, _ takes: String, _ type: String, _ udf: String)
    -> String
  {
    "Binder Error: \(call): argument \(what), but takes \(takes); cast it, as in CAST(... AS \(type)). The UDF is \(udf)"
  }

  private static let plus = "plus(x BIGINT, y DOUBLE) -> DOUBLE"
  private static let texts = "texts(a VARCHAR, b BLOB, c BOOLEAN) -> VARCHAR"

  @Test(
    arguments: TestLibrary.allCases,
    [
      (
        "count_up(1)",
        "Binder Error: count_up(INTEGER): the UDF takes no arguments, but 1 was given: count_up() -> BIGINT"
      ),
      ("plus(1)", "Binder Error: plus(INTEGER): the UDF takes 2 arguments, but 1 was given: \(plus)"),
      ("plus()", "Binder Error: plus(): the UDF takes 2 arguments, but 0 were given: \(plus)"),
      (
        "plus(1, 2, 'x')",
        "Binder Error: plus(INTEGER, INTEGER, VARCHAR): the UDF takes 2 arguments, but 3 were given: \(plus)"
      ),
      (
        "plus(1::DOUBLE, 2)",
        wrongType("plus(DOUBLE, INTEGER)", "1 ('x', int) is DOUBLE", "an integer type", "BIGINT", plus)
      ),
      (
        "plus(1, true)",
        wrongType(
          "plus(INTEGER, BOOLEAN)", "2 ('y', float) is BOOLEAN", "DOUBLE, FLOAT, DECIMAL or an integer type",
          "DOUBLE", plus)
      ),
      (
        "plus(1.5, 2)",
        wrongType("plus(DECIMAL(2,1), INTEGER)", "1 ('x', int) is DECIMAL(2,1)", "an integer type", "BIGINT", plus)
      ),
      (
        "plus([1], 2)",
        wrongType("plus(INTEGER[], INTEGER)", "1 ('x', int) is INTEGER[]", "an integer type", "BIGINT", plus)
      ),
      (
        "texts(DATE '2024-01-01', ''::BLOB, true)",
        wrongType("texts(DATE, BLOB, BOOLEAN)", "1 ('a', str) is DATE", "VARCHAR", "VARCHAR", texts)
      ),
      (
        "texts('a', ''::BLOB, 1)",
        wrongType("texts(VARCHAR, BLOB, INTEGER)", "3 ('c', bool) is INTEGER", "BOOLEAN", "BOOLEAN", texts)
      ),
    ])
  func `Wrong arguments are refused before anything runs`(
    library: TestLibrary, call: (sql: String, message: String)
  ) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try connection.failure("SELECT \(call.sql)") == call.message)
    #expect(try connection.rows("SELECT count_up()") == [[.integer(1)]])
  }

  private func function(_ name: String) -> String { "@udf\ndef \(name)(x: int) -> int:\n    return -1\n" }

  @Test(arguments: TestLibrary.allCases, [("abs", "abs"), ("SUM", "sum"), ("Lower", "lower")])
  func `A built-in name is refused`(library: TestLibrary, name: (udf: String, builtIn: String)) throws {
    let pool = try TestLibrary.pool(function("fine") + function(name.udf))
    defer { pool.close() }
    let connection = try library.connect()
    let error = #expect(throws: DuckDBError.self) { try connection.register(pool) }
    #expect(error?.code == .query)
    #expect(
      error?.message
        == """
        functions.py, line 6: DuckDB has a function named \(name.builtIn) of its own; rename the UDF, for example to my_\(name.builtIn)
        """)
    // Nothing of the pool has been registered.
    let unknown = try connection.failure("SELECT fine(1)")
    #expect(unknown?.contains("fine does not exist") == true)
    #expect(
      try connection.rows("SELECT abs(-3), sum(1)::INTEGER, lower('A')") == [[.integer(3), .integer(1), .text("a")]])
  }

  @Test(arguments: TestLibrary.allCases, ["summary", "read_csv"])
  func `A name that only FROM and PRAGMA know is free`(library: TestLibrary, name: String) throws {
    let connection = try library.connect(with: function(name))
    #expect(try connection.rows("SELECT \"\(name)\"(1)") == [[.integer(-1)]])
  }

  @Test(arguments: TestLibrary.allCases, ["f", "F"])
  func `A name that another pool has taken is refused, in any case`(library: TestLibrary, name: String) throws {
    let first = try TestLibrary.pool("@udf\ndef f(x: int) -> int:\n    return x\n", name: "one.py")
    let second = try TestLibrary.pool(function("fine") + function(name), name: "two.py")
    defer {
      first.close()
      second.close()
    }
    let connection = try library.connect()
    try connection.register(first)
    for other in [connection, try connection.database.connect()] {
      let error = #expect(throws: DuckDBError.self) { try other.register(second) }
      #expect(
        error?.message
          == "two.py, line 6: two UDFs are named \(name), one of one.py and one of two.py: rename one (SQL does not tell upper from lower case)"
      )
    }
    let twice = #expect(throws: DuckDBError.self) { try connection.register(first) }
    #expect(twice?.message.contains("give one.py once, or rename one if these are two files") == true)
    #expect(try connection.rows("SELECT f(5), F(6)") == [[.integer(5), .integer(6)]])
    #expect(try connection.failure("SELECT fine(1)") != nil)
  }

  @Test(arguments: TestLibrary.allCases)
  func `What is registered on one connection can be called on every other`(library: TestLibrary) throws {
    let connection = try library.connect(with: "@udf\ndef minus(x: int) -> int:\n    return -x\n")
    let second = try connection.database.connect()
    #expect(try second.rows("SELECT minus(3)") == [[.integer(-3)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A registration that is rolled back can be made again`(library: TestLibrary) throws {
    let pool = try TestLibrary.pool("@udf\ndef minus(x: int) -> int:\n    return -x\n")
    defer { pool.close() }
    let connection = try library.connect()
    try connection.run("BEGIN")
    try connection.register(pool)
    #expect(try connection.rows("SELECT minus(3)") == [[.integer(-3)]])
    try connection.run("ROLLBACK")
    let unknown = try connection.failure("SELECT minus(3)")
    #expect(unknown?.contains("minus does not exist") == true)
    try connection.register(pool)
    #expect(try connection.rows("SELECT minus(4)") == [[.integer(-4)]])
  }
}
