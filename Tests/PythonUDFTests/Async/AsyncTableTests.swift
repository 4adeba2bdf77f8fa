import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Async generators as table functions.
@Suite(.timeLimit(.minutes(30))) struct AsyncTableTests {
  private static let source = """
    import asyncio, os
    from collections.abc import AsyncIterator, AsyncGenerator
    from typing import NamedTuple
    from clutch import udtf
    ended = []
    class Pair(NamedTuple):
      n: int
      text: str

    @udtf
    async def numbers(n: int) -> AsyncIterator[int]:
      try:
        for i in range(n):
          await asyncio.sleep(0)
          yield i
      finally:
        await asyncio.sleep(0)
        ended.append(n)

    @udtf
    async def pairs(n: int) -> AsyncGenerator[Pair, None]:
      # A task group and a timeout stay open from row to row, which one task alone may do.
      async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for i in range(n):
          yield Pair(i, await group.create_task(asyncio.sleep(0, str(i))))

    @udtf
    async def listed(n: int) -> list[int]:
      await asyncio.sleep(0)
      return list(range(n))

    @udtf
    async def none(n: int) -> list[int]: pass

    @udtf(on_error="null")
    async def failing(n: int) -> AsyncIterator[int]:
      yield n
      await asyncio.sleep(0)
      raise ValueError(n)

    @udtf
    async def endless(begun: str) -> AsyncIterator[int]:
      try:
        yield 1
        open(begun, "w").close()
        await asyncio.sleep(60)
      finally:
        await asyncio.sleep(0)
        ended.append(begun)

    @udf
    def said() -> str: return str(ended)
    """

  private func drawn(_ pool: UDFPool, _ function: String, _ batch: RecordBatch, limit: Int = 3) async throws -> [String]
  {
    var found: [String] = []
    for try await rows in pool.table(function, batch, limit: limit) {
      let columns = try rows.columns.map { try $0.logicalRows() }
      found += (0..<rows.rowCount).map { row in columns.map { $0[row] }.joined(separator: " ") }
    }
    return found
  }

  @Test func `rows are drawn as they are asked for, in one task`() async throws {
    try await withPool(of: Self.source) { pool in
      #expect(try pool.signature(of: "numbers").kind == .table)
      #expect(
        try await drawn(pool, "numbers", integers([2, 0, 5])) == ["0 0", "0 1", "2 0", "2 1", "2 2", "2 3", "2 4"])
      #expect(try await drawn(pool, "pairs", integers([4])) == ["0 0 \"0\"", "0 1 \"1\"", "0 2 \"2\"", "0 3 \"3\""])
      #expect(try await drawn(pool, "listed", integers([2])) == ["0 0", "0 1"])
      try await pool.expect("said", rows(1), gives: ["[2, 0, 5]"])
    }
  }

  @Test func `a generator that is not needed any more is closed, and its finally blocks run`() async throws {
    try await withPool(of: Self.source) { pool in
      let cursor = try pool.open(0, integers([1_000]), CallOptions())
      #expect(try await cursor.next(2)?.values.rowCount == 2)
      try await pool.expect("said", rows(1), gives: ["[]"])
      try await cursor.close()
      try await pool.expect("said", rows(1), gives: ["[1000]"])
      let pairs = try pool.open(1, integers([1_000]), CallOptions())
      #expect(try await pairs.next(2)?.values.rowCount == 2)
      try await pairs.close()
    }
  }

  @Test func `the rows before a failure stay, and the failure is the function's`() async throws {
    try await withPool(of: Self.source) { pool in
      #expect(try await drawn(pool, "failing", integers([7, 8])) == ["0 7", "1 8"])
      let error = try await #require(throws: UDFError.self) {
        for try await _ in pool.table("failing", try integers([7]), onError: .raise) {}
      }
      #expect(error.message == "UDF failing failed at row 0 of its batch (n=7): after 1 row, ValueError: 7")
      #expect(error.exception?.traceback.map(\.function) == ["failing"])
      let none = try await #require(throws: UDFError.self) {
        for try await _ in pool.table("none", try integers([7])) {}
      }
      #expect(none.message.hasSuffix("TypeError: it returned None, which has no rows; yield them, or return a list"))
    }
  }

  @Test func `a draw that is cancelled cancels the generator, and one that takes too long too`() async throws {
    let folder = try TemporaryFolder()
    try await withPool(of: Self.source) { pool in
      let begun = folder.path + "/begun"
      let task = Task { for try await _ in pool.table("endless", try batch(Column([begun]))) {} }
      try await appears(begun)
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let error = try await #require(throws: UDFError.self) {
        let rows = pool.table(
          "endless", try batch(Column([folder.path + "/again"])), timeouts: UDFTimeouts(row: .milliseconds(100)))
        for try await _ in rows {}
      }
      #expect(error.code == .deadlineExceeded)
      #expect(error.exception?.traceback.first?.function == "endless", "\(error)")
      try await pool.expect("said", rows(1), gives: ["['\(begun)', '\(folder.path)/again']"])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `tables that are open when the pool closes end too`() async throws {
    let folder = try TemporaryFolder()
    let source = """
      import asyncio, os
      from collections.abc import AsyncIterator
      from clutch import udtf
      @udtf
      async def f(path: str) -> AsyncIterator[int]:
        try:
          while True: yield 1
        finally:
          await asyncio.sleep(0)
          open(path, "w").close()
      """
    let path = folder.path + "/ended"
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    let cursor = try pool.open(0, batch(Column([path])), CallOptions())
    _ = try await cursor.next(2)
    await pool.closeAsync()
    #expect(FileManager.default.fileExists(atPath: path))
    try? await cursor.close()
  }
}
