import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import Testing

/// Functions that take the batches of a query one after the other.
@Suite(.timeLimit(.minutes(30))) struct BatchStreamTests {
  private static let prelude = """
    from collections.abc import Generator, Iterable, Iterator
    from typing import NamedTuple
    import typing
    from clutch import *
    events = []
    @udf
    def said() -> str:
      text = " ".join(map(str, events))
      events.clear()
      return text

    """

  private func withStreams<Result>(
    _ functions: String, interpreters: Int = 1, _ body: (UDFPool) async throws -> Result
  ) async throws -> Result {
    try await withPool(UDFSource(Self.prelude + functions), interpreters: interpreters, body)
  }

  private func said(_ pool: UDFPool) async throws -> String {
    try await pool.call("said", rows(1)).toArray(of: String.self)[0] ?? ""
  }

  private static let schema = Schema([Field(name: "x", type: .int64)])

  // MARK: Forms

  @Test(arguments: [
    ("Iterator[Column[int]]", "Iterator[Column[int]]", "for x in batches: yield [v and v * 2 for v in x]"),
    ("Iterator[list[int]]", "Iterator[list[int]]", "for x in batches: yield [v and v * 2 for v in x]"),
    ("typing.Iterator[Column[int]]", "Iterable[list[int]]", "return ([v and v * 2 for v in x] for x in batches)"),
    (
      "Iterator[Column[int]]", "Generator[list[int], None, None]",
      "return map(lambda x: [v and v * 2 for v in x], batches)"
    ),
    ("'Iterator[Column[int]]'", "'Iterator[list[int]]'", "for x in batches: yield (v and v * 2 for v in x)"),
    ("Iterator[tuple[Column[int]]]", "Iterator[list[int]]", "for (x,) in batches: yield [v and v * 2 for v in x]"),
    ("Iterator[Rows]", "Iterator[list[int]]", "for rows in batches: yield [v and v * 2 for v in rows.x]"),
    ("Batches", "Iterator[list[int]]", "for x in batches: yield [v and v * 2 for v in x]"),
  ])
  func `a function draws batches and gives a result for each`(input: String, output: String, body: String) async throws
  {
    let source = """
      class Rows(NamedTuple):
        x: "Column[int]"
      type Batches = Iterator[Column[int]]
      @udf(batch=True)
      def f(batches: \(input)) -> \(output):
        \(body)
      """
    try await withStreams(source) { pool in
      #expect(try pool.signature(of: "f").kind == .batches)
      let results = try await pool.call("f", batches: [integers([1, nil]), integers([]), integers([3])])
      #expect(try results.map { try $0.logicalRows() } == [["2", "null"], [], ["6"]])
      // One batch alone is all that there is.
      #expect(try await pool.call("f", integers([4, 5])).logicalRows() == ["8", "10"])
    }
  }

  @Test func `what is set up serves all batches, and is torn down after the last`() async throws {
    let source = """
      @udf(batch=True, rows=2)
      def f(batches: Iterator[tuple[Column[int], list[str]]]) -> Iterator[list[str]]:
        events.append("begun")
        try:
          for x, y in batches:
            events.append(len(x))
            yield [f"{a}{b}" for a, b in zip(x, y)]
          events.append("over")
        finally:
          events.append("ended")
      """
    try await withStreams(source) { pool in
      #expect(try pool.signature(of: "f").sqlDescription == "f(arg0 BIGINT, arg1 VARCHAR) -> VARCHAR")
      let rows = try batch(Column([1, 2, 3] as [Int64?]), Column(["a", "b", "c"] as [String?]))
      let stream = try pool.stream("f", of: rows.schema)
      #expect(try await said(pool) == "")
      #expect(try await stream.next(rows).values.toArray(of: String.self) == ["1a", "2b", "3c"])
      #expect(try await said(pool) == "begun 2 1")
      #expect(try stream.nextAndWait(rows).values.count == 3)
      #expect(try await said(pool) == "2 1")
      try await stream.finish()
      #expect(try await said(pool) == "over ended")
      try await stream.finish()
      try await stream.close()
      let error = try await #require(throws: UDFError.self) { try await stream.next(rows) }
      #expect(error.code == .closed)
    }
  }

  @Test func `the fields of a named tuple are the names of the parameters`() async throws {
    let source = """
      class Rows(NamedTuple):
        price: Column[float]
        label: list[str]
      @udf(batch=True)
      def f(batches: Iterator[Rows]) -> Iterator[list[str]]:
        for rows in batches: yield [type(rows).__name__ + type(rows.price).__name__ + str(rows.label)] * len(rows.price)
      @udf(batch=True)
      def g(batches: Iterator[Column[int]]) -> Iterator[list[int]]: return batches
      """
    try await withStreams(source) { pool in
      #expect(try pool.signature(of: "f").sqlDescription == "f(price DOUBLE, label VARCHAR) -> VARCHAR")
      #expect(try pool.signature(of: "g").sqlDescription == "g(batches BIGINT) -> BIGINT")
      let found = try await pool.call("f", batch(Column([1.5] as [Double?]), Column(["a"] as [String?])))
      #expect(try found.toArray(of: String.self) == ["RowsColumn['a']"])
      #expect(try await pool.call("g", integers([1, 2])).logicalRows() == ["1", "2"])
    }
  }

  // MARK: Going wrong

  private static let many = "UDF f failed at rows 0 to 1 of its batch: "

  @Test(arguments: [
    ("yield [1, 2]", "it gave a result before it took the batch that this is for"),
    ("for x in batches: pass\n  yield [1, 2]", "there is no other batch yet: the result of the one before comes first"),
    (
      "next(batches); next(batches); yield [1, 2]",
      "there is no other batch yet: the result of the one before comes first"
    ),
    ("return iter(())", "it ended after 0 results, before the one for these rows"),
    ("next(batches); return iter(())", "it ended after 0 results, before the one for these rows"),
    ("for x in batches: yield [1]", "it returned 1 value for 2 rows"),
    ("for x in batches: yield None", "it returned None, expected a list with a value for each row"),
    ("for x in batches: yield 'ab'", "it returned 'ab' of type str, expected a list with a value for each row"),
    ("for x in batches: raise ValueError('no')\n  yield", "ValueError: no"),
    ("return None", "it returned None, expected an iterator with a result for each batch"),
    ("return 5", "it returned 5 of type int, expected an iterator with a result for each batch"),
    ("raise KeyError(1)", "KeyError: 1"), ("raise StopIteration", "StopIteration"),
    ("raise SystemExit(1)", "SystemExit: 1 (a UDF cannot end the process)"),
  ])
  func `what gives no result for its batch fails it`(body: String, problem: String) async throws {
    try await withStreams("@udf(batch=True)\ndef f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:\n  \(body)")
    { pool in
      let stream = try pool.stream("f", of: Self.schema)
      let error = try await #require(throws: UDFError.self) { try await stream.next(integers([1, 2])) }
      #expect(error.message.hasPrefix(Self.many + problem) || error.message.contains(problem), "\(error.message)")
      #expect(try await said(pool) == "")
    }
  }

  @Test func `one result too many is an error at the end`() async throws {
    let source = """
      @udf(batch=True)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        yield from batches
        try:
          yield [1]
        finally:
          events.append("ended")
      @udf(batch=True)
      def g(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        yield from batches
        raise ValueError("at the end")
      """
    try await withStreams(source) { pool in
      for (function, problem) in [
        ("f", "UDF f gave more results than there were batches: 2 batches"),
        ("g", "UDF g raised after the last of 2 batches: ValueError: at the end"),
      ] {
        let stream = try pool.stream(function, of: Self.schema)
        _ = try await stream.next(integers([1]))
        _ = try await stream.next(integers([1, 2]))
        let error = try await #require(throws: UDFError.self) { try await stream.finish() }
        #expect(error.message == problem)
        let alone = try await #require(throws: UDFError.self) { try await pool.call(function, integers([1])) }
        #expect(alone.message == problem.replacing("2 batches", with: "1 batch"))
      }
      #expect(try await said(pool) == "ended ended")
    }
  }

  @Test func `a function that raises is called anew with the next batch`() async throws {
    let source = """
      @udf(batch=True, on_error="null")
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        events.append("begun")
        try:
          for x in batches: yield [1 // v for v in x]
        finally:
          events.append("ended")
      """
    try await withStreams(source) { pool in
      let stream = try pool.stream("f", of: Self.schema)
      let results = [
        try await stream.next(integers([1])), try await stream.next(integers([1, 0])),
        try await stream.next(integers([1])), try await stream.next(integers([1])),
      ]
      #expect(try results.map { try $0.values.logicalRows() } == [["1"], ["null", "null"], ["1"], ["1"]])
      #expect(results.map(\.failureCount) == [0, 2, 0, 0])
      try await stream.finish()
      #expect(try await said(pool) == "begun ended begun ended")
      let collected = try await pool.outcomes("f", integers([1, 0]))
      #expect(Set(collected).count == 1 && collected[0].hasPrefix("ZeroDivisionError: "))
    }
  }

  @Test(arguments: [true, false])
  func `a stream that is left is closed in its interpreter`(dropping: Bool) async throws {
    let source = """
      import threading
      @udf(batch=True)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        begun = threading.get_ident()
        try:
          for x in batches: yield x
          events.append("over")
        finally:
          events.append("ended" if threading.get_ident() == begun else "elsewhere")
      """
    try await withStreams(source) { pool in
      do {
        let stream = try pool.stream("f", of: Self.schema)
        _ = try await stream.next(integers([1]))
        if !dropping { try await stream.close() }
      }
      #expect(try await said(pool) == "ended")
    }
  }

  @Test func `deadlines and interruption end a stream`() async throws {
    let source = """
      @udf(batch=True, batch_timeout=0.3)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        try:
          for x in batches:
            if x[0] == 0:
              while True: len(x)
            yield x
        finally:
          events.append("ended")
      """
    try await withStreams(source) { pool in
      let stream = try pool.stream("f", of: Self.schema)
      _ = try await stream.next(integers([1]))
      let error = try await #require(throws: UDFError.self) { try await stream.next(integers([0])) }
      #expect(error.code == .deadlineExceeded)
      let ended = try await said(pool)
      #expect(ended == "ended", "\(error)")
      let closed = try await #require(throws: UDFError.self) { try await stream.next(integers([1])) }
      #expect(closed.code == .closed)

      let timeless = try pool.stream("f", of: Self.schema, timeouts: UDFTimeouts(batch: .seconds(100)))
      _ = try await timeless.next(integers([1]))
      let task = Task { try await timeless.next(integers([0])) }
      while pool.stacks().allSatisfy({ $0?.isEmpty != false }) { await Task.yield() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let cancelled = try await said(pool)
      #expect(cancelled == "ended")
    }
  }

  @Test func `streams share an interpreter, and each stays in its own`() async throws {
    let source = """
      import threading
      @udf(batch=True)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        total, own = 0, threading.get_ident()
        for x in batches:
          total += sum(x)
          yield [total if threading.get_ident() == own else -1] * len(x)
      """
    try await withStreams(source, interpreters: 2) { pool in
      try await withThrowingTaskGroup { group in
        for number in 1...8 {
          group.addTask {
            let stream = try pool.stream("f", of: Self.schema)
            for round in 1...20 {
              let found = try await stream.next(integers([Int64(number)])).values.logicalRows()
              #expect(found == ["\(number * round)"])
            }
            try await stream.finish()
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `streams are spread over the interpreters that there may be`() async throws {
    let source = """
      \(Self.prelude)
      import threading
      @udf(batch=True)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        for x in batches: yield [threading.get_ident() & 0x7fffffffffff] * len(x)
      """
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 3))
    defer { pool.close() }
    for _ in 0..<3 {
      var threads: [String] = []
      let streams = try (0..<6).map { _ in try pool.stream("f", of: Self.schema) }
      for stream in streams { threads += try await stream.next(integers([1])).values.logicalRows() }
      #expect(pool.interpreterCount == 3)
      for thread in Set(threads) { #expect(threads.count(where: { $0 == thread }) == 2) }
      #expect(Set(threads).count == 3)
      for stream in streams { try await stream.finish() }
    }
    // One after the other needs one only.
    let few = try UDFPool(UDFSource(source), HostOptions(interpreters: 3))
    defer { few.close() }
    for _ in 0..<3 { _ = try await few.call("f", batches: [integers([1]), integers([2])]) }
    #expect(few.interpreterCount == 1)
  }

  @Test func `columns of a batch end with its result`() async throws {
    let source = """
      @udf(batch=True)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[str]]:
        last = None
        for x in batches:
          try: yield [str(last and last[0])] * len(x)
          except ValueError as error: yield [str(error)[:33]] * len(x)
          last = x
      """
    try await withStreams(source) { pool in
      let stream = try pool.stream("f", of: Self.schema)
      #expect(try await stream.next(integers([1])).values.toArray(of: String.self) == ["None"])
      #expect(
        try await stream.next(integers([1])).values.toArray(of: String.self) == ["the column 'batches' is of a call"])
    }
  }

  @Test(arguments: [
    (
      "def f(b: Iterator[tuple[Column[int], ...]]) -> Iterator[list[int]]: ...",
      "parameter 'b' is an iterator of tuples of any length"
    ),
    (
      "def f(b: Iterator[int]) -> Iterator[list[int]]: ...",
      "parameter 'b' of a function that is called for a batch has no values of many rows"
    ),
    (
      "def f(b: Iterator[Column[int]]) -> list[int]: ...",
      "the return type is list[int], not what gives a result for each batch; write -> Iterator[list[T]]"
    ),
    (
      "def f(b: Iterator[Column[int]]) -> Iterator[int]: ...",
      "the return type of a function that is called for a batch has no values of many rows"
    ),
    ("def f(b: Iterator[Column[int]]): ...", "it has no return annotation"),
    (
      "def f(b: Iterator[Column[dict]]) -> Iterator[list[int]]: ...",
      "parameter 'b' has the type clutch.Column[dict], and there is no column"
    ),
    (
      "def f(b: Iterator[Column[int]], c: list[int]) -> Iterator[list[int]]: ...",
      "parameter 'b' is an iterator of batches beside others; let one give all columns"
    ),
  ])
  func `what takes no batches in turn is refused`(function: String, problem: String) throws {
    let error = try loadError(Self.prelude + "@udf(batch=True)\n" + function)
    #expect(error.code == .badSignature)
    #expect(error.message.contains(problem), "\(error.message)")
    #expect(error.message.split(separator: "\n").count == (function.contains("c: list") ? 2 : 1), "\(error.message)")
  }

  @Test func `rows of an iterator's batches are not tried again`() throws {
    let source = "@udf(batch=True, retry_rows=True)\ndef f(b: Iterator[Column[int]]) -> Iterator[list[int]]: ..."
    let error = try loadError(Self.prelude + source)
    #expect(error.message.contains("an iterator gives its batches once; leave retry_rows=True out"), "\(error.message)")
  }

  @Test func `a stream stays with its version of a source, which ends after it`() async throws {
    let source = { (number: Int) in
      UDFSource(
        Self.prelude
          + "@udf(batch=True)\ndef f(b: Iterator[Column[int]]) -> Iterator[list[int]]:\n  for x in b: yield [\(number)] * len(x)"
      )
    }
    let registry = UDFRegistry()
    try await registry.add("s", source(1), HostOptions(interpreters: 1))
    let provider = try registry.source("s")
    let stream = try provider.stream("f", of: Self.schema)
    #expect(try await stream.next(integers([0])).values.logicalRows() == ["1"])
    try await registry.replace("s", with: source(2))
    #expect(try await stream.next(integers([0])).values.logicalRows() == ["1"])
    #expect(try await provider.call("f", integers([0])).logicalRows() == ["2"])
    try await stream.finish()
    try registry.remove("s")
  }

  @Test func `nothing is lost from stream to stream`() async throws {
    let source = """
      @udf(batch=True, on_error="null")
      def f(batches: Iterator[tuple[Column[int], list[str]]]) -> Iterator[list[int]]:
        for x, y in batches:
          if x[0] == 3: raise ValueError
          yield memoryview(x)
      """
    try await withStreams(source) { pool in
      let texts = Column(["a", "b"] as [String?])
      let batches = try (1...4).map { try batch(Column([$0, 2] as [Int64?]), texts) }
      let lost = try await growth(noise: 4_096) { _ in
        for round in 0..<100 {
          let stream = try pool.stream("f", of: batches[0].schema)
          for batch in batches { _ = try await stream.next(batch) }
          if round % 2 == 0 { try await stream.finish() }
          if round % 4 == 1 { try await stream.close() }
        }
        _ = try await said(pool)
        return Int64(pool.memoryUsage[0].current)
      }
      #expect(lost.last.map { abs($0) <= 4_096 } == true, "\(lost)")
    }
  }

  @Test func `only what takes an iterator of batches can be given them`() async throws {
    try await withStreams("") { pool in
      let error = #expect(throws: UDFError.self) { try pool.stream("said", of: Schema([])) }
      #expect(error?.code == .unknownFunction)
    }
  }
}
