import DuckDBEngine
import PythonUDF
import TestSupport
import Testing

/// The shapes in which DuckDB hands rows over: one value for all rows, an index into others, or plain.
@Suite struct VectorTests {
  static let source = """
    calls = 0

    @udf
    def pair(text: str | None, i: int | None) -> str:
        return f"{text}/{i}"

    @udf
    def strict(text: str, i: int) -> str:
        return f"{text}/{i}"

    @udf
    def next_call() -> int:
        global calls
        calls += 1
        return calls

    @udf
    def double_it(x: int) -> int:
        return 2 * x
    """

  @Test(arguments: TestLibrary.allCases)
  func `A constant goes to every row`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows("SELECT pair('a longer constant', i), pair(NULL, 1) FROM range(3000) t(i)")
    #expect(rows == (0..<3000).map { [.text("a longer constant/\($0)"), .text("None/1")] })
  }

  @Test(arguments: TestLibrary.allCases)
  func `Constants alone are a call per row all the same`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    #expect(
      try connection.rows("SELECT pair('x', 1) FROM range(5000)")
        == .init(repeating: [.text("x/1")], count: 5000))
  }

  @Test(arguments: TestLibrary.allCases)
  func `A function without arguments gives a value per row`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source, threads: 1)
    let rows = try connection.rows("SELECT next_call() FROM range(5000)")
    #expect(rows == (1...5000).map { [.integer($0)] })
    #expect(try connection.rows("SELECT next_call()") == [[.integer(5001)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Rows behind a filter are those that passed it`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows(
      "SELECT pair('row number ' || i, i) FROM (SELECT i FROM range(10000) t(i) WHERE i % 7 = 3) ORDER BY i")
    #expect(rows == stride(from: 3, to: 10000, by: 7).map { [.text("row number \($0)/\($0)")] })
  }

  @Test(arguments: TestLibrary.allCases)
  func `Rows of a join are put together right, with the nulls of its outer side`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows(
      """
      SELECT pair(name, i), strict(name, i) FROM range(5000) t(i)
      LEFT JOIN (VALUES (0, 'a name of some length'), (2, 'b')) v(k, name) ON i % 3 = k ORDER BY i
      """)
    let names = ["a name of some length", nil, "b"]
    #expect(
      rows
        == (0..<5000).map { i in
          [.text("\(names[i % 3] ?? "None")/\(i)"), names[i % 3].map { .text("\($0)/\(i)") } ?? .null]
        })
  }

  @Test(arguments: TestLibrary.allCases)
  func `Values that a stored table compresses arrive as they are`(library: TestLibrary) throws {
    let folder = try TemporaryFolder()
    let pool = try TestLibrary.pool(Self.source)
    defer { pool.close() }
    let database = try DuckDBDatabase(path: "\(folder.path)/t.duckdb", library: library.load())
    let connection = try database.connect()
    try connection.register(pool)
    try connection.run(
      """
      CREATE TABLE t AS SELECT CASE WHEN i % 5 <> 0 THEN 'category number ' || i % 4 END AS c, i // 1000 AS n
      FROM range(20000) t(i); CHECKPOINT
      """)
    let rows = try connection.rows("SELECT pair(c, n) FROM t ORDER BY rowid")
    #expect(
      rows == (0..<20000).map { i in [.text("\(i % 5 != 0 ? "category number \(i % 4)" : "None")/\(i / 1000)")] })
  }

  @Test(arguments: TestLibrary.allCases)
  func `Calls can be nested`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows("SELECT pair(pair('x', double_it(i)), double_it(double_it(i))) FROM range(3) t(i)")
    #expect(rows == (0..<3).map { [.text("x/\(2 * $0)/\(4 * $0)")] })
  }

  @Test(arguments: TestLibrary.allCases, [0, 1, 2047, 2048, 2049, 4097])
  func `Batches of every size are whole`(library: TestLibrary, count: Int) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows("SELECT double_it(i) FROM range(\(count)) t(i) ORDER BY i")
    #expect(rows == (0..<count).map { [.integer(Int64(2 * $0))] })
  }
}
