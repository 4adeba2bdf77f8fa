import Columnar
import PythonUDF
import Testing

/// Functions that are called once for a batch.
@Suite(.timeLimit(.minutes(30))) struct BatchTests {
  private static let arguments = Column([1, nil, 3] as [Int64?])

  private func outcomes(_ function: String, _ columns: [Column], options: String = "") async throws -> [String] {
    let source = "import array, itertools\ncalls = []\n@udf(batch=True\(options))\n\(function)"
    return try await withPool(of: source) { pool in try await pool.outcomes("f", batch(columns)) }
  }

  @Test(arguments: [
    ("def f(x: list[int]) -> list[int]: return [v and v * 2 for v in x]", ["2", "null", "6"]),
    ("def f(x: list[int]) -> list[int]: return (v and v * 2 for v in x)", ["2", "null", "6"]),
    ("def f(x: list[int]) -> list[int]: yield from x", ["1", "null", "3"]),
    ("def f(x: list[int]) -> list[int]: return tuple(x)", ["1", "null", "3"]),
    ("def f(x: list[int]) -> list[int]: return array.array('q', [7, 8, 9])", ["7", "8", "9"]),
    ("def f(x: list[int]) -> list[int]: return memoryview(array.array('q', [7, 8, 9]))", ["7", "8", "9"]),
    ("def f(x: list[int]) -> list[int]: return bytearray(b'abc')", ["97", "98", "99"]),
    ("def f(x: list[int]) -> list[int]: return range(3)", ["0", "1", "2"]),
    ("def f(x: list[int]) -> list[int]: return {1: 0, 2: 0, 3: 0}", ["1", "2", "3"]),
    ("def f(x: list[int | None]) -> list[int | None]: return x", ["1", "null", "3"]),
    ("def f(x: 'list[int]') -> 'list[str]': return [str(x)] * 3", Array(repeating: "\"[1, None, 3]\"", count: 3)),
    ("def f(x: list[int]) -> list[list[int]]: return [[v] for v in x]", ["[1]", "[null]", "[3]"]),
    ("def f(*xs: list[int]) -> list[int]: return [len(xs)] * len(xs[0])", ["1", "1", "1"]),
    (
      "class f:\n  def __init__(self): self.n = 1\n  def __call__(self, x: list[int]) -> list[int]: return [self.n] * len(x)",
      ["1", "1", "1"]
    ),
  ])
  func `a batch goes in as lists and comes out as what can be iterated over`(
    function: String, expected: [String]
  ) async throws {
    let found = try await outcomes(function, [Self.arguments])
    #expect(found == expected)
  }

  @Test func `there is one call for a batch, and none for no rows`() async throws {
    let source = """
      calls = []
      @udf(batch=True)
      def f(x: list[int], y: list[str]) -> list[str]:
        calls.append(len(x))
        return [f"{a}{b}" for a, b in zip(x, y)]
      @udf
      def said() -> str: return str(calls)
      """
    try await withPool(of: source) { pool in
      #expect(try pool.signature(of: "f").kind == .batch)
      let numbers = Column((0..<3_000).map { Optional(Int64($0)) })
      let texts = Column((0..<3_000).map { Optional("-\($0)") })
      let found = try await pool.call("f", batch(numbers, texts)).toArray(of: String.self)
      #expect(found == (0..<3_000).map { "\($0)-\($0)" })
      let none = try await pool.call("f", batch(numbers.slice(0..<0), texts.slice(0..<0)))
      #expect(none.count == 0)
      let said = try await pool.call("said", rows(1)).toArray(of: String.self)
      #expect(said == ["[3000]"])
    }
  }

  @Test(arguments: [
    ("return x[1:]", "it returned 2 values for 3 rows"), ("return x + x", "it returned 6 values for 3 rows"),
    ("yield from iter(int, 1)", "it returned more than 3 values for 3 rows"),
    ("pass", "it returned None, expected a list with a value for each row"),
    ("return 5", "it returned 5 of type int, expected a list with a value for each row"),
    ("return 'abc'", "it returned 'abc' of type str, expected a list with a value for each row"),
    ("raise ValueError('no')", "ValueError: no"), ("yield 1; raise KeyError(2)", "KeyError: 2"),
  ])
  func `what fails a batch fails its rows together`(body: String, problem: String) async throws {
    let function = "def f(x: list[int]) -> list[int]: \(body)"
    let error = try await #require(throws: UDFError.self) {
      try await withPool(of: "@udf(batch=True)\n" + function) { try await $0.call("f", batch(Self.arguments)) }
    }
    #expect(error.message == "UDF f failed at rows 0 to 2 of its batch: \(problem)")
    #expect(error.row?.index == 0 && error.row?.count == 3)
    let found = try await outcomes(function, [Self.arguments])
    #expect(Set(found).count == 1 && found[0].hasSuffix(problem), "\(found)")
    let one = try await #require(throws: UDFError.self) {
      try await withPool(of: "@udf(batch=True)\n" + function) { try await $0.call("f", batch(Column([7] as [Int64?]))) }
    }
    #expect(one.message.hasPrefix("UDF f failed at row 0 of its batch (x=7): "), "\(one.message)")
  }

  @Test func `one value that does not fit fails its row alone`() async throws {
    let found = try await outcomes("def f(x: list[int]) -> list[int]: return [1, 'two', 2 ** 70]", [Self.arguments])
    #expect(
      found == [
        "1", "TypeError: it returned 'two' of type str, expected int or None",
        "ValueError: it returned 1180591620717411303424 of type int, which does not fit a 64-bit integer",
      ])
  }

  @Test func `rows are tried one by one where the function says so`() async throws {
    let function = """
      def f(x: list[int]) -> list[int]:
        calls.append(len(x))
        if 0 in x: raise ValueError("a zero")
        return [10 // v + 100 * len(calls) for v in x]
      """
    let numbers = [Column([1, 0, 5] as [Int64?])]
    let found = try await outcomes(function, numbers, options: ", retry_rows=True")
    #expect(found == ["210", "ValueError: a zero", "402"])
    let together = try await outcomes(function, numbers)
    #expect(Set(together) == ["ValueError: a zero"])
  }

  @Test(arguments: [
    (
      "@udf(batch=True)\ndef f(x: int) -> list[int]: return [x]",
      "parameter 'x' of a function that is called for a batch"
    ),
    (
      "@udf(batch=True)\ndef f(x: list[int]) -> int: return 1",
      "the return type of a function that is called for a batch"
    ),
    ("@udf(batch=True)\ndef f() -> list[int]: return [1]", "it takes no column"),
    ("@udf(batch=1)\ndef f(x: list[int]) -> list[int]: return x", "@udf(batch=...) takes True or False, not 1"),
    (
      "@udf(retry_rows=True)\ndef f(x: int) -> int: return x",
      "@udf(retry_rows=True) is for functions of a batch; add batch=True"
    ),
    (
      "@udf(batch=True)\nasync def f(x: list[int]) -> list[int]: return x", "is no async function; leave batch=True out"
    ),
    ("@udf(batch=True)\ndef f(x: list[dict[list[int], int]]) -> list[int]: return x", "Python cannot hash"),
  ])
  func `what is no function of a batch is refused`(source: String, problem: String) throws {
    let error = try loadError("from clutch import udf\n" + source)
    #expect(error.code == .badSignature)
    #expect(error.message.contains(problem), "\(error.message)")
  }

  @Test func `a call that takes too long is stopped`() async throws {
    let source = "@udf(batch=True, batch_timeout=0.3)\ndef f(x: list[int]) -> list[int]:\n  while True: pass"
    try await withPool(of: source) { pool in
      let error = try await #require(throws: UDFError.self) { try await pool.call("f", batch(Self.arguments)) }
      #expect(error.code == .deadlineExceeded)
    }
  }

  @Test func `every row of a batch that failed is told with its arguments`() async throws {
    let source = "@udf(batch=True, on_error='null')\ndef f(x: list[int]) -> list[int]: raise ValueError('no')"
    try await withPool(of: source) { pool in
      let (failures, told) = AsyncStream.makeStream(of: UDFRowFailure.self)
      pool.observeFailures { told.yield($0) }
      _ = try await pool.call("f", batch(Self.arguments))
      told.finish()
      var arguments: [String] = []
      for await failure in failures { arguments.append(failure.arguments ?? "") }
      #expect(arguments == [#"{"x": 1}"#, #"{"x": null}"#, #"{"x": 3}"#])
    }
  }
}
