import DuckDBEngine
import Testing

/// What a UDF is given for the values of each SQL type, as Python shows it.
@Suite struct ArgumentTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let parameter, expression, shown: String
    var testDescription: String { "\(expression) as \(parameter)" }

    init(_ parameter: String, _ expression: String, _ shown: String) {
      (self.parameter, self.expression, self.shown) = (parameter, expression, shown)
    }
  }

  static let integers = [
    Case("int", "(-128)::TINYINT", "-128"), Case("int", "127::TINYINT", "127"),
    Case("int", "(-32768)::SMALLINT", "-32768"), Case("int", "(-2147483648)::INTEGER", "-2147483648"),
    Case("int", "(-9223372036854775808)::BIGINT", "-9223372036854775808"),
    Case("int", "9223372036854775807::BIGINT", "9223372036854775807"),
    Case("int", "255::UTINYINT", "255"), Case("int", "65535::USMALLINT", "65535"),
    Case("int", "4294967295::UINTEGER", "4294967295"),
    Case("int", "18446744073709551615::UBIGINT", "18446744073709551615"),
    Case("int", "(-9223372036854775808)::HUGEINT", "-9223372036854775808"),
    Case("int", "9223372036854775807::HUGEINT", "9223372036854775807"),
    Case("int", "9223372036854775807::UHUGEINT", "9223372036854775807"),
    Case("int", "0::UHUGEINT", "0"), Case("int", "42", "42"),
  ]

  static let floats = [
    Case("float", "1.5::FLOAT", "1.5"), Case("float", "0.1::FLOAT", "0.10000000149011612"),
    Case("float", "0.1::DOUBLE", "0.1"), Case("float", "1.7976931348623157e308::DOUBLE", "1.7976931348623157e+308"),
    Case("float", "'nan'::DOUBLE", "nan"), Case("float", "'-inf'::FLOAT", "-inf"),
    Case("float", "'-0.0'::DOUBLE", "-0.0"), Case("float", "1.25", "1.25"), Case("float", "7", "7.0"),
    Case("float", "(-128)::TINYINT", "-128.0"), Case("float", "65535::USMALLINT", "65535.0"),
    Case("float", "18446744073709551615::UBIGINT", "1.8446744073709552e+19"),
    Case("float", "(-9223372036854775808)::HUGEINT", "-9.223372036854776e+18"),
  ]

  /// One per storage width (16, 32, 64 and 128 bits) and sign, and those that a plain division rounds twice.
  static let decimals = [
    Case("float", "12.34::DECIMAL(4,2)", "12.34"), Case("float", "(-0.05)::DECIMAL(4,2)", "-0.05"),
    Case("float", "123456.789::DECIMAL(9,3)", "123456.789"), Case("float", "(-0.000001)::DECIMAL(9,9)", "-1e-06"),
    Case("float", "123456789012.345678::DECIMAL(18,6)", "123456789012.34567"),
    Case("float", "(-123456789012345.678)::DECIMAL(18,3)", "-123456789012345.67"),
    Case("float", "9007199254740993::DECIMAL(18,0)", "9007199254740992.0"),
    Case("float", "12345678901234567.89::DECIMAL(38,2)", "1.2345678901234568e+16"),
    Case("float", "(-12345678901234567.89)::DECIMAL(38,2)", "-1.2345678901234568e+16"),
    Case("float", "0.1::DECIMAL(38,38)", "0.1"), Case("float", "(-0.3)::DECIMAL(38,30)", "-0.3"),
    Case("float", "0::DECIMAL(38,38)", "0.0"),
  ]

  static let others = [
    Case("bool", "true", "True"), Case("bool", "false", "False"),
    Case("str", "''", "''"), Case("str", "'duck'", "'duck'"), Case("str", "'exactly 12 b'", "'exactly 12 b'"),
    Case("str", "'thirteen byte'", "'thirteen byte'"), Case("str", "'Ärger 鴨 🦆'", "'Ärger 鴨 🦆'"),
    Case("str", "'鴨鴨鴨鴨'", "'鴨鴨鴨鴨'"), Case("str", "'鴨鴨鴨鴨!'", "'鴨鴨鴨鴨!'"),
    Case("str", "repeat('é', 40)", "'\(String(repeating: "é", count: 40))'"),
    Case("str", "'a' || chr(0) || 'b'", #"'a\x00b'"#), Case("str", #"'{"a": 1}'::JSON"#, #"'{"a": 1}'"#),
    Case("bytes", "''::BLOB", "b''"), Case("bytes", #"'\x00\xFF\x00'::BLOB"#, #"b'\x00\xff\x00'"#),
    Case("bytes", #"'\x00twelve more bytes\x00'::BLOB"#, #"b'\x00twelve more bytes\x00'"#),
  ]

  @Test(arguments: TestLibrary.allCases, integers + floats + decimals + others)
  func `A value arrives as Python's own, alone and among nulls`(library: TestLibrary, value: Case) throws {
    let source = """
      @udf
      def shown(x: \(value.parameter) | None) -> str:
          return repr(x)
      """
    let connection = try library.connect(with: source)
    #expect(try connection.rows("SELECT shown(\(value.expression))") == [[.text(value.shown)]])
    let column = "(SELECT i, \(value.expression) AS x FROM range(3) t(i))"
    let rows = try connection.rows("SELECT shown(CASE WHEN i <> 1 THEN x END) FROM \(column) ORDER BY i")
    #expect(rows == [[.text(value.shown)], [.text("None")], [.text(value.shown)]])
  }

  @Test(arguments: TestLibrary.allCases, ["int", "float", "bool", "str", "bytes"])
  func `A bare NULL goes everywhere`(library: TestLibrary, parameter: String) throws {
    let source = """
      @udf
      def shown(x: \(parameter) | None) -> str:
          return repr(x)

      @udf
      def strict(x: \(parameter)) -> str:
          return repr(x)
      """
    let connection = try library.connect(with: source)
    #expect(try connection.rows("SELECT shown(NULL), strict(NULL)") == [[.text("None"), .null]])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("9223372036854775808::HUGEINT", "9223372036854775808"),
      ("(-9223372036854775809)::HUGEINT", "-9223372036854775809"),
      ("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455"),
    ])
  func `An integer of 128 bits arrives whole`(
    library: TestLibrary, value: (expression: String, digits: String)
  ) throws {
    let source = """
      @udf
      def shown(x: int) -> str:
          return repr(x)
      """
    let connection = try library.connect(with: source)
    let sql = "SELECT shown(CASE WHEN i = 2 THEN \(value.expression) ELSE 0 END) FROM range(4) t(i)"
    #expect(try connection.rows(sql) == ["0", "0", value.digits, "0"].map { [.text($0)] })
  }
}
