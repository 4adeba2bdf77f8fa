import Columnar
import Functions
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct NumberResultTests {
  private static let integerClasses = """
    class Index:
      def __init__(self, value): self.value = value
      def __index__(self):
        if isinstance(self.value, BaseException): raise self.value
        return self.value
    class Liar(int):
      def __index__(self): return 7
      def __int__(self): return 7
      def __repr__(self): return "Liar"
    """

  private static func integers(_ type: String, _ low: String, _ high: String, _ phrase: String) -> ResultFamily {
    ResultFamily(
      type, classes: integerClasses,
      [
        ("0", "0"), ("\(low)", low), ("\(high)", high), ("True", "1"), ("None", "null"),
        ("Index(\(high))", high), ("Liar(5)", "5"),
        ("\(low) - 1", "ValueError: it returned \(minus(low)) of type int, which does not fit \(phrase)"),
        ("\(high) + 1", "ValueError: it returned \(plus(high)) of type int, which does not fit \(phrase)"),
        ("1.0", "TypeError: it returned 1.0 of type float, expected \(name(type)) or None"),
        ("'1'", "TypeError: it returned '1' of type str, expected \(name(type)) or None"),
        ("Decimal(1)", "TypeError: it returned Decimal('1') of type decimal.Decimal, expected \(name(type)) or None"),
        ("Index(KeyError('k'))", "KeyError: 'k'"), ("0", "0"),
      ])
  }

  private static func name(_ type: String) -> String { type }
  private static func plus(_ text: String) -> String { Int128(text).map { "\($0 + 1)" } ?? "" }
  private static func minus(_ text: String) -> String { Int128(text).map { "\($0 - 1)" } ?? "" }

  @Test(arguments: [
    integers("Int8", "-128", "127", "an 8-bit integer"),
    integers("Int16", "-32768", "32767", "a 16-bit integer"),
    integers("Int32", "-2147483648", "2147483647", "a 32-bit integer"),
    integers("int", "-9223372036854775808", "9223372036854775807", "a 64-bit integer"),
    integers("UInt8", "0", "255", "an unsigned 8-bit integer"),
    integers("UInt16", "0", "65535", "an unsigned 16-bit integer"),
    integers("UInt32", "0", "4294967295", "an unsigned 32-bit integer"),
    integers("UInt64", "0", "18446744073709551615", "an unsigned 64-bit integer"),
  ])
  func `integers of every width fill their range and no more`(_ family: ResultFamily) async throws {
    try await expectOutcomes(family)
  }

  @Test func `128-bit integers are 16 bytes, least significant first`() async throws {
    try await expectOutcomes(
      ResultFamily(
        "Int128", classes: Self.integerClasses,
        [
          ("1", "x'01\(String(repeating: "0", count: 30))'"), ("-1", "x'\(String(repeating: "f", count: 32))'"),
          ("2**127 - 1", "x'\(String(repeating: "f", count: 30))7f'"),
          ("-2**127", "x'\(String(repeating: "0", count: 30))80'"),
          (
            "2**127",
            "ValueError: it returned \(UInt128(1) << 127) of type int, which does not fit a 128-bit integer"
          ),
          ("Index(258)", "x'0201\(String(repeating: "0", count: 28))'"), ("None", "null"),
        ]))
  }

  private static let floatClasses = """
    class Real:
      def __init__(self, value): self.value = value
      def __float__(self):
        if isinstance(self.value, BaseException): raise self.value
        return self.value
    class Liar(float):
      def __float__(self): return 7.0
    """

  @Test(arguments: [
    ResultFamily(
      "float", classes: floatClasses,
      [
        ("-0.0", "-0.0"), ("0.1", "0.1"), ("math.inf", "inf"), ("-math.inf", "-inf"),
        ("math.nan", "nan(7ff8000000000000)"), ("5e-324", "5e-324"), ("True", "1.0"), ("10**300", "1e+300"),
        ("Real(2.5)", "2.5"), ("Decimal('0.1')", "0.1"), ("Liar(0.5)", "0.5"),
        ("Real(KeyError('k'))", "KeyError: 'k'"),
        ("Real(TypeError('own'))", "TypeError: own"),
        ("'1'", "TypeError: it returned '1' of type str, expected float or None"),
        ("1j", "TypeError: it returned 1j of type complex, expected float or None"), ("1.5", "1.5"),
      ]),
    ResultFamily(
      "Float32", classes: floatClasses,
      [
        ("0.1", "\(Double(Float(0.1)))"), ("-0.0", "-0.0"), ("math.inf", "inf"),
        ("3.4028234663852886e38", "\(Double(Float.greatestFiniteMagnitude))"),
        ("1e39", "ValueError: it returned 1e+39 of type float, which does not fit a 32-bit float"),
        ("1e-60", "0.0"), ("2", "2.0"), ("math.nan", "nan(7ff8000000000000)"), ("None", "null"),
      ]),
    ResultFamily(
      "bool",
      [
        ("True", "true"), ("False", "false"), ("None", "null"),
        ("1", "TypeError: it returned 1 of type int, expected bool or None"),
        ("[]", "TypeError: it returned [] of type list, expected bool or None"), ("True", "true"),
      ]),
  ])
  func `floats and truth values`(_ family: ResultFamily) async throws { try await expectOutcomes(family) }

  private static let decimal = "it returned"

  @Test(arguments: [
    ResultFamily(
      "Annotated[Decimal, Decimal128(5, 2)]",
      classes: """
        class Shown(Decimal):
          def __str__(self): return "1.00"
        class Level(int):
          def __str__(self): return "high"
          __repr__ = __str__
        def quietly(make):
          import decimal
          with decimal.localcontext(capitals=0, prec=2): return make()
        """,
      [
        ("Decimal('123.45')", "123.45"), ("Decimal('-123.45')", "-123.45"), ("Decimal('1E+2')", "100"),
        ("Decimal('1e2') * 1", "100"), ("Decimal('999.99')", "999.99"), ("Decimal('-0.00')", "0"),
        ("Decimal('0E-50')", "0"), ("Decimal('0E+50')", "0"), ("Decimal('1.500000')", "1.5"), ("7", "7"),
        ("-999", "-999"),
        (
          "Decimal('1000')",
          "ValueError: it returned Decimal('1000') of type decimal.Decimal, which does not fit a decimal with 5 digits, 2 of them after the point: it is too large"
        ),
        (
          "Decimal('0.001')",
          "ValueError: it returned Decimal('0.001') of type decimal.Decimal, which does not fit a decimal with 5 digits, 2 of them after the point: round it, or annotate the result Annotated[Decimal, Decimal128(precision, scale)]"
        ),
        (
          "Decimal('1E+999999999999999999')",
          "ValueError: it returned Decimal('1E+999999999999999999') of type decimal.Decimal, which does not fit a decimal with 5 digits, 2 of them after the point: it is too large"
        ),
        (
          "Decimal('NaN')",
          "ValueError: it returned Decimal('NaN') of type decimal.Decimal, which does not fit a decimal with 5 digits, 2 of them after the point: it is no finite number"
        ),
        (
          "Decimal('-Infinity')",
          "ValueError: it returned Decimal('-Infinity') of type decimal.Decimal, which does not fit a decimal with 5 digits, 2 of them after the point: it is no finite number"
        ),
        ("True", "TypeError: it returned True of type bool, expected Decimal(5, 2) or None"),
        ("1.5", "TypeError: it returned 1.5 of type float, expected Decimal(5, 2) or None"),
        ("'1.5'", "TypeError: it returned '1.5' of type str, expected Decimal(5, 2) or None"),
        (
          "10**5000",
          "ValueError: it returned <int object> of type int, which does not fit a decimal: it is too large"
        ),
        ("Shown('2.50')", "2.5"), ("Level(3)", "3"), ("None", "null"), ("Decimal('0.01')", "0.01"),
      ]),
    ResultFamily(
      "Annotated[Decimal, Decimal128(38, 0)]",
      [
        ("10**38 - 1", String(repeating: "9", count: 38)), ("-(10**38) + 1", "-" + String(repeating: "9", count: 38)),
        ("Decimal('1E+37')", "1" + String(repeating: "0", count: 37)),
      ]),
    ResultFamily(
      "Annotated[Decimal, Decimal256(76, 38)]",
      [
        (
          "Decimal('-' + '9' * 38 + '.' + '9' * 38)",
          "-\(String(repeating: "9", count: 38)).\(String(repeating: "9", count: 38))"
        ),
        ("Decimal('1E-38')", "0.\(String(repeating: "0", count: 37))1"), ("-1", "-1"), ("None", "null"),
        ("Decimal('-1E-38')", "-0.\(String(repeating: "0", count: 37))1"),
      ]),
    ResultFamily("Decimal", [("Decimal('1.5')", "1.5"), ("Decimal('0.0000000001')", "0.0000000001")]),
  ])
  func `decimals are exact or refused`(_ family: ResultFamily) async throws { try await expectOutcomes(family) }

  @Test func `the context of decimal arithmetic does not change what is written`() async throws {
    let found = try await outcomes(
      of: ["Decimal('1E+2')", "Decimal('12345.6789')", "Decimal('1E-3')"], as: "Annotated[Decimal, Decimal128(12, 4)]",
      classes: "import decimal\ndecimal.setcontext(decimal.Context(prec=2, capitals=0))")
    #expect(found == ["100", "12345.6789", "0.001"])
  }

  @Test func `decimals as text have all their digits and no exponent`() async throws {
    let source = """
      from decimal import Decimal
      from clutch import udf
      @udf
      def f(x: Decimal) -> Decimal: return x
      """
    let field = Field.extended(name: "x", type: .utf8, extensionName: "arrowudf.decimal")
    let long = String(repeating: "7", count: 60)
    let texts: [(String?, String?)] = [
      ("1E+3", "1000"), ("-1.5E-9", "-0.0000000015"), ("0E+5", "0"), ("-0E-7", "-0.0000000"),
      ("12.50", "12.50"),
      (long, long), ("\(long)E-70", "0." + String(repeating: "0", count: 10) + long), ("1.25E+1", "12.5"),
      ("NaN", "NaN"),
      ("Infinity", "Infinity"), (nil, nil), ("9E+9999", "9" + String(repeating: "0", count: 9_999)),
    ]
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    defer { pool.close() }
    func call(_ texts: [String?]) async throws -> Column {
      try await pool.call("f", RecordBatch(schema: Schema([field]), columns: [Column(texts)]))
    }
    let found = try await call(texts.map(\.0)).strings()
    #expect(texts.indices.map { found[$0] } == texts.map(\.1))
    for wrong in ["1E+10001", "1E-10001", "1E+999999"] {
      await #expect(throws: UDFError.self) { try await call([wrong]) }
    }
  }
}
