import DuckDBEngine
import Foundation
import Synchronization
import TestSupport
import Testing
import ThreadConfinement

/// A query whose rows several threads compute gives them as one thread would.
@Suite(.serialized, .timeLimit(.minutes(30))) struct RowOrderTests {
  /// Several row groups of 122,880 rows, the unit that DuckDB hands to a thread.
  static let rowCount: Int64 = 400_000

  /// `same` takes long for the first rows, so that a later task is done before the first.
  static let source = """
    @udf
    def same(x: int) -> int:
        if x < 20_000:
            sum(range(300))
        return x

    @udf
    def fail(x: int) -> int:
        return 1 // (x - 390_000)

    @udf
    def wait(x: int, begun: str) -> int:
        import time
        open(begun, "w").close()
        time.sleep(0.001)
        return x
    """

  private func connect(_ library: TestLibrary) throws -> DuckDBConnection {
    let group = try ThreadGroup(count: 2)
    let connection = try library.connect()
    try connection.register(TestLibrary.pool(Self.source, on: group))
    try connection.database.runQueries(on: group)
    try connection.run("CREATE TABLE t AS SELECT i FROM range(\(Self.rowCount)) t(i)")
    return connection
  }

  private func integers(_ connection: DuckDBConnection, _ sql: String) throws -> [Int64] {
    try connection.rows(sql).compactMap { row in
      guard case .integer(let value) = row[0] else { return nil }
      return Int64(value)
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Rows come in the order of their table`(library: TestLibrary) throws {
    let connection = try connect(library)
    #expect(try integers(connection, "SELECT same(i) FROM t") == Array(0..<Self.rowCount))
    #expect(
      try integers(connection, "SELECT same(i) FROM t WHERE i % 3 = 0 -- a comment")
        == Array(stride(from: 0, to: Self.rowCount, by: 3)))
  }

  @Test(arguments: TestLibrary.allCases)
  func `Rows come in the order that the query asks for`(library: TestLibrary) throws {
    let connection = try connect(library)
    #expect(try integers(connection, "SELECT same(i) AS s FROM t ORDER BY s DESC") == (0..<Self.rowCount).reversed())
    #expect(
      try integers(connection, "SELECT same(i) FROM t ORDER BY -i LIMIT 5000 OFFSET 7")
        == Array(
          (0..<Self.rowCount).reversed().dropFirst(7).prefix(5000)))
    #expect(try integers(connection, "SELECT same(i) FROM t LIMIT 3 OFFSET 200000") == [200_000, 200_001, 200_002])
    #expect(
      try integers(connection, "SELECT same(i) FROM t WHERE i < 5 UNION ALL SELECT same(-i) FROM t WHERE i < 5") == [
        0, 1, 2, 3, 4, 0, -1, -2, -3, -4,
      ])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Columns keep their names, also twice the same`(library: TestLibrary) throws {
    let connection = try connect(library)
    let result = try #require(
      try connection.execute("SELECT same(i) AS a, i AS a, same(i), \"rows\".i AS \"A\" FROM t AS \"rows\"").next())
    #expect(result.columns.map(\.name) == ["a", "a", "same(i)", "A"])
    let first = try #require(try result.nextRows())
    #expect(first.row(7) == [.integer(7), .integer(7), .integer(7), .integer(7)])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A table called rows and several statements are what they were`(library: TestLibrary) throws {
    let connection = try connect(library)
    try connection.run("CREATE TABLE rows AS SELECT i + 1 AS i FROM t WHERE i < 3")
    #expect(
      try integers(
        connection,
        "SELECT same(i) FROM rows; ; SELECT 'a;b -- c', same(i) FROM t WHERE false; SELECT same(i) FROM t WHERE i = 9")
        == [1, 2, 3, 9])
  }

  @Test(arguments: TestLibrary.allCases)
  func `An error after many rows names its own row and line`(library: TestLibrary) throws {
    let connection = try connect(library)
    let failure = try connection.failure("SELECT fail(i) FROM t")
    #expect(failure?.contains("ZeroDivisionError") == true)
    let unknown = try connection.failure("SELECT same(i)\nFROM t\nWHERE missing = 1")
    #expect(unknown?.contains("LINE 3") == true)
    #expect(try integers(connection, "SELECT same(i) FROM t WHERE i < 2") == [0, 1])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A query whose order is kept stops when it is interrupted, and its threads go on`(library: TestLibrary) throws {
    let connection = try connect(library)
    let failure = Mutex<String?>(nil)
    let done = DispatchSemaphore(value: 0)
    let folder = try TemporaryFolder()
    let begun = folder.path + "/begun"
    Thread.detachNewThread {
      let text = try? connection.failure("SELECT wait(i, '\(begun)') FROM t")
      failure.withLock { $0 = text ?? nil }
      done.signal()
    }
    var isDone = false
    for _ in 0..<600 where !isDone {
      if FileManager.default.fileExists(atPath: begun) { connection.interrupt() }
      isDone = done.wait(timeout: .now() + .milliseconds(100)) == .success
    }
    #expect(isDone)
    #expect(failure.withLock { $0 }?.localizedCaseInsensitiveContains("interrupt") == true)
    #expect(try integers(connection, "SELECT same(i) FROM t WHERE i < 2") == [0, 1])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A result that is read in part may be dropped, and so may its database`(library: TestLibrary) throws {
    for _ in 0..<5 {
      let connection = try connect(library)
      let result = try #require(try connection.execute("SELECT same(i) FROM t").next())
      #expect(try result.nextRows()?.count ?? 0 > 0)
    }
  }
}
