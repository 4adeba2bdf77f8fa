import DuckDBEngine
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct OverloadTests {
  private static let source = """
    from datetime import date
    @udf(name="kind")
    def of_int(x: int) -> str: return f"int {x!r}"
    @udf(name="kind")
    def of_text(x: str) -> str: return f"str {x!r}"
    @udf(name="Kind")
    def of_date(x: date) -> date: return x
    @udf(name="kind")
    def of_list(x: list[int]) -> int: return sum(x)
    @udf(name="kind")
    def of_two(x: float, y: float = 2.0) -> float: return x * y
    @udf(name="kind")
    def of_many(x: str, y: str, *rest: str) -> str: return x + y + "".join(rest)
    """

  @Test(arguments: TestLibrary.allCases)
  func `The arguments choose the overload, and with it the type of the result`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows(
      """
      SELECT kind(5), kind(5::TINYINT), kind('a'), kind(DATE '2024-01-01'), typeof(kind(DATE '2024-01-01')),
        kind([1, 2, 3]), typeof(kind([1])), kind(1.5::DOUBLE), kind(1.5::DOUBLE, 4), kind('a', 'b'), kind('a', 'b', 'c', 'd')
      """)
    #expect(
      rows.map { $0.map(\.description) } == [
        ["int 5", "int 5", "str 'a'", "2024-01-01", "DATE", "6", "BIGINT", "3.0", "6.0", "ab", "abcd"]
      ])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Arguments that no overload takes are refused`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let failure = try connection.failure("SELECT kind(UUID '00000000-0000-0000-0000-000000000000')") ?? ""
    #expect(failure.contains("No function matches") && failure.contains("kind"))
  }

  @Test(arguments: TestLibrary.allCases)
  func `Overloads that differ in the number of arguments take them as they are`(library: TestLibrary) throws {
    let connection = try library.connect(
      with: """
        @udf(name="total")
        def one(x: int) -> int: return x
        @udf(name="total")
        def two(x: int, y: int) -> int: return x + y
        """)
    let rows = try connection.rows(
      "SELECT total(170141183460469231731687303715884105727::HUGEINT % 1000), total(255::UTINYINT, 1::HUGEINT)")
    #expect(rows == [[.integer(727), .integer(256)]])
    #expect(
      try connection.failure("SELECT total(x) FROM (VALUES ('a')) t(x)")?.contains("cast it, as in CAST(... AS BIGINT)")
        == true)
  }
}
