import Columnar
import PythonUDF
import Testing

/// How often a deterministic function is called, which it tells itself.
@Suite(.timeLimit(.minutes(30))) struct DistinctRowsTests {
  private static let source = """
    calls = 0
    @udf(deterministic=True, null="call")
    def f(*values: {}) -> int:
        global calls
        calls += 1
        return calls
    """

  private func calls(_ type: String, _ columns: Column...) async throws -> [Int64?] {
    try await withPool(of: Self.source.replacing("{}", with: type)) { pool in
      try await pool.call("f", batch(columns)).toArray(of: Int64.self)
    }
  }

  @Test func `rows with equal arguments share one call`() async throws {
    #expect(try await calls("str", Column(["a", "b", "a", nil, "b", nil])) == [1, 2, 1, 3, 2, 3])
    #expect(try await calls("int", Column([1, 2, 1, 1, nil] as [Int64?])) == [1, 2, 1, 1, 3])
    #expect(try await calls("bool", Column([true, false, true, nil, nil])) == [1, 2, 1, 3, 3])
    #expect(try await calls("bytes", Column([[], [0], nil, [], [0, 0], [0]] as [[UInt8]?])) == [1, 2, 3, 1, 4, 2])
  }

  @Test func `all columns count, and their parts are not mixed up`() async throws {
    let left = Column(["ab", "a", "ab", "a"])
    let right = Column(["c", "bc", "c", "b"])
    #expect(try await calls("str", left, right) == [1, 2, 1, 3])
  }

  @Test func `zeros of both signs are two values`() async throws {
    #expect(try await calls("float", Column([0.0, -0.0, 0.0, -0.0] as [Double?])) == [1, 2, 1, 2])
  }

  @Test func `a dictionary's values are called once each, and its nulls as null`() async throws {
    let column = try Column.dictionaryEncoded(
      indices: Column([0, 1, 0, nil, 2, 1] as [Int8?]), dictionary: Column(["x", "y", nil]))
    let calls = try await calls("str", column)
    #expect(calls == [1, 2, 1, 3, 3, 2])
  }

  @Test func `values that differ are all called`() async throws {
    let values = (0..<5_000).map { Optional(Int64($0 * 7)) }
    #expect(try await calls("int", Column(values)) == (1...5_000).map { Int64($0) })
    let slice = Column(values + values).slice(4_900..<5_200)
    #expect(try await calls("int", slice) == (1...300).map { Int64($0) })
  }

  @Test func `few values among many rows are called once each`() async throws {
    let values = (0..<5_000).map { Optional("value number \($0 % 17)") }
    #expect(try await calls("str", Column(values)) == (0..<5_000).map { Int64($0 % 17 + 1) })
  }

  @Test func `equal rows fail alike`() async throws {
    let source = """
      @udf(deterministic=True, on_error="null")
      def f(x: int) -> int:
          if x == 1: raise ValueError("one")
          return x
      """
    try await withPool(of: source) { pool in
      let result = try await pool.evaluate("f", integers([1, 2, 1, 2, 3]))
      #expect(try result.values.toArray(of: Int64.self) == [nil, 2, nil, 2, 3])
      #expect(result.failures.map(\.row) == [0, 2])
    }
  }
}
