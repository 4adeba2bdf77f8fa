import DuckDBEngine
import Foundation
import PythonUDF
import Synchronization
import TestSupport
import Testing

@Suite(.serialized) struct ParallelTests {
  @Test(arguments: TestLibrary.allCases)
  func `Several threads give what a plain computation gives, on several interpreters`(library: TestLibrary) throws {
    let folder = try TemporaryFolder()
    let source = """
      import os, time

      rows = 0

      @udf
      def mix(x: int, weight: float | None, text: str) -> float | None:
          return None if weight is None else (x * 31 % 1009) * weight + len(text)

      @udf
      def who(token: int) -> int:
          # Each interpreter waits in its first row for the other's, so that both have to take a batch.
          global rows
          rows += 1
          if rows == 1:
              open(f"\(folder.path)/{id(who)}", "w").close()
              end = time.monotonic() + 50
              while len(os.listdir("\(folder.path)")) < 2 and time.monotonic() < end: time.sleep(0.005)
          return id(who)
      """
    let (connection, pool) = try library.functions(source, interpreters: 2)
    try connection.run(
      """
      CREATE TABLE t AS SELECT i, CASE WHEN i % 11 <> 0 THEN i / 8 END AS weight, 'text ' || i AS text
      FROM range(400000) t(i)
      """)
    let wrong = try connection.rows(
      """
      SELECT count(*), count(r), count(*) FILTER (r IS DISTINCT FROM (i * 31 % 1009) * weight + length(text))
      FROM (SELECT *, mix(i, weight, text) AS r FROM t)
      """)
    #expect(wrong == [[.integer(400_000), .integer(363_636), .integer(0)]])
    #expect(pool.interpreterCount == 2)
    #expect(try connection.rows("SELECT count(DISTINCT who(i)) FROM t") == [[.integer(2)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Fewer interpreters than threads only wait for each other`(library: TestLibrary) throws {
    let connection = try library.connect(with: "@udf\ndef f(x: int) -> int:\n    return x + 1\n", threads: 4)
    try connection.run("CREATE TABLE t AS SELECT i FROM range(300000) t(i)")
    #expect(try connection.rows("SELECT sum(f(i))::BIGINT FROM t") == [[.integer(45_000_150_000)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Two connections call the same functions at once`(library: TestLibrary) throws {
    let pool = try TestLibrary.pool("@udf\ndef f(x: int) -> int:\n    return x + 1\n", interpreters: 2)
    defer { pool.close() }
    let database = try DuckDBDatabase(library: library.load(), configuration: ["threads": "2"])
    let connections = try (0..<2).map { _ in try database.connect() }
    try connections[0].register(pool)
    let sums = Mutex<[[[SQLValue]]?]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      let sum = try? connections[index].rows("SELECT sum(f(i))::BIGINT FROM range(200000) t(i)")
      sums.withLock { $0.append(sum) }
    }
    #expect(sums.withLock { $0 } == .init(repeating: [[.integer(20_000_100_000)]], count: 2))
  }

  @Test(.timeLimit(.minutes(30)), arguments: TestLibrary.allCases)
  func `Three million rows keep memory bounded`(library: TestLibrary) async {
    // In a process of its own: other tests use memory too.
    await #expect(processExitsWith: .success) { [library] in
      let source = """
        @udf
        def tag(x: int) -> str:
            return f"a text that is not inlined {x}"
        """
      let connection = try library.connect(with: source, interpreters: 2)
      let sql = "SELECT count(*), sum(length(tag(i)))::BIGINT FROM range(ROWS) t(i)"
      _ = try connection.rows(sql.replacing("ROWS", with: "300000"))
      let before = try residentMegabytes()
      let rows = try connection.rows(sql.replacing("ROWS", with: "3000000"))
      #expect(rows == [[.integer(3_000_000), .integer(3_000_000 * 27 + 19_888_890)]])
      // The texts alone are 100 MB.
      let growth = try residentMegabytes() - before
      #expect(growth < 60, "\(growth) MB")
    }
  }
}
