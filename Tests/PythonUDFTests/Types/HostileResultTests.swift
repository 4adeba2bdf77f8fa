import Columnar
import PythonUDF
import Testing

/// Results whose own code runs while they are converted, and does what it should not.
@Suite(.serialized, .timeLimit(.minutes(30))) struct HostileResultTests {
  private static let classes = """
    class Clears:
      '''Empties what holds it while it is converted.'''
      def __init__(self, holder): self.holder = holder
      def __index__(self):
        self.holder.clear()
        gc.collect()
        return 1
      __float__ = lambda self: float(self.__index__())
    class Grows(Clears):
      def __index__(self):
        self.holder.append(Grows(self.holder))
        return 2
    def holding(cls, before=(1,), after=(3, 4)):
      made = list(before)
      made.append(cls(made))
      made.extend(after)
      return made
    def mapping(cls):
      made = {}
      made.update(a=1, b=cls(made), c=3)
      return made
    class Length(list):
      def __init__(self, items, length): super().__init__(items); self.length = length
      def __len__(self):
        if isinstance(self.length, BaseException): raise self.length
        return self.length
    class TupleLength(tuple):
      def __len__(self): raise KeyError("length")
      def __repr__(self): return "TupleLength"
    class Sized:
      def __init__(self, length, items): self.length, self.items = length, items
      def __len__(self):
        if isinstance(self.length, BaseException): raise self.length
        return self.length
      def __getitem__(self, index):
        if isinstance(self.items, BaseException): raise self.items
        return self.items[index]
      def __repr__(self): return "Sized"
    @dataclass
    class P:
      x: int
      y: int
    class Vanishes:
      '''Its second field is gone once the first has been read.'''
      def __init__(self): self.y = Clears([])
      @property
      def x(self):
        vars(self).clear()
        gc.collect()
        return 1
      def __repr__(self): return "Vanishes"
    """

  @Test(arguments: [
    ResultFamily(
      "list[int]", classes: classes,
      [
        ("holding(Clears)", "[1, 1]"), ("holding(Grows)", "[1, 2, 3, 4]"), ("Length([1, 2], 0)", "[1, 2]"),
        ("Length([1, 2], 10)", "[1, 2]"), ("Length([1, 2], KeyError('length'))", "KeyError: 'length'"),
        ("Sized(5, [1, 2])", "[1, 2]"), ("Sized(1, [1, 2, 3])", "[1, 2, 3]"),
        ("Sized(-1, [1, 2])", "ValueError: __len__() should return >= 0"),
        ("Sized(KeyError('length'), [1])", "KeyError: 'length'"),
        ("Sized(2, KeyError('item'))", "KeyError: 'item'"),
        ("Sized('two', [1])", "[1]"),
        ("[9]", "[9]"),
      ]),
    ResultFamily("list[float]", classes: classes, [("holding(Clears)", "[1.0, 1.0]"), ("[9]", "[9.0]")]),
    ResultFamily(
      "dict[str, int]", classes: classes, [("mapping(Clears)", #"{"a": 1, "b": 1, "c": 3}"#), ("{}", "{}")]),
    ResultFamily(
      "P", classes: classes,
      [
        ("TupleLength((1, 2))", "KeyError: 'length'"), ("P(1, 2)", "{x: 1, y: 2}"),
        ("Vanishes()", "TypeError: it returned Vanishes of type udf_file.Vanishes, expected P or None"),
        ("mapping(lambda made: made) and {'x': Clears({}), 'y': 2}", "{x: 1, y: 2}"), ("P(3, 4)", "{x: 3, y: 4}"),
      ]),
    ResultFamily(
      "Interval", classes: classes,
      [("TupleLength((1, 2, 3))", "KeyError: 'length'"), ("(1, 2, 3)", "1 2 3")]),
  ])
  func `what changes while it is converted gives a value or an error, and the next rows are right`(
    _ family: ResultFamily
  ) async throws { try await expectOutcomes(family) }

  @Test func `lists within themselves are errors of their rows`() async throws {
    let found = try await outcomes(
      of: ["cyclic()", "deep(100_000)", "deep(50)[0:0]", "nested()"], as: "Any",
      classes: """
        def cyclic():
          made = [1]
          made.append(made)
          return made
        def nested():
          made = {}
          made["a"] = [made]
          return made
        def deep(depth):
          made = []
          for _ in range(depth): made = [made]
          return made
        """)
    #expect(found[0] == "ValueError: Circular reference detected")
    // How deep lists may be depends on the version and, since 3.14, on the thread's stack; what fits is right.
    let deep = String(repeating: "[", count: 100_001) + String(repeating: "]", count: 100_001)
    #expect(found[1].hasPrefix("RecursionError: ") || found[1] == "\"\(deep)\"", "\(found[1].prefix(200))")
    #expect(found[2] == #""[]""#)
    #expect(found[3] == "ValueError: Circular reference detected")
  }

  @Test func `a depth that Python does not take is an error of its row in arguments too`() async throws {
    let deep = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
    let field = Field.extended(name: "x", type: .utf8, extensionName: "arrow.json")
    let rows = try await seen(Column(["1", deep, "[2]", "{", nil]), field, as: "Any")
    #expect(rows[0] == "1")
    #expect(
      rows[1].hasPrefix("RecursionError: an argument cannot be made: ") || rows[1] == deep, "\(rows[1].prefix(200))")
    #expect(rows[2] == "[2]")
    #expect(rows[3].hasPrefix("json.decoder.JSONDecodeError: an argument cannot be made: "), "\(rows[3])")
    #expect(rows[4] == "None")
  }

  @Test func `a sequence that promises more than memory holds does not end the process`() async throws {
    let source = """
      \(typePrelude)
      class Promises:
        def __len__(self): return sys.maxsize
        def __getitem__(self, index): return [1][index]
      @udf
      def f(x: int) -> list[int]: return Promises()
      """
    try await withPool(UDFSource(source)) { pool in
      let rows = try? await pool.outcomes("f", integers([1]))
      if let rows { #expect(rows == ["[1]"]) }
      _ = try? await pool.outcomes("f", integers([1]))
    }
  }
}
