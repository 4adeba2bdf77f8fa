import Columnar
import PythonUDF
import Testing

/// A function that is marked badly, whatever it is, hides no problem of the others, and is one of them.
@Suite(.timeLimit(.minutes(30))) struct EveryProblemTests {
  /// What stands between two functions with problems of their own, the line of its problem, and how that begins.
  private static let between: [(source: String, line: Int, problem: String)] = [
    ("udf(3)", 5, "function 'int': @udf marks a function, not 3"),
    (
      "udf(lambda x: 5)", 5,
      "function '<lambda>': it has no name of its own for SQL; mark it as udf(name='my_function')(...)"
    ),
    (
      "udf(functools.partial(print))", 5,
      "function 'partial': it has no name of its own for SQL; mark it as udf("
    ),
    (
      "udf(name=Odd())(len)", 5,
      "function 'len': @udf(name=...) takes a name such as 'my_function', not <udf_file.Odd object>"
    ),
    ("udf(null=Odd())(len)", 5, "function 'len': @udf(null=...) takes 'skip' or 'call', not <udf_file.Odd object>"),
    ("@udf\ndef f(x: Proxy()) -> int: pass", 6, "function 'f': parameter 'x' has the unsupported type "),
    ("@udf\ndef f(x: Lying()) -> int: pass", 6, "function 'f': parameter 'x' has the unsupported type "),
    ("@udf\ndef f(x: list[Proxy()]) -> int: pass", 6, "function 'f': parameter 'x' has the unsupported type "),
    (
      "@udf\ndef f(x: Hostile) -> int: pass", 6,
      "function 'f': parameter 'x' has a type that cannot be read: OSError: no"
    ),
    (
      "@udf\ndef f(x: int) -> Hostile: pass", 6, "function 'f': the return type has a type that cannot be read: OSError"
    ),
    ("udf(name='asked')(Asked())", 5, "function 'asked': it cannot be read: OSError: asked"),
    ("udf(Named())", 19, "function 'Named': "),
    (
      "arrow(input_types=[Odd()], result_type='INT')(len)", 5,
      "function 'len': input type 1: it cannot be read: OSError"
    ),
    ("arrow(input_types=['NUMERIC(39,2)'], result_type='INT')(len)", 5, "function 'len': input type 1: SQL type"),
    ("arrow(input_types=['INT'], result_type='INT')(3)", 5, "function 'int': @udf marks a function, not 3"),
  ]

  private static let classes = """
    class Odd:
      def __eq__(self, other): return True
      __hash__ = None
      def __repr__(self): raise OSError("shown")
      __str__ = __repr__
    class Proxy:
      @property
      def __class__(self): return type
    class Lying:
      __class__ = int
    class Meta(type):
      def __getattribute__(cls, name): raise OSError("no")
    class Hostile(metaclass=Meta): pass
    class Asked:
      def __getattr__(self, name): raise OSError("asked")
      def __call__(self): pass
    class Named:
      __name__ = Odd()
      def __call__(self): pass
    """

  @Test(arguments: between.indices)
  func `all problems of a file are told, whatever one of its functions is`(place: Int) throws {
    let (source, line, problem) = Self.between[place]
    let error = try loadError(
      """
      from clutch import udf; import functools; from arrow_udf import udf as arrow
      exec(\(quoted: Self.classes))
      @udf
      def first(x) -> int: pass
      \(source)
      @udf
      def last(x) -> int: pass
      """)
    #expect(error.code == .badSignature)
    let lines = error.message.split(separator: "\n")
    #expect(lines.first?.hasPrefix("<udf>, line 4: function 'first': parameter 'x' has no annotation") == true)
    #expect(lines.contains { $0.contains(", line \(line): \(problem)") }, "\(error.message)")
    #expect(lines.last?.contains("function 'last': parameter 'x' has no annotation") == true)
    #expect(!error.description.contains("<clutch>"))
    #expect(error.refused?.functions.map(\.name).filter { ["first", "last"].contains($0) } == ["first", "last"])
  }

  @Test func `What did not load is known by its names, and cannot be called`() throws {
    let error = try loadError(
      """
      from clutch import udf
      @udf
      def bad(x, y: int, *more: str): pass
      @udf
      def fine(x: int) -> int: pass
      @udf(name='later')
      async def f(x: int) -> int: yield x
      udf(3)
      udf(lambda x: 5)
      """)
    let unloaded = try #require(UnloadedFunctions(error))
    #expect(unloaded.name == "<udf>")
    #expect(unloaded.signatures.map(\.name) == ["fine", "bad", "later"])
    #expect(unloaded.signatures.map(\.line) == [5, 3, 7])
    #expect(unloaded.signatures.map(\.parameters.count) == [1, 3, 1])
    let batch = try RecordBatch(schema: Schema([Field(name: "x", type: .int64)]), columns: [Column([1] as [Int64?])])
    let refusal = #expect(throws: UDFError.self) { try unloaded.callAndWait("fine", batch) }
    #expect(refusal?.code == .notAvailable)
    #expect(UnloadedFunctions(try loadError("1 / 0")) == nil)
  }
}

extension DefaultStringInterpolation {
  /// A text as a literal of Python's.
  fileprivate mutating func appendInterpolation(quoted text: String) {
    appendInterpolation("\"" + text.replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\"")
  }
}
