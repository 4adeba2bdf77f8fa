import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct OptionTests {
  @Test func `a function goes by the name that the mark gives it`() async throws {
    let source = """
      @udf(name="twice")
      def double(x: int) -> int:
        return 2 * x
      @udf
      def four_times(x: int) -> int:
        return double(double(x))
      """
    try await withPool(of: source) { pool in
      #expect(pool.signatures.map(\.name) == ["twice", "four_times"])
      try await pool.expect("twice", batch(Column([1, nil] as [Int64?])), gives: [2, nil])
      try await pool.expect("four_times", batch(Column([1, nil] as [Int64?])), gives: [4, nil])
    }
  }

  @Test func `with null="call" every parameter receives None`() async throws {
    let source = """
      @udf(null="call")
      def count_nulls(a: int, b: int) -> int:
        return (a is None) + (b is None)
      @udf(null="skip")
      def skipping(a: int, b: int | None) -> int:
        return (a is None) + (b is None)
      """
    let left = Column([1, nil, 3, nil] as [Int64?])
    let right = Column([10, 20, nil, nil] as [Int64?])
    try await withPool(of: source) { pool in
      try await pool.expect("count_nulls", batch(left, right), gives: [0, 1, 1, 2])
      try await pool.expect("skipping", batch(left, right), gives: [0, nil, 1, nil])
      #expect(pool.signatures.map(\.nullBehavior)[0] == "nulls are passed as None")
    }
  }

  @Test(arguments: [
    ("@udf", UDFDeterminism.unspecified), ("@udf(deterministic=None)", .unspecified),
    ("@udf(deterministic=False)", .volatile), ("@udf(deterministic=True)", .deterministic),
  ])
  func `a function is deterministic or volatile only if it says so`(mark: String, said: UDFDeterminism) async throws {
    try await withPool(of: "\(mark)\ndef f(x: int) -> int:\n  return x\n") { pool in
      #expect(pool.signatures.map(\.determinism) == [said])
    }
  }
}
