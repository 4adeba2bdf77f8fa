import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct MakingTests {
  private static let source = """
    from dataclasses import dataclass, field
    from typing import NamedTuple
    from uuid import UUID
    from clutch import Int128

    @udf
    def uuid_of(i: int) -> UUID: return UUID(int=(1 << i) - 1)
    @udf
    def uuid_bits(u: UUID) -> int | None: return u.int.bit_length() if u.int == (1 << u.int.bit_length()) - 1 else None
    @udf
    def huge_of(i: int) -> Int128: return -(1 << i)
    @udf
    def huge_bits(x: int) -> int | None: return x.bit_length() - 1 if x == -(1 << (x.bit_length() - 1)) else None

    @dataclass
    class Even:
        n: int
        seen: list = field(init=False, default_factory=list)
        def __post_init__(self):
            if self.n % 40 == 39: raise ValueError("odd")
            self.seen.append(self.n)
    @dataclass(kw_only=True)
    class Named:
        n: int
    class Plain(NamedTuple):
        n: int
    class Shifted(Plain):
        def __new__(cls, n): return super().__new__(cls, n + 1)

    @udf
    def struct_of(i: int) -> Plain: return Plain(i) if i % 7 else None
    @udf
    def whole_struct_of(i: int) -> Plain: return Plain(i)
    @udf
    def named(p: Named) -> int: return p.n
    @udf
    def plain(p: Plain) -> int: return p.n if type(p) is Plain and hash(p) == hash((p.n,)) else -1
    @udf
    def shifted(p: Shifted) -> int: return p.n - 1 if type(p) is Shifted else -1
    @udf(on_error="null")
    def even(p: Even) -> int: return p.n if p.seen == [p.n] else -1
    """

  /// What one function gives for 0, 1, ... as the argument of another.
  private func chain(_ first: String, _ second: String, count: Int64) async throws -> [Int64?] {
    try await withPool(of: Self.source) { pool in
      let made = try await pool.call(first, integers(Array(0..<count)))
      let signature = try #require(pool.signatures.first { $0.name == first })
      let fields = [signature.resultField(for: [Field(name: "i", type: .int64)])]
      let batch = try RecordBatch(schema: Schema(fields), columns: [made])
      return try await pool.call(second, batch).toArray(of: Int64.self)
    }
  }

  @Test func `integers of every length up to 128 bits become Python's and come back`() async throws {
    #expect(try await chain("uuid_of", "uuid_bits", count: 129) == Array(0...128))
    #expect(try await chain("huge_of", "huge_bits", count: 128) == Array(0...127))
  }

  @Test(arguments: ["named", "plain", "shifted"])
  func `objects of classes are made by what the classes say`(name: String) async throws {
    #expect(try await chain("whole_struct_of", name, count: 100) == Array(0..<100))
    #expect(try await chain("struct_of", name, count: 100) == (0..<100).map { $0 % 7 == 0 ? nil : $0 })
  }

  @Test func `where a class refuses the fields of a row, the rows beside it are made all the same`() async throws {
    #expect(try await chain("whole_struct_of", "even", count: 100) == (0..<100).map { $0 % 40 == 39 ? nil : $0 })
    #expect(
      try await chain("struct_of", "even", count: 100) == (0..<100).map { $0 % 7 == 0 || $0 % 40 == 39 ? nil : $0 })
  }
}
