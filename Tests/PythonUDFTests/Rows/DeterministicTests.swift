import Columnar
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct DeterministicTests {
  private static let source = """
    \(typePrelude)
    calls = []
    @udf(deterministic=True)
    def f(x: str, y: str) -> str:
      calls.append((x, y))
      return x + y
    @udf(deterministic=True)
    def optional(x: str | None) -> str:
      calls.append(x)
      return str(x)
    @udf(deterministic=True)
    def fails(x: str) -> int:
      calls.append(x)
      if x == "a": raise ValueError(x)
      return x if x == "b" else len(x)
    @udf
    def count() -> int:
      count = len(calls)
      calls.clear()
      return count
    """

  private static func encoded(_ indices: [UInt8?], _ values: [String?]) throws -> Column {
    try .dictionaryEncoded(indices: Column(indices), dictionary: Column(values))
  }

  @Test func `each distinct combination is called once`() async throws {
    // Nulls of both kinds: every tenth row, and the third value of the dictionary.
    let places = (0..<200).map { (row: Int) -> UInt8? in row % 10 == 9 ? nil : UInt8(row % 3) }
    let names: [String?] = ["a", "b", nil]
    let xs = try Self.encoded(places, names)
    let ys = try Self.encoded((0..<200).map { UInt8($0 % 2) }, ["0", "1"])
    let firsts = places.map { (place: UInt8?) -> String? in place.flatMap { names[Int($0)] } }
    let expected = firsts.enumerated().map { (row: Int, first: String?) -> String? in first.map { "\($0)\(row % 2)" } }
    try await withPool(UDFSource(Self.source)) { pool in
      try await pool.expect("f", batch(xs, ys), gives: expected)
      try await pool.expect("count", rows(1), gives: [4])
      // Slices keep the whole dictionary.
      try await pool.expect("f", batch(xs.slice(7..<99), ys.slice(7..<99)), gives: Array(expected[7..<99]))
      try await pool.expect("count", rows(1), gives: [4])
      try await pool.expect("optional", batch(xs), gives: firsts.map { $0 ?? "None" })
      try await pool.expect("count", rows(1), gives: [3])
      // One column that is none: its values are compared too.
      try await pool.expect("f", batch(xs, Column((0..<200).map { "\($0 % 2)" })), gives: expected)
      try await pool.expect("count", rows(1), gives: [4])
    }
  }

  @Test func `failures fail all of their rows`() async throws {
    let column = try Self.encoded((0..<100).map { UInt8($0 % 3) }, ["a", "b", "cc"])
    try await withPool(UDFSource(Self.source)) { pool in
      let result = try await pool.evaluate("fails", batch(column), onError: .collect)
      #expect(try result.values.toArray(of: Int64.self) == (0..<100).map { $0 % 3 == 2 ? 2 : nil })
      #expect(result.failures.map(\.row) == (0..<100).filter { $0 % 3 != 2 })
      #expect(result.failures[0].summary == "ValueError: a")
      #expect(result.failures[1].summary == "TypeError: it returned 'b' of type str, expected int or None")
      try await pool.expect("count", rows(1), gives: [3])
    }
  }
}
