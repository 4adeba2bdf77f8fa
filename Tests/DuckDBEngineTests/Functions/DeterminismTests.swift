import DuckDBEngine
import Testing

@Suite(.serialized) struct DeterminismTests {
  /// Each call gives another number, so the rows tell how often the function was called.
  private static func counter(_ mark: String) -> String {
    """
    calls = 0
    \(mark)
    def counter(x: int) -> int:
        global calls
        calls += 1
        return calls
    """
  }

  @Test(arguments: TestLibrary.allCases)
  func `A function is called for every row`(library: TestLibrary) throws {
    for mark in ["@udf", "@udf(deterministic=False)"] {
      let connection = try library.connect(with: Self.counter(mark), threads: 1)
      #expect(try connection.rows("SELECT count(DISTINCT counter(i % 5)) FROM range(100) t(i)") == [[.integer(100)]])
    }
    let connection = try library.connect(with: Self.counter("@udf(deterministic=False)"), threads: 1)
    #expect(try connection.rows("SELECT count(DISTINCT counter(7)) FROM range(100)") == [[.integer(100)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A deterministic function is called once for a constant`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.counter("@udf(deterministic=True)"), threads: 1)
    #expect(try connection.rows("SELECT count(DISTINCT counter(7)) FROM range(100)") == [[.integer(1)]])
    #expect(try connection.rows("SELECT count(DISTINCT counter(i)) FROM range(100) t(i)") == [[.integer(100)]])
    #expect(
      try connection.rows("SELECT count(DISTINCT counter(i % 5)) FROM range(2000) t(i)") == [[.integer(5)]])
  }

  @Test(arguments: TestLibrary.allCases, ["@udf", "@udf(deterministic=True)", "@udf(deterministic=False)"])
  func `A function is called for no value that a filter has removed`(library: TestLibrary, mark: String) throws {
    let connection = try library.connect(
      with: """
        \(mark)
        def checked(s: str) -> str:
            if s == "bad": raise ValueError(s)
            return s
        """)
    try connection.run(
      "CREATE TABLE t AS SELECT CASE WHEN i % 7 = 0 THEN 'bad' ELSE 'good number ' || i % 5 END s FROM range(5000) t(i)"
    )
    #expect(
      try connection.rows("SELECT count(DISTINCT checked(s)) FROM t WHERE s <> 'bad'") == [[.integer(5)]])
  }
}
