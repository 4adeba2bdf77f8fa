import Columnar
import PythonUDF
import TestSupport
import Testing

@testable import DuckDBEngine

/// Chunks with more text, bytes or elements than 32-bit offsets reach, with a limit that is low enough for tests.
@Suite(.serialized, .timeLimit(.minutes(30))) struct LargeChunkTests {
  private static let reach = 64

  @Test(arguments: TestLibrary.allCases, VectorSample.all)
  func `Vectors become large columns and back`(library: TestLibrary, sample: VectorSample) throws {
    let connection = try library.connect()
    let type = try connection.type(of: sample.query)
    try VectorFunction("same", returning: type, on: connection) { vectors, input, output in
      var vectors = vectors
      vectors.shortReach = 2
      let column = try vectors.argument(0, of: input, type: type)
      try column.validate(.full)
      try vectors.write(column, as: type, to: output)
    }
    try connection.expectSame("SELECT x, same(x) FROM (\(sample.query))")
    try connection.run("CREATE TABLE t AS SELECT x FROM (\(sample.query)), range(500)")
    try connection.expectSame("SELECT x, same(x) FROM t")
  }

  private static let functions = """
    from dataclasses import dataclass
    from typing import Any, Literal
    import clutch
    @dataclass
    class P:
        a: str
        b: list[int]
        c: dict[str, bytes]
    @udf
    def same_text(x: str) -> str: return x
    @udf
    def same_data(x: bytes) -> bytes: return x
    @udf
    def same_json(x: clutch.Json) -> clutch.Json: return x
    @udf
    def same_numbers(x: list[int]) -> list[int]: return x
    @udf
    def same_texts(x: list[list[str]]) -> list[list[str]]: return x
    @udf
    def same_map(x: dict[str, int]) -> dict[str, int]: return x
    @udf
    def same_nested(x: dict[int, dict[str, list[str]]]) -> dict[int, dict[str, list[str]]]: return x
    @udf
    def same_person(x: P) -> P: return x
    @udf
    def same_choice(x: Literal['a value of some length', 'another']) -> Literal['a value of some length', 'another']: return x
    @udf(deterministic=True)
    def same_known(x: str) -> str: return x + 'é'
    @udf(null="call")
    def shown_as(x: Any) -> str: return repr(x)
    """

  private static let values: [(function: String, values: String)] = [
    ("same_text", "repeat('é', i::INT)"), ("same_text", "'twelve bytes'"), ("same_data", "repeat('x', i::INT)::BLOB"),
    ("same_json", "json_object('a', i, 'b', repeat('x', i::INT))"), ("same_numbers", "range(i)"),
    ("same_texts", "[[repeat('x', i::INT), NULL], NULL, ['é']]"),
    ("same_map", "MAP(list_transform(range(i), lambda v: v::VARCHAR), range(i))"),
    ("same_nested", "MAP {i: MAP {repeat('k', i::INT): [repeat('x', i::INT), NULL]}}"),
    ("same_person", "{'a': repeat('x', i::INT), 'b': range(i), 'c': MAP {repeat('k', i::INT): ''::BLOB}}"),
    ("same_choice", "CASE WHEN i % 2 = 0 THEN 'another' ELSE 'a value of some length' END"),
    ("same_known", "repeat('é', i::INT % 5)"),
  ]

  @Test(arguments: TestLibrary.allCases)
  func `Functions take and give them`(library: TestLibrary) throws {
    let pool = try TestLibrary.pool(Self.functions)
    let (usual, large) = (try library.connect(), try library.connect())
    try usual.register(pool)
    var names = try FunctionNames(of: pool.signatures.map(\.name), on: large)
    try large.register(functionsOf: pool, nil, UDFTimeouts(), &names, shortReach: Self.reach)
    for (function, values) in Self.values {
      for value in [values, "CASE WHEN i % 3 > 0 THEN \(values) END", "CASE WHEN i = 39 THEN \(values) END"] {
        let rows = "SELECT i, \(value) AS x FROM (SELECT i % 40 AS i FROM range(2500) t(i))"
        let query = "SELECT i, \(function)(x), shown_as(x) FROM (\(rows) LIMIT 100) ORDER BY ALL"
        #expect(try large.rows(query) == usual.rows(query), "\(function) of \(value)")
        let expected = function == "same_known" ? "x || 'é'" : "x"
        try large.expectSame("SELECT \(expected), \(function)(x) FROM (\(rows))")
      }
    }
  }

  @Test(arguments: TestLibrary.allCases, UDFErrorMode.allCases)
  func `Failing rows are those of the whole chunk`(library: TestLibrary, mode: UDFErrorMode) throws {
    let recorder = Recorder<UDFRowFailure>()
    let pool = try TestLibrary.pool(
      """
      @udf
      def f(x: str, n: int) -> str:
          if n % 700 == 699: raise ValueError(x)
          return x
      """)
    pool.observeFailures { recorder.append($0) }
    let (usual, large) = (try library.connect(["threads": "1"]), try library.connect(["threads": "1"]))
    try usual.register(pool, onError: mode)
    var names = try FunctionNames(of: pool.signatures.map(\.name), on: large)
    try large.register(functionsOf: pool, mode, UDFTimeouts(), &names, shortReach: Self.reach)
    let query = "SELECT i, f('row ' || i, i) AS r FROM range(3000) t(i)"
    if mode == .raise {
      let failure = try #require(try large.failure(query))
      #expect(failure.contains("UDF f failed at row 699 of its batch (x='row 699', n=699): ValueError: row 699"))
      #expect(try usual.failure(query) == failure)
      #expect(recorder.values.map(\.row) == [699, 699])
    } else {
      #expect(try large.rows(query) == usual.rows(query))
      // The rows of two chunks, of the one and the other.
      #expect(recorder.values.map(\.row) == [699, 1399, 51, 751] + [699, 1399, 51, 751])
      #expect(Set(recorder.values.compactMap(\.arguments)).count == 4)
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Constants that are cast may be large too`(library: TestLibrary) throws {
    let pool = try TestLibrary.pool("@udf\ndef f(x: list[str], y: int) -> str: return x[0] + str(y)")
    let connection = try library.connect()
    var names = try FunctionNames(of: pool.signatures.map(\.name), on: connection)
    try connection.register(functionsOf: pool, nil, UDFTimeouts(), &names, shortReach: Self.reach)
    let rows = try connection.rows("SELECT f('[a text of some length]', i) FROM range(3) t(i)")
    #expect(rows == (0..<3).map { [.text("a text of some length\($0)")] })
  }
}
