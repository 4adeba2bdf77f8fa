import Columnar
import Foundation
import Logging
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Async functions that are stopped, that do not stop, and that hold up their loop.
@Suite(.serialized, .timeLimit(.minutes(30))) struct AsyncStopTests {
  private static func source(_ folder: String) -> String {
    """
    import asyncio, os, time
    folder = \(String(reflecting: folder))
    ended = 0

    def tell(name): open(os.path.join(folder, name), "w").close()

    @udf
    async def wait(x: int) -> int:
      global ended
      try:
        if x == 9: tell("begun")
        await asyncio.sleep(60 if x else 0)
        return x
      finally:
        await asyncio.sleep(0)
        ended += 1

    @udf
    async def deaf(x: int) -> int:
      end = time.monotonic() + 6
      if x == 9: tell("begun")
      if x == 7: raise ValueError("seven")
      while x > 5 and time.monotonic() < end:
        try: await asyncio.sleep(0.5)
        except asyncio.CancelledError: pass
      return x

    @udf
    async def busy(x: int) -> int:
      # Bounded, so that a test that fails does not run for ever.
      end = time.monotonic() + 20
      while x == 5 and time.monotonic() < end: pass
      return x

    @udf
    async def asleep(x: int) -> int:
      if x == 5: time.sleep(4)
      return x

    @udf
    async def held(x: int) -> int:
      while not os.path.exists(os.path.join(folder, "go")): time.sleep(0.01)
      return x

    @udf
    def count() -> int: return ended
    """
  }

  private static let ten = Array(0..<10).map { Int64?(Int64($0)) }

  private func withSource(_ body: (UDFPool, TemporaryFolder) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await withPool(of: Self.source(folder.path)) { pool in try await body(pool, folder) }
    // Those that were given up come back by themselves, and disturb nobody then.
    while CPython.abandonedInterpreterCount > 0 { try await Task.sleep(for: .milliseconds(20)) }
  }

  @Test(arguments: [
    "await asyncio.sleep(x / 1000)",
    // Stopped in the loop's own code as well as in the function's.
    "end = time.monotonic() + x / 1000\n  while time.monotonic() < end: await asyncio.sleep(0)",
    // Not before it gives the loop back, or by an exception.
    "end = time.monotonic() + x / 500\n  while time.monotonic() < end: pass",
  ])
  func `a stop that comes too late does not hit the next call`(body: String) async throws {
    let source = """
      import asyncio, time
      @udf
      async def close(x: int) -> int:
        \(body)
        return x
      @udf
      async def next(x: int) -> int:
        for _ in range(10): await asyncio.sleep(0)
        return x
      @udf
      def plain(x: int) -> int: return x
      """
    try await withPool(of: source) { pool in
      let timeouts = UDFTimeouts(batch: .milliseconds(10))
      for round in 0..<60 {
        _ = try? await pool.evaluate(
          "close", integers(Array(repeating: Int64(8 + round % 10), count: 1 + round % 3 * 20)), timeouts: timeouts)
        try await pool.expect("next", integers([7, 8, 9]), gives: [7, 8, 9])
        try await pool.expect("plain", integers([7]), gives: [7])
      }
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `cancelling the task cancels the coroutines, whose finally blocks run`() async throws {
    try await withSource { pool, folder in
      let task = Task { try await pool.call("wait", integers(Self.ten)) }
      try await appears(folder.path + "/begun")
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await pool.expect("count", rows(1), gives: [10])
      try await pool.expect("wait", integers([0]), gives: [0])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `interrupting the pool does the same`() async throws {
    try await withSource { pool, folder in
      let task = Task { try await pool.call("wait", integers(Self.ten)) }
      try await appears(folder.path + "/begun")
      pool.interrupt()
      let error = try await #require(throws: UDFError.self) { try await task.value }
      #expect(error.code == .interrupted)
      try await pool.expect("count", rows(1), gives: [10])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `a batch that takes too long is stopped, and its first row that had not ended is named`() async throws {
    try await withSource { pool, _ in
      let error = try await #require(throws: UDFError.self) {
        try await pool.evaluate("wait", integers(Self.ten), timeouts: UDFTimeouts(batch: .milliseconds(100)))
      }
      #expect(error.code == .deadlineExceeded)
      #expect(
        error.message
          == "UDF wait failed at row 1 of its batch (x=1): it ran longer than its timeout of 0.1 s for a batch")
      #expect(error.exception?.traceback.first?.function == "wait")
      try await pool.expect("count", rows(1), gives: [10])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test(arguments: [true, false])
  func `a row that computes without end is stopped and named`(ofRow: Bool) async throws {
    try await withSource { pool, _ in
      let limit = Duration.milliseconds(100)
      let error = try await #require(throws: UDFError.self) {
        try await pool.evaluate(
          "busy", integers(Self.ten), onError: .null,
          timeouts: ofRow ? UDFTimeouts(row: limit) : UDFTimeouts(batch: limit))
      }
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.hasPrefix("UDF busy failed at row 5 of its batch (x=5): it ran longer than its timeout"))
      #expect(error.exception?.typeName == "clutch.DeadlineExceeded")
      #expect(error.exception?.traceback.last?.function == "busy")
      try await pool.expect("busy", integers([1, 2]), gives: [1, 2])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test(arguments: [("deaf", true), ("deaf", false), ("asleep", true), ("asleep", false)])
  func `a coroutine that cannot be stopped is given up with its interpreter, and another takes its place`(
    function: String, ofRow: Bool
  ) async throws {
    try await withSource { pool, _ in
      let limit = Duration.milliseconds(100)
      let error = try await #require(throws: UDFError.self) {
        try await pool.evaluate(
          function, integers([1, 5, 6]), onError: .null,
          timeouts: ofRow ? UDFTimeouts(row: limit) : UDFTimeouts(batch: limit))
      }
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.contains("its interpreter was given up"), "\(error)")
      #expect(error.message.contains("in \(function)"), "\(error)")
      #expect(pool.abandonedInterpreterCount == 1)
      try await pool.expect(function, integers([1, 2]), gives: [1, 2])
    }
  }

  @Test func `a coroutine that goes on after another one has failed is given up too`() async throws {
    try await withSource { pool, _ in
      let error = try await pool.failure(of: "deaf", integers([1, 7, 8]))
      #expect(error.code == .interrupted)
      #expect(
        error.message.hasPrefix(
          "UDF deaf has rows that did not end when they were cancelled, after another one had failed; its interpreter"))
      #expect(pool.abandonedInterpreterCount == 1)
      try await pool.expect("deaf", integers([1]), gives: [1])
    }
  }

  @Test func `a call that is cancelled and does not stop is given up`() async throws {
    try await withSource { pool, folder in
      let task = Task { try await pool.call("deaf", integers([9])) }
      try await appears(folder.path + "/begun")
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(pool.abandonedInterpreterCount == 1)
      try await pool.expect("deaf", integers([1]), gives: [1])
    }
  }

  @Test func `who holds up the loop is told with the place`() async throws {
    try await withSource { pool, folder in
      let records = pool.logRecords()
      let batch = try integers([1, 2])
      let call = Task { try await pool.call("held", batch) }
      for await record in records where record.message.contains("held up its event loop for") {
        #expect(record.function == "held")
        #expect(record.message.contains(" s in line "))
        #expect(record.level == .warning)
        break
      }
      try folder.write("go", "")
      let found = try await call.value.toArray(of: Int64.self)
      #expect(found == [1, 2])
    }
  }

  @Test func `what is under way can be seen`() async throws {
    try await withSource { pool, folder in
      let task = Task { try await pool.call("wait", integers(Self.ten)) }
      try await appears(folder.path + "/begun")
      // It may still be on its way to waiting.
      var functions: [String] = []
      for _ in 0..<2_000 where !functions.contains("wait") {
        functions = (pool.stacks().first ?? [])?.map(\.function) ?? []
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(functions == ["sleep", "wait"])
      task.cancel()
      _ = try? await task.value
    }
  }

  @Test func `what is left on the loop ends with the interpreter, and so do its threads`() async throws {
    let folder = try TemporaryFolder()
    let source = """
      import asyncio, os, threading
      folder = \(String(reflecting: folder.path))
      def tell(name): open(os.path.join(folder, name), "w").close()
      kept = []
      async def background():
        try: await asyncio.sleep(60)
        finally:
          await asyncio.sleep(0)
          tell("background")
      async def numbers():
        try:
          yield 1
          yield 2
        finally: tell("generator")
      @udf
      class f:
        async def __call__(self, x: int) -> int:
          kept.append(asyncio.create_task(background()))
          kept.append(numbers())
          await anext(kept[-1])
          return await asyncio.to_thread(int, x)
        async def close(self):
          await asyncio.sleep(0)
          tell("instance")
      """
    let pool = try UDFPool(UDFSource("from clutch import udf\n" + source), HostOptions(interpreters: 1))
    let records = pool.logRecords()
    try await pool.expect("f", integers([3]), gives: [3])
    await pool.closeAsync()
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["background", "generator", "instance"])
    #expect(await records.reduce(into: []) { $0.append($1.message) } == [])
  }
}
