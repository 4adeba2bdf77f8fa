import DuckDBEngine
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct ErrorModeTests {
  private static func source(_ mark: String) -> String {
    """
    \(mark)
    def f(x: int) -> int:
        if x % 10 == 3: raise ValueError(f"no {x}")
        if x % 10 == 4: return "four"
        return x * 2
    """
  }

  @Test(arguments: TestLibrary.allCases)
  func `With null a failing row is null, and is counted`(library: TestLibrary) throws {
    let (connection, pool) = try library.functions(Self.source(#"@udf(on_error="null")"#))
    let rows = try connection.rows("SELECT count(*), count(f(i)), sum(f(i)) FROM range(5000) t(i)")
    #expect(rows == [[.integer(5000), .integer(4000), .hugeInteger(19_998_000)]])
    let summary = try #require(pool.failureSummaries.first)
    #expect(pool.failureSummaries.count == 1)
    // Each use of the function in the query is called.
    #expect(summary.function == "f" && summary.failedRows * 5 == summary.rows && summary.examples.count == 8)
    #expect(summary.examples.first?.summary == "ValueError: no 3")
  }

  @Test(arguments: TestLibrary.allCases)
  func `With collect the result is a struct of value and error`(library: TestLibrary) throws {
    let (connection, pool) = try library.functions(Self.source(#"@udf(on_error="collect")"#))
    let rows = try connection.rows(
      """
      SELECT typeof(f(1)), f(1).value, f(1).error, f(3).value, f(3).error.type, f(3).error.message, f(3).error.line,
        f(4).error.type, f(4).error.message, f(NULL).value, f(NULL).error
      """)
    #expect(
      rows.map { $0.map(\.description) } == [
        [
          "STRUCT(\"value\" BIGINT, \"error\" STRUCT(\"type\" VARCHAR, message VARCHAR, line INTEGER, traceback VARCHAR))",
          "2",
          "NULL", "NULL", "ValueError", "no 3", "4", "TypeError",
          "it returned 'four' of type str, expected int or None", "NULL", "NULL",
        ]
      ])
    #expect(pool.failureSummaries.isEmpty)
    let traceback = try connection.rows("SELECT f(13).error.traceback")[0][0].description
    #expect(traceback.hasPrefix("Traceback (most recent call last):\n  File \"functions.py\", line 4, in f\n"))
    #expect(traceback.hasSuffix("ValueError: no 13"))
  }

  @Test(arguments: TestLibrary.allCases, UDFErrorMode.allCases)
  func `The mode of a registration goes before the function's`(library: TestLibrary, mode: UDFErrorMode) throws {
    let pool = try TestLibrary.pool(Self.source(#"@udf(on_error="collect")"#))
    let connection = try library.connect()
    try connection.register(pool, onError: mode)
    switch mode {
    case .raise:
      #expect(
        try connection.failure("SELECT f(3)")?.hasPrefix(
          "Invalid Input Error: UDF f failed at row 0 of its batch (x=3): ValueError: no 3") == true)
    case .null: #expect(try connection.rows("SELECT f(3), f(1)") == [[.null, .integer(2)]])
    case .collect:
      #expect(try connection.rows("SELECT f(3).error.type, f(1).value") == [[.text("ValueError"), .integer(2)]])
    }
  }

  @Test(arguments: TestLibrary.allCases, ["KeyboardInterrupt", "SystemExit", "MemoryError", "GeneratorExit", "Stop"])
  func `What asks for the end is never swallowed`(library: TestLibrary, exception: String) throws {
    for mode in ["null", "collect"] {
      let connection = try library.connect(
        with: """
          class Stop(BaseException): pass
          @udf(on_error="\(mode)")
          def f(x: int) -> int:
              if x == 5: raise \(exception)("enough")
              return x
          """)
      let failure = try connection.failure("SELECT f(i) FROM range(10) t(i)") ?? ""
      #expect(failure.contains("UDF f failed at row 5 of its batch (x=5): "))
      #expect(failure.contains("\(exception): enough"))
      #expect(try connection.rows("SELECT f(1) IS NULL") == [[.boolean(false)]])
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Rows that fail in nested results leave the others whole`(library: TestLibrary) throws {
    let connection = try library.connect(
      with: """
        from dataclasses import dataclass
        @dataclass
        class P:
            a: list[int]
            b: dict[str, list[int]]
        @udf(on_error="null")
        def f(x: int) -> list[P]:
            if x % 4 == 1: return [P([x], {"k": [x]}), P([x, "bad"], {})]
            if x % 4 == 2: return [P([x], {"k": [x, x], "l": [None, 1.5]})]
            if x % 4 == 3: return [P([x], {"k": [x]}), 7]
            return [P([x, x], {"k": [x]}), P([], {})]
        """)
    let rows = try connection.rows(
      """
      SELECT i % 4, count(r), bool_and(r = [{'a': [i, i], 'b': MAP {'k': [i]}}, {'a': [], 'b': MAP {}}])
      FROM (SELECT i, f(i) r FROM range(4000) t(i)) GROUP BY ALL ORDER BY ALL
      """)
    #expect(
      rows == [
        [.integer(0), .integer(1000), .boolean(true)], [.integer(1), .integer(0), .null],
        [.integer(2), .integer(0), .null], [.integer(3), .integer(0), .null],
      ])
  }
}
