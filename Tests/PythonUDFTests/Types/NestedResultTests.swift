import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct NestedResultTests {
  private static let classes = """
    @dataclass
    class P:
      x: int
      y: str | None = None
    @dataclass(kw_only=True)
    class K:
      a: int
      b: list[int] | None = None
    class N(NamedTuple):
      x: int
      y: str
    class T(TypedDict):
      x: int
      y: str
    @dataclass
    class Deep:
      p: P | None
      rows: list[P]
      named: dict[str, P]
    class Like:
      def __init__(self, x, y): self.x, self.y = x, y
      def __repr__(self): return "Like"
    class Property:
      x = 1
      def __init__(self, error): self.error = error
      @property
      def y(self): raise self.error
      def __repr__(self): return "Property"
    """

  @Test(arguments: [
    ResultFamily(
      "list[Int8]",
      [
        ("[1, None, -3]", "[1, null, -3]"), ("(1,)", "[1]"), ("range(3)", "[0, 1, 2]"), ("deque([4])", "[4]"),
        ("array.array('i', [5])", "[5]"), ("UserList([6])", "[6]"), ("[]", "[]"), ("None", "null"),
        (
          "[1, 2, 300]",
          "ValueError: it returned [1, 2, 300] of type list: element 2 is 300 of type int, which does not fit an 8-bit integer"
        ),
        ("[7]", "[7]"),
        (
          "[1, 'a']",
          "TypeError: it returned [1, 'a'] of type list: element 1 is 'a' of type str, expected Int8 or None"
        ),
        ("'ab'", "TypeError: it returned 'ab' of type str, expected list[Int8] or None"),
        ("b'ab'", "TypeError: it returned b'ab' of type bytes, expected list[Int8] or None"),
        ("{1: 2}", "TypeError: it returned {1: 2} of type dict, expected list[Int8] or None"),
        ("{1}", "TypeError: it returned {1} of type set, expected list[Int8] or None"),
        (
          "iter([1])",
          "TypeError: it returned <list_iterator object> of type list_iterator, expected list[Int8] or None"
        ),
        ("[8]", "[8]"),
      ].filter { !$0.0.hasPrefix("iter") }),
    ResultFamily(
      "list[list[str]]",
      [
        ("[['a'], [], None, ['b', None]]", #"[["a"], [], null, ["b", null]]"#),
        (
          "[['a'], ['b', 3]]",
          "TypeError: it returned [['a'], ['b', 3]] of type list: element 1 is ['b', 3] of type list: element 1 is 3 of type int, expected str or None"
        ),
        ("[['c']]", #"[["c"]]"#),
      ]),
    ResultFamily(
      "P", classes: classes,
      [
        ("P(1, 'a')", #"{x: 1, y: "a"}"#), ("P(2)", "{x: 2, y: null}"), ("{'y': 'b', 'x': 3}", #"{x: 3, y: "b"}"#),
        ("(4, 'c')", #"{x: 4, y: "c"}"#), ("Like(5, 'd')", #"{x: 5, y: "d"}"#),
        ("Record(x=6, y='e')", #"{x: 6, y: "e"}"#),
        ("N(7, 'f')", #"{x: 7, y: "f"}"#), ("None", "null"), ("P(None, None)", "{x: null, y: null}"),
        ("{'x': 1}", "{x: 1, y: null}"),
        (
          "{'y': 'a'}",
          "ValueError: it returned {'y': 'a'} of type dict, which does not fit the struct: it has no field 'x'"
        ),
        (
          "(1,)",
          "ValueError: it returned (1,) of type tuple, which does not fit the struct: it has 1 value for 2 fields"
        ),
        (
          "(1, 'a', 2)",
          "ValueError: it returned (1, 'a', 2) of type tuple, which does not fit the struct: it has 3 values for 2 fields"
        ),
        ("3", "TypeError: it returned 3 of type int, expected P or None"),
        (
          "P(8, 9)",
          "TypeError: it returned P(x=8, y=9) of type udf_file.P: field 'y' is 9 of type int, expected str or None"
        ),
        ("P(9, 'g')", #"{x: 9, y: "g"}"#), ("Property(KeyError('k'))", "KeyError: 'k'"),
        ("Property(TypeError('own'))", "TypeError: own"), ("Property(AttributeError('own'))", "AttributeError: own"),
        ("P(10, 'h')", #"{x: 10, y: "h"}"#),
      ]),
    ResultFamily("K", classes: classes, [("K(a=1, b=[2])", "{a: 1, b: [2]}"), ("K(a=3)", "{a: 3, b: null}")]),
    ResultFamily("N", classes: classes, [("N(1, 'a')", #"{x: 1, y: "a"}"#), ("(2, 'b')", #"{x: 2, y: "b"}"#)]),
    ResultFamily(
      "T", classes: classes, [("T(x=1, y='a')", #"{x: 1, y: "a"}"#), ("{'x': None, 'y': 'b'}", #"{x: null, y: "b"}"#)]),
    ResultFamily(
      "dict[str, int]",
      [
        ("{'a': 1, 'b': None}", #"{"a": 1, "b": null}"#), ("{}", "{}"), ("OrderedDict(c=2)", #"{"c": 2}"#),
        ("None", "null"),
        (
          "{'a': 1, 'b': 'x'}",
          "TypeError: it returned {'a': 1, 'b': 'x'} of type dict: the value of 'b' is 'x' of type str, expected int or None"
        ),
        (
          "{'a': 1, 2: 3}",
          "TypeError: it returned {'a': 1, 2: 3} of type dict: a key is 2 of type int, expected str or None"
        ),
        (
          "{None: 1}",
          "ValueError: it returned {None: 1} of type dict: a key is None of type NoneType, which does not fit a map: no key can be null"
        ),
        ("[('a', 1)]", "TypeError: it returned [('a', 1)] of type list, expected dict[str, int] or None"),
        ("{'z': 9}", #"{"z": 9}"#),
      ]),
    ResultFamily(
      "Deep", classes: classes,
      [
        (
          "Deep(P(1, 'a'), [P(2, 'b')], {'k': P(3)})",
          #"{p: {x: 1, y: "a"}, rows: [{x: 2, y: "b"}], named: {"k": {x: 3, y: null}}}"#
        ),
        (
          "Deep(P(1, 'a'), [P(2), P(3, 4)], {})",
          "TypeError: it returned Deep(p=P(x=1, y='a'), rows=[P(x=2, y=None), P(x=3, y=4)], named={}) of type udf_file.Deep: field 'rows' is [P(x=2, y=None), P(x=3, y=4)] of type list: element 1 is P(x=3, y=4) of type udf_file.P: field 'y' is 4 of type int, expected str or None"
        ),
        (
          "Deep(P(1, 'a'), [P(2)], {'a': P(3), 'b': P('x')})",
          "TypeError: it returned Deep(p=P(x=1, y='a'), rows=[P(x=2, y=None)], named={'a': P(x=3, y=None), 'b': P(x='x', y=None)}) of type udf_file.Deep: field 'named' is {'a': P(x=3, y=None), 'b': P(x='x', y=None)} of type dict: the value of 'b' is P(x='x', y=None) of type udf_file.P: field 'x' is 'x' of type str, expected int or None"
        ),
        ("Deep(None, [], {})", "{p: null, rows: [], named: {}}"), ("None", "null"),
        ("Deep(None, [P(5, 'c'), None], {'q': None})", #"{p: null, rows: [{x: 5, y: "c"}, null], named: {"q": null}}"#),
      ]),
  ])
  func `parts go into their columns, and a refused row takes back all of them`(_ family: ResultFamily) async throws {
    try await expectOutcomes(family)
  }
}
