import DuckDBEngine
import Testing

@Suite(.serialized) struct ArgumentCountTests {
  private static let source = """
    @udf
    def scaled(x: int, by: int = 10) -> int:
        return x * by

    @udf
    def joined(separator: str, *parts: str | None) -> str:
        return separator.join("-" if part is None else part for part in parts)
    """

  @Test(arguments: TestLibrary.allCases)
  func `Arguments with a default may be left out, and starred ones repeated`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let rows = try connection.rows(
      "SELECT scaled(i), scaled(i, 3), joined(','), joined(',', 'a'), joined(',', 'a', NULL, i::VARCHAR) FROM range(2) t(i)"
    )
    #expect(
      rows == [
        [.integer(0), .integer(0), .text(""), .text("a"), .text("a,-,0")],
        [.integer(10), .integer(3), .text(""), .text("a"), .text("a,-,1")],
      ])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A wrong number of arguments is said with what is possible`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    #expect(
      try connection.failure("SELECT scaled(1, 2, 3)")
        == "Binder Error: scaled(INTEGER, INTEGER, INTEGER): the UDF takes 1 or 2 arguments, but 3 were given: "
        + "scaled(x BIGINT, [by BIGINT]) -> BIGINT")
    #expect(
      try connection.failure("SELECT joined()")
        == "Binder Error: joined(): the UDF takes at least 1 argument, but 0 were given: "
        + "joined(separator VARCHAR, parts VARCHAR...) -> VARCHAR")
  }
}
