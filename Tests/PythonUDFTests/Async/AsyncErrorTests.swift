import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Rows of async functions that fail, or take too long.
@Suite(.timeLimit(.minutes(30))) struct AsyncErrorTests {
  private static let source = """
    import asyncio
    begun, ended = [], []
    failed = asyncio.Event()
    @udf(concurrency=4)
    async def f(x: int) -> int:
      begun.append(x)
      try:
        if x == 1:
          failed.set()
          raise ValueError("one")
        if x == 0:
          await failed.wait()
          await asyncio.sleep(0)
        if x > 1: await asyncio.sleep(0 if x > 3 else 60)
        return x
      finally:
        await asyncio.sleep(0)
        ended.append(x)
    @udf
    def said() -> str: return f"{begun} {sorted(ended)}"
    """

  @Test func `the first row that fails fails the call, after the others have ended`() async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await pool.failure(of: "f", integers([0, 1, 2, 3, 4, 5]))
      #expect(error.code == .rowFailed)
      #expect(error.message == "UDF f failed at row 1 of its batch (x=1): ValueError: one")
      #expect(error.row?.index == 1)
      #expect(error.exception?.traceback.map(\.function) == ["f"])
      // Row 0 is let end, rows 2 and 3 are cancelled, and the others never begin.
      try await pool.expect("said", rows(1), gives: ["[0, 1, 2, 3] [0, 1, 2, 3]"])
    }
  }

  @Test func `of several rows that fail the first in order is named, whichever fails first`() async throws {
    let source = """
      import asyncio
      failed = asyncio.Event()
      @udf
      async def f(x: int) -> int:
        if x == 2: await failed.wait()
        failed.set() if x == 5 else None
        if x in (2, 5): raise KeyError(x)
        return "text" if x == 1 else x
      """
    try await withPool(of: source) { pool in
      let error = try await pool.failure(of: "f", integers([0, 2, 3, 4, 5]))
      #expect(error.message == "UDF f failed at row 1 of its batch (x=2): KeyError: 2")
      // A result that does not fit counts too.
      let wrong = try await pool.failure(of: "f", integers([1, 5]))
      #expect(wrong.code == .wrongResult && wrong.row?.index == 0)
    }
  }

  @Test func `errors become nulls or stand beside their rows`() async throws {
    let source = """
      import asyncio
      @udf(timeout=0.05)
      async def f(x: int) -> int:
        await asyncio.sleep(60 if x == 1 else 0)
        if x == 2: raise ValueError("two")
        if x == 3: return "three"
        if x == 4: asyncio.current_task().cancel()
        await asyncio.sleep(0)
        return x
      """
    try await withPool(of: source) { pool in
      let recorder = Recorder<UDFRowFailure>()
      pool.observeFailures { recorder.append($0) }
      let found = try await pool.evaluate("f", integers([0, 1, 2, 3, 4, 5]), onError: .null)
      #expect(try found.values.toArray(of: Int64.self) == [0, nil, nil, nil, nil, 5])
      #expect(found.failureCount == 4)
      #expect(
        recorder.values.map(\.errorType)
          == ["TimeoutError", "ValueError", "TypeError", "asyncio.exceptions.CancelledError"])
      #expect(recorder.values.map(\.arguments) == (1...4).map { "{\"x\": \($0)}" })
      #expect(recorder.values[0].message == "it ran longer than its timeout of 0.05 s for a row")
      #expect(recorder.values[0].traceback.contains("in f"))
      let outcomes = try await pool.outcomes("f", integers([0, 1, 2]))
      #expect(
        outcomes == ["0", "TimeoutError: it ran longer than its timeout of 0.05 s for a row", "ValueError: two"])
    }
  }

  @Test func `a timeout is its row's alone, and fails the call only where a failure does`() async throws {
    let source = """
      import asyncio
      ended = []
      @udf(timeout=0.05)
      async def f(x: int) -> int:
        try:
          await asyncio.sleep(60 if x == 1 else 0)
          return x
        finally:
          await asyncio.sleep(0)
          ended.append(x)
      @udf
      def said() -> str: return str(sorted(ended))
      """
    try await withPool(of: source) { pool in
      let error = try await pool.failure(of: "f", integers([0, 1]))
      #expect(error.code == .deadlineExceeded)
      #expect(
        error.message == "UDF f failed at row 1 of its batch (x=1): it ran longer than its timeout of 0.05 s for a row")
      #expect(error.row?.index == 1)
      #expect(error.exception?.typeName == "TimeoutError")
      #expect(error.exception?.traceback.first?.function == "f")
      try await pool.expect("said", rows(1), gives: ["[0, 1]"])
      // A call can bring another one.
      let found = try await pool.evaluate(
        "f", integers([0, 1]), onError: .null, timeouts: UDFTimeouts(row: .milliseconds(10)))
      #expect(found.failures.map(\.message) == ["it ran longer than its timeout of 0.01 s for a row"])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `a row that ends after its time with a value is late all the same`() async throws {
    let source = """
      import asyncio
      @udf(timeout=0.02, on_error="collect")
      async def f(x: int) -> int:
        try: await asyncio.sleep(60)
        except asyncio.CancelledError: pass
        if x: raise KeyError("in between")
        return 7
      """
    try await withPool(of: source) { pool in
      let found = try await pool.outcomes("f", integers([0, 1]))
      #expect(found == Array(repeating: "TimeoutError: it ran longer than its timeout of 0.02 s for a row", count: 2))
    }
  }

  @Test(arguments: [
    ("raise KeyboardInterrupt", "KeyboardInterrupt"), ("raise SystemExit(3)", "SystemExit"),
    ("raise MemoryError", "MemoryError"),
    ("async with asyncio.TaskGroup() as group: group.create_task(leave())", "SystemExit"),
  ])
  func `what asks for the end fails the call in every mode, and the loop goes on`(
    body: String, name: String
  ) async throws {
    let source = """
      import asyncio
      under_way = 0
      async def leave(): raise SystemExit
      @udf(on_error="null")
      async def f(x: int) -> int:
        global under_way
        under_way += 1
        try:
          if x == 1:
            \(body)
          await asyncio.sleep(60 if x > 1 else 0)
          return x
        finally: under_way -= 1
      @udf
      def said() -> int: return under_way
      """
    try await withPool(of: source) { pool in
      let error = try await pool.failure(of: "f", integers([0, 1, 2]))
      #expect(error.code == .rowFailed && error.message.contains(name), "\(error)")
      try await pool.expect("said", rows(1), gives: [0])
      try await pool.expect("f", integers([0]), gives: [0])
    }
  }

  @Test func `a memory limit holds for rows at once`() async throws {
    let source = """
      import asyncio
      @udf(memory="60MB", on_error="null")
      async def f(n: int) -> int:
        kept = bytearray(n)
        await asyncio.sleep(0)
        return len(kept)
      """
    try await withPool(of: source) { pool in
      let error = try await pool.failure(of: "f", integers(Array(repeating: 10_000_000, count: 10)))
      #expect(error.code == .memoryExceeded, "\(error)")
      try await pool.expect("f", integers([1_000]), gives: [1_000])
    }
  }

  @Test func `an argument that cannot be made fails its row`() async throws {
    let source = "\(typePrelude)\n@udf\nasync def f(x: datetime, y: int) -> int: return y\n"
    try await withPool(UDFSource(source)) { pool in
      let times = Column.made(of: .timestamp(.nanosecond, timeZone: nil), [1_000, 1, Int64?(2_000)])
      let arguments = try batch(times, Column([7, 8, 9] as [Int64?]))
      let found = try await pool.evaluate("f", arguments, onError: .null)
      #expect(try found.values.toArray(of: Int64.self) == [7, nil, 9])
      let error = try await pool.failure(of: "f", arguments)
      #expect(error.row?.index == 1)
      #expect(error.message.contains("an argument cannot be made"))
    }
  }

  @Test(arguments: [
    (
      "@udf(concurrency=0)\nasync def f(x: int) -> int: return x",
      "@udf(concurrency=...) takes a number of rows from 1 to 100000, not 0"
    ),
    (
      "@udf(concurrency=True)\nasync def f(x: int) -> int: return x",
      "takes a number of rows from 1 to 100000, not True"
    ),
    (
      "@udf(concurrency=8)\ndef f(x: int) -> int: return x",
      "@udf(concurrency=...) is for async functions; write async def, or leave it out"
    ),
    (
      "@udf(batch=True)\nasync def f(x: list[int]) -> list[int]: return x", "is no async function; leave batch=True out"
    ),
    ("@udf\nasync def f(x: int) -> int: yield x", "an async generator gives rows of a table: mark it with @udtf"),
    ("@udtf(concurrency=2)\nasync def f(x: int) -> 'list[int]': yield x", "@udtf has no option 'concurrency'"),
    ("@udtf\nasync def f(x: int) -> int: yield x", "write -> Iterator[T]"),
    ("@udf\nasync def f(x) -> int: return x", "parameter 'x' has no annotation"),
  ])
  func `what makes no async function is refused when it is loaded`(source: String, problem: String) throws {
    let error = try loadError("from clutch import udf, udtf\n" + source)
    #expect(error.code == .badSignature)
    #expect(error.message.contains(problem), "\(error)")
    #expect(error.message.split(separator: "\n").count == 1, "\(error)")
  }

  @Test(arguments: ["int", "Any", "Pickle", "list[int]", "str"])
  func `a function that returns a coroutine is told to be async and to await it`(type: String) async throws {
    let source = """
      from typing import Any
      from clutch import Pickle
      async def g(x): return x
      @udf
      def f(x: int) -> \(type): return g(x)
      @udf(batch=True)
      def b(x: list[int]) -> list[int]: return g(x)
      @udf
      async def a(x: int) -> int: return g(x)
      """
    let recorder = Recorder<UDFLogRecord>()
    try await withPool(of: source) { pool in
      let records = pool.logRecords()
      let error = try await pool.failure(of: "f", integers([1]))
      #expect(
        error.message
          == "UDF f failed at row 0 of its batch (x=1): it returned a coroutine that was never awaited: write async def, and await it"
      )
      let whole = try await pool.failure(of: "b", integers([1]))
      let other = try await pool.failure(of: "a", integers([1]))
      for error in [whole, other] {
        #expect(
          error.message.hasSuffix("it returned a coroutine that was never awaited: write async def, and await it"))
      }
      pool.close()
      for await record in records { recorder.append(record) }
    }
    #expect(recorder.values.map(\.message) == [])
  }

  @Test func `asyncio.run inside an async function is Python's own error`() async throws {
    let source = """
      import asyncio, warnings
      warnings.simplefilter("ignore")
      async def g(): return 1
      @udf
      async def f(x: int) -> int: return asyncio.run(g())
      """
    try await withPool(of: source) { pool in
      let error = try await pool.failure(of: "f", integers([1]))
      #expect(error.message.contains("RuntimeError: asyncio.run() cannot be called from a running event loop"))
    }
  }
}
