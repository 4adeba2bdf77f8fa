import Columnar
import Foundation
import PythonUDF
import TestSupport
import Testing

/// JSON, which is read and written without Python's own code where it is usual, beside what that code does.
@Suite(.timeLimit(.minutes(30))) struct JSONTests {
  private static let source = """
    import json
    from clutch import Json, udf
    @udf
    def read(x: Json, text: str) -> str:
      return repr(x)
    @udf
    def expected(text: str) -> str:
      return repr(json.loads(text))
    @udf
    def written(text: str) -> Json:
      return json.loads(text)
    @udf
    def as_written(text: str) -> str:
      return json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    """

  private static let sound = [
    "null", "true", "false", "0", "-0", "7", "-12", "123456789012345678", "-123456789012345678", "999999999999999999",
    "1234567890123456789", "-9223372036854775808", "9223372036854775808", "123456789012345678901234567890", "0.5",
    "-0.0",
    "1e5", "1E+5", "1.5e-7", "1e16", "123456789.125", "0.1", "5e-324", "2.2250738585072011e-308",
    "1.7976931348623157e308",
    "9007199254740993.0", "1e400", "-1e400", #""""#, #""a""#, #""é米𝛼""#, #""\"\\\/\b\f\n\r\t""#,
    #""\u0041\u00e9\u7c73""#,
    #""\ud835\udefc""#, #""\ud835""#, #""a\udefcb""#, #""\u0000""#, "\"\u{7F}\u{2028}\"", "[]", "{}", "[ ]", "{ }",
    " \t\n\r[1 , 2\n] \r\n", #"{"a": 1, "b": [true, null, {"c": "d"}]}"#, #"{"a": 1, "a": 2}"#, #"{"": ""}"#,
    #"{"é\n": [[[]], {}]}"#, "[NaN, Infinity, -Infinity]",
    String(repeating: "[", count: 63) + String(repeating: "]", count: 63),
    String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
    String(repeating: #"{"a":"#, count: 66) + "1" + String(repeating: "}", count: 66),
    "[\(String(repeating: "\"some text\\n\", ", count: 500))0]",
  ]

  private static let broken = [
    "", " ", "nul", "nulll", "tru", "True", "01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "1 2", "0x1", "\"", "\"a",
    "'a'",
    #""\""#, #""\x""#, #""\u12""#, #""\u12g4""#, #""\u+123""#, "\"\n\"", "\"\u{1}\"", "[", "[1", "[1,", "[1,]", "[,1]",
    "[1 2]",
    "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:2}", "{\"a\" 1}",
    "{\"a\":1 \"b\":2}", "}",
    "[1]]", "{}{}", "nan", "[1]x", "\"\\", "\"a\\",
  ]

  private func outcomes(_ function: String, _ columns: [Column], _ pool: UDFPool) async throws -> [String] {
    let result = try await pool.evaluate(function, batch(columns), onError: .collect)
    var rows = try result.values.toArray(of: String.self).map { $0 ?? "null" }
    for failure in result.failures { rows[failure.row] = failure.summary }
    return rows
  }

  @Test func `is read as Python reads it`() async throws {
    let texts = Self.sound + Self.broken
    var large = LargeStringBuilder()
    var views = StringViewBuilder()
    for text in texts {
      try large.append(text)
      try views.append(text)
    }
    let columns = [Column(texts), large.finish(), views.finish()]
    try await withPool(UDFSource(Self.source)) { pool in
      let expected = try await outcomes("expected", [columns[0]], pool)
      for column in columns {
        let found = try await outcomes("read", [column, columns[0]], pool)
        for (row, text) in texts.enumerated() {
          let found = found[row].replacing("an argument cannot be made: ", with: "")
          let isSame =
            row < Self.sound.count
            ? found == expected[row] : found.hasPrefix("json.decoder.JSONDecodeError: ") && found == expected[row]
          #expect(isSame, "\(text.prefix(80)): \(found.prefix(200)), and not \(expected[row].prefix(200))")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `is read as Python reads it when anything is changed in it`(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let parts: [Unicode.Scalar] = [
      "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "9", "-", ".", "e", "u", "n", "t", " ", "\n", "\u{1}", "é", "𝛼",
    ]
    let texts = try (0..<1_500).map { _ in
      var text = Array(try #require(Self.sound.randomElement(using: &random)).unicodeScalars.prefix(60))
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let start = Int.random(in: 0...text.count, using: &random)
        let end = min(text.count, start + Int.random(in: 0...2, using: &random))
        let new = (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in parts.randomElement(using: &random) }
        text.replaceSubrange(start..<end, with: new)
      }
      return String(String.UnicodeScalarView(text))
    }
    try await withPool(UDFSource(Self.source)) { pool in
      let column = Column(texts)
      let expected = try await outcomes("expected", [column], pool)
      let found = try await outcomes("read", [column, column], pool)
      for (row, text) in texts.enumerated() {
        let found = found[row].replacing("an argument cannot be made: ", with: "")
        #expect(found == expected[row], "\(text)")
      }
    }
  }

  @Test func `is written as Python writes it`() async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      let column = Column(Self.sound)
      let found = try await outcomes("written", [column], pool)
      let expected = try await outcomes("as_written", [column], pool)
      for (row, text) in Self.sound.enumerated() where !text.contains("ud835") && !text.contains("udefc") {
        let isSame =
          found[row] == expected[row] || (found[row].hasPrefix("ValueError") && expected[row].hasPrefix("ValueError"))
        #expect(isSame, "\(text.prefix(80)): \(found[row].prefix(200)), and not \(expected[row].prefix(200))")
      }
    }
  }

  @Test(
    arguments: [
      ("{1: 2, 'a': (1, [None, True]), None: 1.5}", #"{"1":2,"a":[1,[null,true]],"null":1.5}"#),
      ("[P(1, 'x'), {'p': P(2, [])}]", #"[{"a":1,"b":"x"},{"p":{"a":2,"b":[]}}]"#),
      ("OrderedDict(a=1)", #"{"a":1}"#), ("Level.HIGH", "3"), ("[Text('a'), Number(3)]", #"["a",3]"#),
      ("(1,)", "[1]"), ("()", "[]"), ("'\\x7f\\x00\"\\\\/'", "\"\u{7F}\\u0000\\\"\\\\/\""),
      ("2**70", "\(Int128(1) << 70)"),
      ("same(30)", nil), ("[float('nan')]", nil), ("[1, object()]", nil), ("held", nil), ("'\\ud800'", nil),
    ] as [(String, String?)])
  func `objects of other types are written by Python`(expression: String, expected: String?) async throws {
    let source = """
      \(typePrelude)
      @dataclass
      class P:
        a: int
        b: object
      class Text(str): pass
      class Number(int): pass
      class Level(IntEnum): HIGH = 3
      held = []
      held.append({'held': held})
      def same(depth):
        value = ['x' * 100]
        for _ in range(depth): value = [value, value]
        return value
      @udf(memory="100MB")
      def f(row: int) -> Json:
        return \(expression) if row == 1 else [row]
      """
    try await withPool(UDFSource(source)) { pool in
      let rows = try integers([0, 1, 2])
      if expression.hasPrefix("same") {
        // As long as no memory holds it, and Python's, which is limited, does not either.
        let error = await #expect(throws: UDFError.self) { try await pool.evaluate("f", rows, onError: .null) }
        #expect(error?.code == .memoryExceeded)
        return
      }
      let result = try await pool.evaluate("f", rows, onError: .null)
      #expect(try result.values.toArray(of: String.self) == ["[0]", expected, "[2]"])
      #expect(result.failureCount == (expected == nil ? 1 : 0))
    }
  }
}
