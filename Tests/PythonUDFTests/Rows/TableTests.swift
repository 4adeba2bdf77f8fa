import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Table functions in the library: what they yield, how far they are drawn, how they end.
@Suite(.timeLimit(.minutes(30))) struct TableTests {
  private static let prelude = """
    import dataclasses, typing
    from collections.abc import Generator, Iterable, Iterator
    from clutch import udf, udtf
    class Count:
      def __init__(self, n): self.n, self.next = n, 0
      def __iter__(self): return self
      def __next__(self):
        if self.next == self.n: raise StopIteration
        self.next += 1
        return self.next - 1
    events = []
    @udf
    def said() -> str:
      text = " ".join(map(str, events))
      events.clear()
      return text

    """

  private func withTables<Result>(
    _ functions: String, interpreters: Int = 1, _ body: (UDFPool) async throws -> Result
  ) async throws -> Result {
    try await withPool(UDFSource(Self.prelude + functions), interpreters: interpreters, body)
  }

  /// All rows as texts: each row of arguments and what it gave.
  private func drawn(
    _ pool: UDFPool, _ arguments: RecordBatch, limit: Int = 2_048, onError mode: UDFErrorMode? = nil
  ) async throws -> [String] {
    var rows: [String] = []
    for try await batch in pool.table("f", arguments, limit: limit, onError: mode) {
      #expect(batch.rowCount > 0 && batch.rowCount <= limit)
      let columns = try batch.columns.map { try $0.logicalRows() }
      for row in 0..<batch.rowCount { rows.append(columns.map { $0[row] }.joined(separator: " ")) }
    }
    return rows
  }

  private func said(_ pool: UDFPool) async throws -> String {
    try await pool.call("said", rows(1)).toArray(of: String.self)[0] ?? ""
  }

  // MARK: Rows

  @Test(arguments: [
    ("Iterator[int]", "yield from range(n)"), ("Iterable[int]", "yield from range(n)"),
    ("Generator[int, None, None]", "yield from range(n)"), ("Generator[int]", "yield from range(n)"),
    ("list[int]", "return list(range(n))"), ("Iterator[int]", "return iter(range(n))"),
    ("typing.Iterator[int]", "return range(n)"), ("'Iterator[int]'", "return (i for i in range(n))"),
    ("Iterable[int]", "return {i: None for i in range(n)}"), ("list[int]", "return tuple(range(n))"),
    ("Iterator[int]", "return Count(n)"), ("Iterable[int]", "return map(int, Count(n))"),
  ])
  func `rows come from whatever can be iterated over`(result: String, body: String) async throws {
    try await withTables("@udtf\ndef f(n: int) -> \(result):\n  \(body)") { pool in
      let arguments = try batch(Column([2, 0, nil, 3] as [Int64?]))
      let found1 = try await drawn(pool, arguments)
      #expect(found1 == ["0 0", "0 1", "3 0", "3 1", "3 2"])
      let found2 = try await drawn(pool, arguments, limit: 2)
      #expect(found2 == ["0 0", "0 1", "3 0", "3 1", "3 2"])
      // The same function gives all rows in a list where one value is wanted.
      let lists = try await pool.call("f", arguments).logicalRows()
      #expect(lists == ["[0, 1]", "[]", "null", "[0, 1, 2]"])
    }
  }

  @Test(arguments: [
    ("tuple[int, str]", ["f0", "f1"], "(1, 'a')"), ("tuple[int, str]", ["f0", "f1"], "[1, 'a'] and (1, 'a')"),
    ("Pair", ["x", "y"], "Pair(1, 'a')"), ("Pair", ["x", "y"], "(1, 'a')"), ("Pair", ["x", "y"], "{'y': 'a', 'x': 1}"),
    ("Point", ["x", "y"], "Point(1, 'a')"), ("Point", ["x", "y"], "{'x': 1, 'y': 'a'}"),
    ("Place", ["x", "y"], "{'x': 1, 'y': 'a'}"), ("Place", ["x", "y"], "Pair(1, 'a')"),
  ])
  func `columns are the fields of a row`(row: String, names: [String], value: String) async throws {
    let source = """
      class Pair(typing.NamedTuple):
        x: int
        y: str
      @dataclasses.dataclass
      class Point:
        x: int
        y: str
      class Place(typing.TypedDict):
        x: int
        y: str
      @udtf
      def f() -> Iterator[\(row)]:
        yield \(value)
        yield None
      """
    try await withTables(source) { pool in
      let signature = try pool.signature(of: "f")
      #expect(signature.kind == .table)
      #expect(signature.columns.map(\.name) == names)
      let arguments = try rows(2)
      let found = try await drawn(pool, arguments).map { $0.replacing("\"", with: "") }
      #expect(
        found == [
          "0 1 a", "0 null null", "1 1 a", "1 null null",
        ])
    }
  }

  @Test(arguments: [
    "Iterator[Row]", "Iterator[tuple[int, str] | None]", "Iterator[typing.Annotated[tuple[int, str], 1]]", "Rows",
    "Rows | None",
    "typing.Optional[Rows]", "Iterator['Row']",
  ])
  func `aliases and what may be None name rows too`(result: String) async throws {
    let source = "type Row = tuple[int, str]\ntype Rows = Iterator[Row]\n@udtf\ndef f() -> \(result): yield 1, 'a'"
    try await withTables(source) { pool in
      let columns = try pool.signature(of: "f").columns
      #expect(columns.map(\.name) == ["f0", "f1"])
    }
  }

  @Test func `one column has the function's name`() async throws {
    try await withTables("@udtf(name='series')\ndef f(n: int) -> list[float]: return [n / 2]") { pool in
      let signature = try pool.signature(of: "series")
      #expect(signature.columns.map(\.name) == ["series"])
      #expect(signature.sqlDescription == "series(n BIGINT) -> TABLE(series DOUBLE)")
    }
  }

  // MARK: As they are asked for

  @Test func `nothing runs before it is asked for, and no further than that`() async throws {
    let source = """
      @udtf
      def f(n: int) -> Iterator[int]:
        events.append("begun")
        try:
          for i in range(n):
            events.append(i)
            yield i
        finally:
          events.append("ended")
      """
    try await withTables(source) { pool in
      let cursor = try pool.open(1, batch(Column([1_000_000_000] as [Int64?])), CallOptions())
      let found3 = try await said(pool)
      #expect(found3 == "")
      let first = try await cursor.next(3)
      #expect(first?.values.rowCount == 3)
      let found4 = try await said(pool)
      #expect(found4 == "begun 0 1 2")
      _ = try cursor.nextAndWait(1)
      let found5 = try await said(pool)
      #expect(found5 == "3")
      try await cursor.close()
      let found6 = try await said(pool)
      #expect(found6 == "ended")
      let after = try await cursor.next(1)
      #expect(after == nil)
      try await cursor.close()
      try cursor.closeAndWait()
      let found7 = try await said(pool)
      #expect(found7 == "")
    }
  }

  @Test func `an iteration that is left ends the generator`() async throws {
    let source = """
      @udtf
      def f(n: int) -> Iterator[int]:
        try:
          while True: yield n
        finally:
          events.append("ended")
      """
    try await withTables(source) { pool in
      func firstRow() async throws -> Int {
        for try await batch in pool.table("f", try batch(Column([7] as [Int64?])), limit: 5) { return batch.rowCount }
        return 0
      }
      let found8 = try await firstRow()
      #expect(found8 == 5)
      // The close was handed over before this call was.
      let found9 = try await said(pool)
      #expect(found9 == "ended")
      let task = Task {
        for try await _ in pool.table("f", try batch(Column([7] as [Int64?]))) {
          withUnsafeCurrentTask { $0?.cancel() }
        }
      }
      _ = await task.result
      let found10 = try await said(pool)
      #expect(found10 == "ended")
    }
  }

  @Test func `several are open in one interpreter, between calls of functions`() async throws {
    let source = """
      @udtf
      def f(n: int) -> Iterator[int]:
        for i in range(n): yield n * 100 + i
      """
    try await withTables(source) { pool in
      let one = try pool.open(1, batch(Column([3] as [Int64?])), CallOptions())
      let other = try pool.open(1, batch(Column([4] as [Int64?])), CallOptions())
      var seen: [[Int64?]] = []
      for _ in 0..<4 {
        for cursor in [one, other] {
          if let drawn = try await cursor.next(2) { seen.append(try drawn.values.columns[1].toArray(of: Int64.self)) }
        }
        _ = try await said(pool)
      }
      #expect(seen == [[300, 301], [400, 401], [302], [402, 403]])
    }
  }

  @Test func `many are drawn at once on several interpreters`() async throws {
    let source = """
      @udtf
      def f(n: int) -> Iterator[int]: yield from range(n)
      """
    try await withTables(source, interpreters: 2) { pool in
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<16 {
          group.addTask {
            try await self.drawn(pool, try batch(Column([500] as [Int64?])), limit: 37).count
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(counts == Array(repeating: 500, count: 16))
    }
  }

  @Test func `a second caller is refused while the first draws`() async throws {
    let source = """
      import os, time
      @udtf
      def f(folder: str) -> Iterator[int]:
        open(folder + "/begun", "w").close()
        ends = time.monotonic() + 60
        while not os.path.exists(folder + "/go") and time.monotonic() < ends: time.sleep(0.005)
        yield 1
      """
    try await withTables(source) { pool in
      let folder = try TemporaryFolder()
      let cursor = try pool.open(1, batch(Column([folder.path])), CallOptions())
      let first = Task { try await cursor.next(1)?.values.rowCount }
      let deadline = ContinuousClock.now + .seconds(60)
      while !FileManager.default.fileExists(atPath: folder.path + "/begun"), .now < deadline { await Task.yield() }
      let refusal = await #expect(throws: UDFError.self) { try await cursor.next(1) }
      #expect(refusal?.code == .busy)
      try Data().write(to: URL(fileURLWithPath: folder.path + "/go"))
      let found11 = try await first.value
      #expect(found11 == 1)
    }
  }

  // MARK: Failures

  private static let failing = """
    @udtf(on_error="{}")
    def f(n: int) -> Iterator[int]:
      if n < 0: raise KeyError(n)
      for i in range(n):
        if i == 2: raise ValueError("two")
        yield "wrong" if i == 1 else i
    """

  @Test func `a failure ends the query, and says after how many rows`() async throws {
    let source = Self.failing.replacing("{}", with: "raise").replacing("\"wrong\" if i == 1 else i", with: "i")
    try await withTables(source) { pool in
      let arguments = try batch(Column([1, 5] as [Int64?]))
      let error = try await #require(throws: UDFError.self) { try await drawn(pool, arguments) }
      #expect(error.message == "UDF f failed at row 1 of its batch (n=5): after 2 rows, ValueError: two")
      #expect(error.exception?.traceback.map(\.function) == ["f"])
      let wrong = try await #require(throws: UDFError.self) {
        try await drawn(pool, try batch(Column([-3] as [Int64?])))
      }
      #expect(wrong.message == "UDF f failed at row 0 of its batch (n=-3): KeyError: -3")
    }
  }

  @Test func `with null the rows before a failure stay`() async throws {
    try await withTables(Self.failing.replacing("{}", with: "null")) { pool in
      let arguments = try batch(Column([1, -1, 5, 1] as [Int64?]))
      let found12 = try await drawn(pool, arguments)
      #expect(found12 == ["0 0", "2 0", "2 null", "3 0"])
      let found13 = try await drawn(pool, arguments, limit: 1)
      #expect(found13 == ["0 0", "2 0", "2 null", "3 0"])
      let summary = try #require(pool.failureSummaries.first)
      #expect(summary.failedRows == 6 && summary.rows == 12)
      #expect(
        summary.examples.prefix(3).map(\.summary) == [
          "KeyError: -1", "TypeError: after 1 row, it returned 'wrong' of type str, expected int or None",
          "ValueError: after 2 rows, two",
        ])
    }
  }

  @Test(arguments: [2_048, 3, 1]) func `with collect errors stand in rows of their own`(limit: Int) async throws {
    try await withTables(Self.failing.replacing("{}", with: "collect")) { pool in
      var rows: [Int32?] = []
      var values: [Int64?] = []
      var types: [String?] = []
      for try await batch in pool.table("f", try batch(Column([1, -1, 5, 1] as [Int64?])), limit: limit) {
        #expect(batch.schema.fields.map(\.name) == ["row", "f", "error"])
        rows += try batch.columns[0].toArray(of: Int32.self)
        values += try batch.columns[1].toArray(of: Int64.self)
        let errors = batch.columns[2]
        let names = try errors.fieldColumns()[0].toArray(of: String.self)
        types += (0..<batch.rowCount).map { errors.isNull($0) ? nil : names[$0] }
      }
      #expect(rows == [0, 1, 2, 2, 2, 3])
      #expect(values == [0, nil, 0, nil, nil, 0])
      #expect(types == [nil, "KeyError", nil, "TypeError", "ValueError", nil])
    }
  }

  @Test(arguments: [
    ("n + 1", "it returned None, which has no rows; yield them, or return a list"),
    ("return 5", "it returned 5 of type int, which has no rows; yield them, or return a list"),
    ("yield 'x'", "it returned 'x' of type str, expected int or None"),
    ("return 'x'", "it returned 'x' of type str, expected int or None"),
    (
      "yield 2 ** 70",
      "it returned 1180591620717411303424 of type int, which does not fit a 64-bit integer"
    ),
    ("yield (1, 2)", "it returned (1, 2) of type tuple, expected int or None"),
  ])
  func `what is no row is refused`(body: String, problem: String) async throws {
    try await withTables("@udtf\ndef f(n: int) -> Iterator[int]:\n  \(body)") { pool in
      let arguments = try batch(Column([1] as [Int64?]))
      let error = try await #require(throws: UDFError.self) { try await drawn(pool, arguments) }
      #expect(error.message == "UDF f failed at row 0 of its batch (n=1): \(problem)")
    }
  }

  @Test func `a generator that raises or does not end when it is closed is told`() async throws {
    let source = """
      @udtf(timeout=0.5)
      def f(n: int) -> Iterator[int]:
        try:
          yield 1
          yield 2
        finally:
          if n: raise ValueError("in the end")
          while True: pass
      """
    try await withTables(source) { pool in
      for (argument, message) in [
        (1, "UDF f raised when it was closed after 1 rows: ValueError: in the end"),
        (0, "UDF f, while it was closed, ran longer than its timeout of 0.5 s"),
      ] {
        let cursor = try pool.open(1, batch(Column([Int64(argument)] as [Int64?])), CallOptions())
        _ = try await cursor.next(1)
        let error = try await #require(throws: UDFError.self) { try await cursor.close() }
        #expect(error.message.hasPrefix(message), "\(error.message)")
        #expect(!"\(error)".contains("<clutch>"), "\(error)")
      }
      let found14 = try await said(pool)
      #expect(found14 == "")
    }
  }

  @Test func `a row that takes too long ends with its finally`() async throws {
    let source = """
      @udtf(timeout=0.3)
      def f(n: int) -> Iterator[int]:
        try:
          yield from range(n)
          while True: pass
        finally:
          events.append("ended")
      """
    try await withTables(source) { pool in
      let arguments = try batch(Column([3] as [Int64?]))
      let error = try await #require(throws: UDFError.self) { try await drawn(pool, arguments) }
      #expect(error.code == .deadlineExceeded)
      let found15 = try await said(pool)
      #expect(found15 == "ended")
    }
  }

  @Test func `an open table ends with its interpreter, and the next has another`() async throws {
    let source = """
      @udtf
      def f(n: int) -> Iterator[int]: yield from range(n)
      @udf
      def hang(n: int) -> int:
        import time
        time.sleep(60)
        return n
      """
    try await withTables(source) { pool in
      let arguments = try batch(Column([3] as [Int64?]))
      let cursor = try pool.open(1, arguments, CallOptions())
      _ = try await cursor.next(1)
      let limits = UDFTimeouts(row: .milliseconds(200))
      let hung = await #expect(throws: UDFError.self) { try await pool.evaluate("hang", arguments, timeouts: limits) }
      #expect(hung?.code == .deadlineExceeded)
      let gone = await #expect(throws: UDFError.self) { try await cursor.next(1) }
      #expect(gone?.code == .closed && gone?.message.contains("given up") == true, "\(gone?.message ?? "")")
      let rows = try await drawn(pool, arguments)
      #expect(rows == ["0 0", "0 1", "0 2"])
    }
  }

  @Test func `the memory limit holds for what a table keeps`() async throws {
    let source = """
      @udtf(memory="64MB", on_error="null")
      def f(n: int) -> Iterator[int]:
        kept = []
        while True:
          kept.append(bytes(1_000_000))
          yield n
      """
    try await withTables(source) { pool in
      let arguments = try batch(Column([3] as [Int64?]))
      let error = try await #require(throws: UDFError.self) { try await drawn(pool, arguments) }
      #expect(error.code == .memoryExceeded)
    }
  }

  // MARK: What is none

  @Test func `a function that is no table function is not opened`() async throws {
    try await withTables("@udf\ndef g(n: int) -> int: return n") { pool in
      let error = try #require(throws: UDFError.self) { try pool.open(1, rows(1), CallOptions()) }
      #expect(error.message == "UDF g is no table function: call it, or mark it with @udtf")
    }
  }

  @Test(arguments: [
    ("def f(n: int): yield n", "it has no return annotation; write -> Iterator[T], where T is"),
    ("def f(n: int) -> int: yield n", "the return type names no rows: int; write -> Iterator[T]"),
    ("def f(n: int) -> Iterator: yield n", "the return type names no rows: "),
    ("def f(n: int) -> Iterator[set]: yield n", "the return type has the unsupported type set"),
    ("async def f(n: int) -> int: yield n", "the return type names no rows: int; write -> Iterator[T]"),
    ("def f(n) -> Iterator[int]: yield n", "parameter 'n' has no annotation"),
  ])
  func `what makes no table function is refused when it is loaded`(source: String, problem: String) throws {
    let error = try loadError(Self.prelude + "@udtf\n\(source)")
    #expect(error.code == .badSignature)
    #expect(error.message.contains(": function 'f': \(problem)"), "\(error.message)")
  }

  @Test(arguments: [
    ("@udtf(on_error='nul')", "@udtf(on_error=...) takes 'raise', 'null' or 'collect', not 'nul'"),
    (
      "@udtf(deterministic=True)",
      "@udtf has no option 'deterministic'; it has name, null, on_error, timeout, batch_timeout, memory, threads and placement"
    ),
    ("@udtf(name='a b')", "@udtf(name=...) takes a name such as 'my_function', not 'a b'"),
  ])
  func `the options of the mark are checked`(mark: String, problem: String) throws {
    let error = try loadError(Self.prelude + "\(mark)\ndef f(n: int) -> list[int]: return [n]")
    #expect(error.message.hasSuffix(": \(problem)"), "\(error.message)")
  }

  // MARK: Files of other systems

  @Test func `tables of RisingWave's files are loaded as they are`() async throws {
    let source = """
      from arrow_udf import udtf
      from typing import Iterator, Tuple

      @udtf(input_types="STRING", result_types=["STRING", "INT"])
      def f(string: str) -> Iterator[Tuple[str, int]]:
          for word in string.split(" "):
              yield word, len(word)
      """
    try await withPool(UDFSource(source)) { pool in
      let arguments = try batch(Column(["a bc", nil]))
      let cursor = try pool.open(0, batch(Column(["a bc"])), CallOptions())
      let drawn = try await cursor.next(10)
      let found16 = try drawn?.values.columns[1].toArray(of: String.self)
      #expect(found16 == ["a", "bc"])
      let found17 = try drawn?.values.columns[2].toArray(of: Int32.self)
      #expect(found17 == [1, 2])
      #expect(pool.signatures[0].sqlDescription == "f(string VARCHAR) -> TABLE(f0 VARCHAR, f1 INTEGER)")
      // Every argument may be None there.
      let error = try await #require(throws: UDFError.self) {
        for try await _ in pool.table("f", arguments) {}
      }
      #expect(error.row?.index == 1)
    }
  }

  @Test func `a declaration says the columns`() async throws {
    let source = UDFSource(
      "def words(text):\n  for word in text.split(): yield word, len(word)",
      functions: ["f(VARCHAR) -> TABLE (word VARCHAR, size INT) = words"])
    try await withPool(source) { pool in
      #expect(pool.signatures[0].sqlDescription == "f(text VARCHAR) -> TABLE(word VARCHAR, size INTEGER)")
      let found = try await drawn(pool, try batch(Column(["ab c"]))).map { $0.replacing("\"", with: "") }
      #expect(found == ["0 ab 2", "0 c 1"])
    }
  }

  @Test func `one declared column takes values, and tuples of one`() async throws {
    let source = UDFSource(
      "def plain(n): yield from range(n)\ndef tuples(n):\n  for i in range(n): yield i,",
      functions: ["f(BIGINT) -> TABLE (value BIGINT) = plain", "g(BIGINT) -> TABLE (value BIGINT) = tuples"])
    try await withPool(source) { pool in
      for function in ["f", "g"] {
        #expect(try pool.signature(of: function).columns.map(\.name) == ["value"])
        var values: [Int64?] = []
        for try await batch in pool.table(function, try batch(Column([3] as [Int64?]))) {
          values += try batch.columns[1].toArray(of: Int64.self)
        }
        #expect(values == [0, 1, 2])
      }
    }
  }

  @Test func `lists hold the rows before a failure`() async throws {
    try await withTables(Self.failing.replacing("{}", with: "null")) { pool in
      let arguments = try batch(Column([1, -1, 5, nil, 0] as [Int64?]))
      let result = try await pool.evaluate("f", arguments)
      let values = try result.values.logicalRows()
      #expect(values == ["[0]", "null", "[0, null]", "null", "[]"])
      #expect(result.failureCount == 3)
      let collected = try await pool.evaluate("f", arguments, onError: .collect)
      #expect(collected.failures.map(\.row) == [1, 2])
      #expect((0..<5).map { collected.errors?.isNull($0) } == [true, false, false, true, true])
    }
  }

  // MARK: Hot swap

  @Test(arguments: [true, false]) func `a table that is closed after a swap ends on its own version`(byHand: Bool)
    async throws
  {
    let registry = UDFRegistry()
    let text = """
      from collections.abc import Iterator
      from clutch import udtf
      @udtf
      def f(n: int) -> Iterator[int]:
        try: yield from range(n)
        finally: print("ended")
      """
    try await registry.add("tables", UDFSource(text))
    let source = try registry.source("tables")
    let records = try source.logRecords()
    var cursor: (any TableCursor)? = try source.open(0, batch(Column([4] as [Int64?])), CallOptions())
    _ = try await cursor?.next(1)
    try await registry.replace("tables", with: UDFSource(text))
    try registry.remove("tables")
    if byHand { try await cursor?.close() }
    cursor = nil
    // They end when the last version has.
    var said: [String] = []
    for await record in records { said.append(record.message) }
    #expect(said == ["ended"])
  }

  @Test func `a table finishes on the version it began on`() async throws {
    let registry = UDFRegistry()
    let text = "from collections.abc import Iterator\nfrom clutch import udtf\n@udtf\ndef f(n: int) -> Iterator[int]:\n"
    try await registry.add("tables", UDFSource(text + "  for i in range(n): yield i"))
    let source = try registry.source("tables")
    let arguments = try batch(Column([4] as [Int64?]))
    let cursor = try source.open(0, arguments, CallOptions())
    var values = try await cursor.next(2)?.values.columns[1].toArray(of: Int64.self) ?? []
    try await registry.replace("tables", with: UDFSource(text + "  for i in range(n): yield -i"))
    values += try await cursor.next(10)?.values.columns[1].toArray(of: Int64.self) ?? []
    #expect(values == [0, 1, 2, 3])
    let end = try await cursor.next(10)
    #expect(end == nil)
    var renewed: [Int64?] = []
    for try await batch in source.table("f", arguments) { renewed += try batch.columns[1].toArray(of: Int64.self) }
    #expect(renewed == [0, -1, -2, -3])
    try registry.remove("tables")
  }
}
