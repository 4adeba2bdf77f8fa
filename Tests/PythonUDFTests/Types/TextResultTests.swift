import Columnar
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct TextResultTests {
  @Test(arguments: [
    ResultFamily(
      "str",
      classes: """
        class Text(str):
          def __str__(self): return "other"
          def encode(self, *rest): return b"other"
        """,
      [
        ("''", #""""#), ("'a\\0b'", #""a\0b""#), ("'\\U0001d6fc'", #""𝛼""#), ("Text('é')", #""é""#),
        (
          "'\\ud800'",
          "ValueError: it returned '\\ud800' of type str, which does not fit UTF-8 text: it has a lone surrogate"
        ),
        ("b'a'", "TypeError: it returned b'a' of type bytes, expected str or None"), ("None", "null"), ("'z'", #""z""#),
      ]),
    ResultFamily(
      "bytes",
      classes: """
        def released():
          view = memoryview(b"abc")
          view.release()
          return view
        class Raw(bytearray):
          def __bytes__(self): return b"other"
        """,
      [
        ("b''", "x''"), ("b'a\\0'", "x'6100'"), ("bytearray(b'ab')", "x'6162'"),
        ("memoryview(b'abcd')[::2]", "x'6163'"),
        ("memoryview(array.array('H', [1, 256]))", "x'01000001'"), ("Raw(b'z')", "x'7a'"),
        ("released()", "ValueError: operation forbidden on released memoryview object"),
        ("'a'", "TypeError: it returned 'a' of type str, expected bytes or None"),
        ("[1]", "TypeError: it returned [1] of type list, expected bytes or None"), ("b'z'", "x'7a'"),
      ]),
    ResultFamily(
      "UUID",
      classes: """
        class Own(UUID):
          def __getattribute__(self, name): raise KeyError("own")
          def __repr__(self): return "Own"
        """,
      [
        ("UUID('00112233-4455-6677-8899-aabbccddeeff')", "x'00112233445566778899aabbccddeeff'"),
        ("UUID(int=0)", "x'\(String(repeating: "0", count: 32))'"),
        ("UUID(int=2**128 - 1)", "x'\(String(repeating: "f", count: 32))'"),
        (
          "'00112233-4455-6677-8899-aabbccddeeff'",
          "TypeError: it returned '00112233-4455-6677-8899-aabbccddeeff' of type str, expected UUID or None"
        ),
        ("Own(int=1)", "KeyError: 'own'"), ("None", "null"),
        ("UUID(int=1)", "x'\(String(repeating: "0", count: 31))1'"),
      ]),
    ResultFamily(
      "Literal['low', 'high']",
      [
        ("'low'", #""low""#), ("'high'", #""high""#), ("None", "null"),
        ("'mid'", "ValueError: it returned 'mid' of type str, which does not fit Literal: it has low, high"),
        ("3", "TypeError: it returned 3 of type int, expected Literal['low', 'high'] or None"),
        ("[]", "TypeError: it returned [] of type list, expected Literal['low', 'high'] or None"), ("'low'", #""low""#),
      ]),
    ResultFamily(
      "Color", classes: "class Color(Enum):\n  RED = 'r'\n  GREEN = 'g'\n  ALSO_RED = 'r'",
      [
        ("Color.RED", #""r""#), ("Color.GREEN", #""g""#), ("Color.ALSO_RED", #""r""#), ("'g'", #""g""#),
        ("'RED'", "ValueError: it returned 'RED' of type str, which does not fit Color: it has r, g"),
      ]),
    ResultFamily(
      "Level", classes: "class Level(IntEnum):\n  LOW = 1\n  HIGH = 2",
      [("Level.LOW", #""LOW""#), ("'HIGH'", #""HIGH""#), ("None", "null")]),
    ResultFamily(
      "Any",
      classes: """
        @dataclass
        class P: x: int; y: list
        class Text(str): pass
        """,
      [
        ("{'a': [1, 2.5, None, True, 'é\\0']}", #""{\"a\":[1,2.5,null,true,\"é\\u0000\"]}""#),
        ("None", "null"), ("{1: 2, None: 3, True: 4}", #""{\"1\":4,\"null\":3}""#),
        ("P(1, [2])", #""{\"x\":1,\"y\":[2]}""#),
        ("(1, Text('t'))", #""[1,\"t\"]""#), ("10**30", "\"\(1)\(String(repeating: "0", count: 30))\""),
        ("math.nan", "ValueError: Out of range float values are not JSON compliant: nan"),
        ("{1}", "TypeError: set has no form in JSON; convert it to text or a number"),
        ("b'a'", "TypeError: bytes has no form in JSON; convert it to text or a number"),
        ("{(1, 2): 3}", "TypeError: keys must be str, int, float, bool or None, not tuple"),
        (
          "'\\ud800'",
          "ValueError: it returned '\\ud800' of type str, which does not fit UTF-8 text: it has a lone surrogate"
        ),
        ("'x'", #""\"x\"""#),
      ]),
    ResultFamily(
      "None", [("None", "null"), ("1", "TypeError: it returned 1 of type int, expected None")]),
  ])
  func `texts, bytes and what is written as them`(_ family: ResultFamily) async throws {
    try await expectOutcomes(family)
  }

  @Test func `pickled objects come back as they were`() async throws {
    let source = """
      \(typePrelude)
      class P:
        def __init__(self, x): self.x = x
      made = [lambda: P({1, 2}), lambda: None, lambda: b"raw", lambda: (x for x in ()), lambda: [1j, ...]]
      @udf
      def pack(row: int) -> Pickle: return made[row]()
      @udf
      def unpack(x: Pickle) -> str: return repr(x.x) if isinstance(x, P) else repr(x)
      """
    try await withPool(UDFSource(source)) { pool in
      let packed = try await pool.evaluate("pack", integers([0, 1, 2, 3, 4]), onError: .collect)
      #expect(packed.failures.map(\.summary) == ["TypeError: cannot pickle 'generator' object"])
      let field = try pool.signature(of: "pack").resultField(for: [])
      let batch = try RecordBatch(schema: Schema([field]), columns: [packed.values])
      #expect(
        try await pool.outcomes("unpack", batch) == [
          #""{1, 2}""#, "null", #""b\'raw\'""#, "null", #""[1j, Ellipsis]""#,
        ])
    }
  }
}
