import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct NullTests {
  private static let functions = """
    calls = 0
    def count():
      global calls
      calls += 1
    @udf
    def strict(a: int, b: int) -> int:
      count()
      return a + b
    @udf
    def mixed(a: int, b: int | None) -> int:
      count()
      return a if b is None else a + b
    @udf
    def lenient(a: int | None, b: int | None) -> str:
      count()
      return f"{a} {b}"
    @udf
    def nothing(a: int) -> int:
      count()
    @udf
    def taken() -> int:
      global calls
      result, calls = calls, 0
      return result
    """

  private static let left = Column([1, nil, 3, nil] as [Int64?])
  private static let right = Column([10, 20, nil, nil] as [Int64?])

  @Test func `a null in a strict parameter skips the call`() async throws {
    try await withPool(of: Self.functions) { pool in
      try await pool.expect("strict", batch(Self.left, Self.right), gives: [11, nil, nil, nil])
      try await pool.expect("taken", rows(1), gives: [1])
    }
  }

  @Test func `an optional parameter beside a strict one receives None`() async throws {
    try await withPool(of: Self.functions) { pool in
      try await pool.expect("mixed", batch(Self.left, Self.right), gives: [11, nil, 3, nil])
      try await pool.expect("taken", rows(1), gives: [2])
    }
  }

  @Test func `optional parameters receive None in every row`() async throws {
    try await withPool(of: Self.functions) { pool in
      try await pool.expect(
        "lenient", batch(Self.left, Self.right), gives: ["1 10", "None 20", "3 None", "None None"])
      try await pool.expect("taken", rows(1), gives: [4])
    }
  }

  @Test func `a column of nulls skips every call`() async throws {
    try await withPool(of: Self.functions) { pool in
      try await pool.expect(
        "mixed", batch(.null(count: 4), Self.right), gives: [nil, nil, nil, nil] as [Int64?])
      try await pool.expect("taken", rows(1), gives: [0])
      try await pool.expect("mixed", batch(Self.right, .null(count: 4)), gives: [10, 20, nil, nil])
      try await pool.expect("taken", rows(1), gives: [2])
    }
  }

  @Test func `None as a result is null`() async throws {
    try await withPool(of: Self.functions) { pool in
      try await pool.expect("nothing", integers([1, nil, 3]), gives: [nil, nil, nil] as [Int64?])
      try await pool.expect("taken", rows(1), gives: [2])
    }
  }

  @Test(arguments: ["int", "float", "str", "bool", "bytes"])
  func `None is null in a result of every type`(type: String) async throws {
    try await withPool(of: "@udf\ndef f(x: int) -> \(type): return None") { pool in
      let result = try await pool.call("f", integers(Array(repeating: 1, count: 35)))
      try result.validate(.full)
      #expect(result.nullCount == 35)
      #expect(result.type == pool.signatures[0].result.columnType)
    }
  }
}
