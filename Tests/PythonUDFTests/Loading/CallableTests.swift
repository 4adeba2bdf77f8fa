import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct CallableTests {
  /// What is marked, after some definitions, and its signature in SQL's terms.
  private static let cases = [
    ("partial(add, 5)", "f(b BIGINT) -> BIGINT", 5 + 2),
    ("partial(add, b=5)", "f(a BIGINT) -> BIGINT", 5 + 2),
    ("partial(partial(three, 1), c=4)", "f(b BIGINT) -> BIGINT", 1 + 2 + 4),
    ("partial(Scale(3), )", "f(x BIGINT) -> BIGINT", 6),
    ("Scale(3)", "f(x BIGINT) -> BIGINT", 6),
    ("Scale(3).scaled", "f(x BIGINT) -> BIGINT", 6),
    ("Scale.of_class", "f(x BIGINT) -> BIGINT", 3),
    ("Scale.static", "f(x BIGINT) -> BIGINT", 4),
    ("staticmethod(twice)", "f(a BIGINT) -> BIGINT", 4),
    ("lru_cache(twice)", "f(a BIGINT) -> BIGINT", 4),
    ("wrapped", "f(a BIGINT) -> BIGINT", 5),
    ("given", "f(y BIGINT) -> BIGINT", 2),
    ("Static()", "f(x BIGINT) -> BIGINT", 8),
  ]

  @Test(arguments: cases)
  func `what can be called is a function when it is given a name`(
    callable: String, signature: String, result: Int
  ) async throws {
    let source = """
      import inspect
      from functools import lru_cache, partial, wraps
      def add(a: int, b: int) -> int: return a + b
      def three(a: int, b: int, c: int) -> int: return a + b + c
      def twice(a: int) -> int: return 2 * a
      class Scale:
        def __init__(self, by): self.by = by
        def __call__(self, x: int) -> int: return x * self.by
        def scaled(self, x: int) -> int: return x * self.by
        @classmethod
        def of_class(cls, x: int) -> int: return x + 1
        @staticmethod
        def static(x: int) -> int: return x + 2
      class Static:
        @staticmethod
        def __call__(x: int) -> int: return 4 * x
      @wraps(twice)
      def wrapped(*arguments): return twice(*arguments) + 1
      def given(*arguments): return arguments[0]
      given.__signature__ = inspect.Signature(
        [inspect.Parameter("y", inspect.Parameter.POSITIONAL_ONLY, annotation=int)], return_annotation=int)
      udf(name="f")(\(callable))
      """
    try await withPool(of: source) { pool in
      #expect(pool.signatures.map(\.sqlDescription) == [signature])
      #expect(pool.signatures.map(\.kind) == [.rows])
      try await pool.expect("f", integers([2]), gives: [Int64(result)])
    }
  }

  @Test(arguments: [
    ("partial(add, 1, 2, 3)", "it has no readable signature; wrap it in a function with annotations"),
    ("partial(add, a=1)", "parameter 'b' cannot be passed by position, as arguments are; make it a plain parameter"),
    ("Async()", "an async generator gives rows of a table: mark it with @udtf; or return one value per call"),
    ("partial(rows, 1)", "a generator gives rows of a table: mark it with @udtf; or return one value per call"),
    ("abs", "it has no readable signature; wrap it in a function with annotations"),
  ])
  func `what makes no function of rows is refused`(callable: String, problem: String) throws {
    let error = try loadError(
      """
      from functools import partial
      from clutch import udf
      def add(a: int, b: int) -> int: return a + b
      def rows(a: int, b: int) -> int: yield a
      class Async:
        async def __call__(self, x: int) -> int: yield x
      udf(name="f")(\(callable))
      """)
    #expect(error.code == .badSignature)
    #expect(error.message.hasSuffix("function 'f': \(problem)"), "\(error.message)")
  }
}
