import DuckDBEngine
import Foundation
import PythonUDF
import TestSupport
import Testing
import ThreadConfinement

/// Async functions in SQL.
@Suite(.timeLimit(.minutes(30))) struct AsyncSQLTests {
  private static let source = """
    import asyncio, os
    from collections.abc import AsyncIterator
    from clutch import udtf
    under_way = most = begun = ended = 0
    folder = ""

    @udf(concurrency=8)
    async def later(x: int) -> int:
      global under_way, most
      under_way += 1
      most = max(most, under_way)
      for _ in range(1 + x % 5): await asyncio.sleep(0)
      under_way -= 1
      return x + 1

    @udf
    def plain(x: int) -> int: return x * 2

    @udf
    def peak() -> int: return most

    @udf(timeout=0.05)
    async def risky(x: int) -> int:
      await asyncio.sleep(60 if x == 1 else 0)
      if x == 2: raise ValueError("two")
      return x

    @udf
    async def wait(x: int, path: str) -> int:
      global begun, ended
      begun += 1
      try:
        if begun == 64: open(path, "w").close()
        await asyncio.sleep(60)
        return x
      finally:
        await asyncio.sleep(0)
        ended += 1

    @udf
    def counts() -> str: return f"{begun} {ended}"

    @udtf
    async def ticks(n: int) -> AsyncIterator[int]:
      global ended
      try:
        for i in range(n):
          await asyncio.sleep(0)
          yield i
      finally:
        await asyncio.sleep(0)
        ended += 1
    """

  private func rows(_ connection: DuckDBConnection, _ sql: String) throws -> [String] {
    try connection.rows(sql).map { row in row.map(\.description).joined(separator: " ") }
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("SELECT later(1)", ["2"]), ("SELECT later(NULL)", ["NULL"]),
      ("SELECT x, later(x), plain(x) FROM (VALUES (1), (NULL), (3)) t(x)", ["1 2 2", "NULL NULL NULL", "3 4 6"]),
      ("SELECT plain(later(plain(x))) FROM (VALUES (1), (2)) t(x)", ["6", "10"]),
      ("SELECT count(*) FROM range(10000) t(x) WHERE later(x) = x + 1", ["10000"]),
      ("SELECT count(*) FILTER (later(x) % 2 = 0) FROM range(5000) t(x)", ["2500"]),
      ("SELECT * FROM ticks(3)", ["0", "1", "2"]), ("SELECT sum(ticks) FROM ticks(5000)", ["12497500"]),
      ("SELECT ticks(x) FROM (VALUES (0), (2)) t(x)", ["[]", "[0, 1]"]),
      ("SELECT x, ticks FROM (VALUES (1), (2)) t(x), ticks_each(x) ORDER BY ALL", ["1 0", "2 0", "2 1"]),
      ("SELECT later(ticks) FROM ticks(2)", ["1", "2"]),
    ] as [(String, [String])])
  func `Async functions give rows as others do`(library: TestLibrary, query: (sql: String, rows: [String])) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try rows(connection, query.sql) == query.rows)
  }

  @Test(arguments: TestLibrary.allCases, [1, 4])
  func `A query has no more rows under way than there may be, however many chunks it has`(
    library: TestLibrary, threads: Int
  ) throws {
    let connection = try library.connect(with: Self.source, threads: threads)
    try connection.run("CREATE TABLE t AS SELECT i FROM range(300000) t(i)")
    #expect(try rows(connection, "SELECT sum(later(i) + plain(i))::BIGINT FROM t WHERE i % 20 = 0") == ["6749565000"])
    #expect(try rows(connection, "SELECT peak()") == ["8"])
  }

  @Test(arguments: TestLibrary.allCases) func `Errors follow the mode of the function or the query`(
    library: TestLibrary
  ) throws {
    let connection = try library.connect(with: Self.source)
    let late = try connection.failure("SELECT risky(x) FROM (VALUES (0), (1)) t(x)")
    #expect(
      late?.contains("UDF risky failed at row 1 of its batch (x=1): it ran longer than its timeout of 0.05 s for a row")
        == true,
      "\(late ?? "")")
    let failed = try connection.failure("SELECT risky(x) FROM (VALUES (0), (2)) t(x)")
    #expect(
      failed?.contains("UDF risky failed at row 1 of its batch (x=2): ValueError: two") == true, "\(failed ?? "")")
    let pool = try TestLibrary.pool(Self.source)
    let other = try library.connect()
    try other.register(pool, onError: .collect)
    #expect(
      try rows(other, "SELECT risky(x).error.type FROM (VALUES (0), (1), (2)) t(x)")
        == ["NULL", "TimeoutError", "ValueError"])
    #expect(try rows(other, "SELECT risky(3).value") == ["3"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Cancelling a query cancels its coroutines, whose finally blocks run`(library: TestLibrary) throws {
    let folder = try TemporaryFolder()
    let (connection, pool) = try library.functions(Self.source, threads: 1)
    let path = folder.path + "/begun"
    Thread.detachNewThread {
      _ = eventually { FileManager.default.fileExists(atPath: path) }
      connection.interrupt()
      pool.interrupt()
    }
    let message = try connection.failure("SELECT sum(wait(i, '\(path)')) FROM range(2000) t(i)")
    #expect(message?.contains("nterrupt") == true, "\(message ?? "it was not stopped")")
    #expect(try rows(connection, "SELECT counts()") == ["64 64"])
    #expect(pool.abandonedInterpreterCount == 0)
  }

  @Test(arguments: TestLibrary.allCases) func `A limit ends an async generator`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try rows(connection, "SELECT * FROM ticks(1000000) LIMIT 2") == ["0", "1"])
    #expect(try rows(connection, "SELECT counts()") == ["0 1"])
  }

  @Test(arguments: TestLibrary.allCases) func `They run on the threads of a database's queries too`(
    library: TestLibrary
  ) throws {
    let group = try ThreadGroup(count: 2)
    let pool = try TestLibrary.pool(Self.source, on: group)
    let connection = try library.connect()
    try connection.register(pool)
    try connection.database.runQueries(on: group)
    #expect(try rows(connection, "SELECT sum(later(i))::BIGINT FROM range(20000) t(i)") == ["200010000"])
    #expect(try rows(connection, "SELECT * FROM ticks(2)") == ["0", "1"])
  }
}
