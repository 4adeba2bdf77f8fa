import DuckDBEngine
import Testing

@Suite struct ResultTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let annotation, expression: String
    let value: SQLValue
    var testDescription: String { "\(expression) as \(annotation)" }

    init(_ annotation: String, _ expression: String, _ value: SQLValue) {
      (self.annotation, self.expression, self.value) = (annotation, expression, value)
    }
  }

  static let cases = [
    Case("int", "-(2 ** 63)", .integer(.min)), Case("int", "2 ** 63 - 1", .integer(.max)),
    Case("int", "0", .integer(0)), Case("int", "True", .integer(1)),
    Case("float", "0.1", .double(0.1)), Case("float", "3", .double(3)),
    Case("float", "float('-inf')", .double(-.infinity)),
    Case("bool", "True", .boolean(true)), Case("bool", "False", .boolean(false)),
    Case("str", "''", .text("")), Case("str", "'exactly 12 b'", .text("exactly 12 b")),
    Case("str", "'thirteen byte'", .text("thirteen byte")), Case("str", "'鴨' * 4", .text("鴨鴨鴨鴨")),
    Case("str", "'🦆' * 50", .text(String(repeating: "🦆", count: 50))),
    Case("bytes", "b''", .blob([])), Case("bytes", #"b'\x00\xff'"#, .blob([0, 255])),
    Case("bytes", "bytes(12)", .blob(.init(repeating: 0, count: 12))),
    Case("bytes", "bytearray(13)", .blob(.init(repeating: 0, count: 13))),
  ]

  @Test(arguments: TestLibrary.allCases, cases)
  func `A result becomes a value of the declared type, with nulls between`(library: TestLibrary, result: Case) throws {
    let source = """
      @udf
      def f(i: int) -> \(result.annotation):
          return None if i % 3 == 1 else (\(result.expression))
      """
    let connection = try library.connect(with: source)
    let rows = try connection.rows("SELECT f(i) FROM range(2500) t(i) ORDER BY i")
    #expect(rows == (0..<2500).map { [$0 % 3 == 1 ? .null : result.value] })
  }

  @Test(arguments: TestLibrary.allCases)
  func `Texts of every length keep their bytes`(library: TestLibrary) throws {
    let source = """
      @udf
      def digits(n: int) -> str:
          return ("0123456789" * 10)[:n]
      """
    let connection = try library.connect(with: source)
    let all = String(repeating: "0123456789", count: 10)
    #expect(
      try connection.rows("SELECT digits(i) FROM range(60) t(i)") == (0..<60).map { [.text(String(all.prefix($0)))] })
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("int", "'1'", "it returned '1' of type str, expected int or None"),
      ("int", "1.0", "it returned 1.0 of type float, expected int or None"),
      (
        "int", "2 ** 63",
        "it returned 9223372036854775808 of type int, which does not fit a 64-bit integer"
      ),
      ("float", "'x'", "it returned 'x' of type str, expected float or None"),
      ("bool", "1", "it returned 1 of type int, expected bool or None"),
      ("str", "b'x'", "it returned b'x' of type bytes, expected str or None"),
      ("bytes", "'x'", "it returned 'x' of type str, expected bytes or None"),
    ])
  func `A result of another type fails the query`(
    library: TestLibrary, wrong: (annotation: String, expression: String, reason: String)
  ) throws {
    let source = """
      @udf
      def f(i: int) -> \(wrong.annotation):
          return \(wrong.expression)
      """
    let connection = try library.connect(with: source)
    #expect(
      try connection.failure("SELECT f(7)")
        == "Invalid Input Error: UDF f failed at row 0 of its batch (i=7): \(wrong.reason)")
  }
}
