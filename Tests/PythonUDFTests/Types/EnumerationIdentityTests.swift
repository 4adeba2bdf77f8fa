import Columnar
import PythonUDF
import Testing

/// Members of an Enum are told apart by what they are, and texts by what they say: how a class compares is its own affair.
@Suite(.timeLimit(.minutes(30))) struct EnumerationIdentityTests {
  /// Classes `C` with members of the texts "x" and "X", and what gets in the way.
  private static let classes = [
    """
    class C(Enum):
      LOWER = "x"
      UPPER = "X"
      def __eq__(self, other): return self.value.lower() == getattr(other, "value", other).lower()
      def __hash__(self): return hash(self.value.lower())
    """,
    """
    class C(Enum):
      LOWER = "x"
      UPPER = "X"
      def __eq__(self, other): return True
      def __hash__(self): return 1
    """,
    """
    class C(Enum):
      LOWER = "x"
      UPPER = "X"
      def __eq__(self, other): return self is other
    """,
    """
    class C(Enum):
      LOWER = "x"
      UPPER = "X"
      def __eq__(self, other): raise ValueError("no")
      def __hash__(self): raise ValueError("no")
    """,
    """
    class Text(str):
      def __eq__(self, other): return True
      def __hash__(self): return 1
    class C(Text, Enum):
      LOWER = "x"
    C.UPPER = None
    class C(Enum):
      LOWER = Text("x")
      UPPER = "X"
    """,
    """
    import builtins
    class C(Enum):
      LOWER = "x"
      UPPER = "X"
    builtins.hash = None
    """,
  ]

  @Test(arguments: classes)
  func `whatever members compare equal to, each is itself in both directions`(classes: String) async throws {
    let source = """
      \(typePrelude)
      \(classes)
      @udf
      def lower(row: int) -> C: return C.LOWER
      @udf
      def upper(row: int) -> C: return C.UPPER
      @udf
      def text(row: int) -> C: return ["x", "X"][row]
      @udf
      def back(c: C) -> C: return c
      @udf
      def shown(c: C) -> str: return c._name_
      """
    try await withPool(UDFSource(source)) { pool in
      #expect(try await pool.outcomes("lower", integers([0])) == [#""x""#])
      #expect(try await pool.outcomes("upper", integers([0])) == [#""X""#])
      #expect(try await pool.outcomes("text", integers([0, 1])) == [#""x""#, #""X""#])
      let texts = try batch(Column(["X", "x"]))
      #expect(try await pool.outcomes("back", texts) == [#""X""#, #""x""#])
      #expect(try await pool.outcomes("shown", texts) == [#""UPPER""#, #""LOWER""#])
    }
  }

  @Test func `a text of a class that compares as it likes is its text`() async throws {
    let text = """
      class Text(str):
        def __eq__(self, other): return True
        def __hash__(self): return hash("a")
      """
    let found = try await outcomes(
      of: ["Text('b')", "Text('c')", "Text('a')"], as: "Literal['a', Text('b')]", classes: text)
    #expect(found[0] == #""b""#)
    #expect(
      found[1].hasPrefix("ValueError: it returned 'c' of type udf_file.Text, which does not fit Literal: it has a, b"))
    #expect(found[2] == #""a""#)
  }

  /// A class of such a metaclass is none of the built-in types, no other class, and not its own part.
  @Test(arguments: [
    "def __eq__(cls, other): return True\n  def __hash__(cls): return 1", "def __eq__(cls, other): return cls is other",
    "def __eq__(cls, other): raise ValueError\n  def __hash__(cls): raise ValueError",
  ])
  func `classes are told apart by what they are`(methods: String) async throws {
    let source = """
      \(typePrelude)
      import types
      class Meta(type):
        \(methods)
      @dataclass
      class Inner(metaclass=Meta): x: int
      @dataclass
      class Outer(metaclass=Meta): inner: Inner
      class Box(metaclass=Meta): pass
      @udf
      def inner(x: int) -> Inner: return Inner(x)
      @udf
      def outer(o: Outer) -> Inner: return Inner(o.inner.x)
      @udf
      def both(i: Inner, o: Outer) -> str: return type(i).__name__ + type(o).__name__
      """
    try await withPool(UDFSource(source)) { pool in
      #expect(pool.signatures.map(\.name) == ["inner", "outer", "both"])
      let inner = try await pool.evaluate("inner", integers([7]), onError: .raise).values
      let field = try pool.signature(of: "inner").resultField(for: [])
      let nested = Field(name: "inner", type: field.type)
      var builder = StructBuilder()
      builder.append()
      let outer = try builder.finish(fields: [nested], columns: [inner])
      #expect(try await pool.outcomes("both", batch(inner, outer)) == [#""InnerOuter""#])
    }
    let error = try loadError("\(source)\n@udf\ndef boxed(x: types.GenericAlias(Box, (int,))) -> int: pass")
    #expect(error.message.contains("parameter 'x' has the unsupported type"), "\(error.message)")
  }
}
