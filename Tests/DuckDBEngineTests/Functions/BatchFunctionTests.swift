import DuckDBEngine
import Foundation
import PythonUDF
import TestSupport
import Testing
import ThreadConfinement

/// Functions of a batch in SQL: columns, cut batches, and iterators over the batches of a query.
@Suite(.serialized, .timeLimit(.minutes(30))) struct BatchFunctionTests {
  private static let source = """
    import array, threading
    from collections.abc import Iterator
    from clutch import Column, udf

    events = []

    @udf(deterministic=False)
    def said() -> str:
      text = " ".join(map(str, events))
      events.clear()
      return text

    @udf(batch=True)
    def doubled(x: Column[int]) -> Column[int]:
      return array.array("q", [2 * v for v in memoryview(x)])

    @udf(batch=True)
    def same(x: Column[str]) -> Column[str]: return x

    @udf(batch=True, rows=100)
    def size(x: Column[int]) -> list[int]: return [len(x)] * len(x)

    @udf(batch=True)
    def counted(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
      events.append("begun")
      own, rows = threading.get_ident(), 0
      try:
        for x in batches:
          if x[0] is not None and x[0] < 0: raise ValueError("negative")
          assert threading.get_ident() == own
          rows += len(x)
          yield [rows] * len(x)
      finally:
        events.append("ended")

    @udf(batch=True)
    def joined(batches: Iterator[tuple[Column[int], Column[str]]]) -> Iterator[list[str]]:
      for x, y in batches: yield [f"{a}{b}" for a, b in zip(x, y)]

    @udf(batch=True)
    def short(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
      yield next(batches)

    @udf(batch=True, batch_timeout=0.3)
    def stuck(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
      try:
        for x in batches:
          yield x
          while True: pass
      finally:
        events.append("ended")
    """

  private func rows(_ connection: DuckDBConnection, _ sql: String) throws -> [String] {
    try connection.rows(sql).map { row in row.map(\.description).joined(separator: " ") }
  }

  /// What functions have noted until then, sorted; asked again until nothing is under way.
  private func said(_ connection: DuckDBConnection, until isEnough: ([Substring]) -> Bool) throws -> [Substring] {
    var events: [Substring] = []
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      events += try rows(connection, "SELECT said()")[0].split(separator: " ")
      if isEnough(events) { break }
    }
    return events.sorted()
  }

  private func connect(_ library: TestLibrary, threads: Int = 1) throws -> DuckDBConnection {
    let connection = try library.connect(["threads": "\(threads)"])
    try connection.register(TestLibrary.pool(Self.source))
    return connection
  }

  @Test(arguments: TestLibrary.allCases)
  func `columns go in and come out`(library: TestLibrary) throws {
    let connection = try connect(library, threads: 2)
    #expect(
      try rows(connection, "SELECT sum(doubled(i))::BIGINT, sum(doubled(i::INTEGER))::BIGINT FROM range(100000) t(i)")
        == ["9999900000 9999900000"])
    #expect(try rows(connection, "SELECT doubled(x) FROM (VALUES (1), (NULL), (3)) t(x)") == ["2", "0", "6"])
    #expect(
      try rows(connection, "SELECT same(x) FROM (VALUES ('a'), (NULL), ('a text that is no short one')) t(x)")
        == ["a", "NULL", "a text that is no short one"])
    #expect(try rows(connection, "SELECT max(size(i)), min(size(i)) FROM range(2048) t(i)") == ["100 48"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `an iterator serves the batches of a query, and ends with it`(library: TestLibrary) throws {
    let connection = try connect(library)
    #expect(try rows(connection, "SELECT max(counted(i)) FROM range(10000) t(i)") == ["10000"])
    #expect(try said(connection) { $0.contains("ended") } == ["begun", "ended"])
    // The next query is another one.
    #expect(try rows(connection, "SELECT max(counted(i)) FROM range(5) t(i)") == ["5"])
    #expect(try said(connection) { $0.contains("ended") } == ["begun", "ended"])
    #expect(
      try rows(connection, "SELECT joined(i, 'x' || i) FROM range(3) t(i)") == ["0x0", "1x1", "2x2"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `each thread of a query has an iterator, and all end`(library: TestLibrary) throws {
    let connection = try library.connect(["threads": "4"])
    let pool = try TestLibrary.pool(Self.source, interpreters: 2)
    try connection.register(pool)
    try connection.run("CREATE TABLE numbers AS SELECT i FROM range(1000000) t(i)")
    let found = try rows(connection, "SELECT count(*), max(counted(i)) <= 1000000 FROM numbers WHERE counted(i) > 0")
    #expect(found == ["1000000 true"])
    let errors = pool.failureSummaries
    #expect(errors.isEmpty)
  }

  @Test(arguments: TestLibrary.allCases)
  func `an iterator ends when its query fails, or is left`(library: TestLibrary) throws {
    let connection = try connect(library)
    let failing = [
      ("SELECT max(counted(5000 - i)) FROM range(10000) t(i)", "ValueError: negative"),
      ("SELECT max(counted(i)), max(short(i)) FROM range(10000) t(i)", "it ended after 1 result, before the one for"),
      ("SELECT max(counted(i)), max(1 // (5000 - i)), error('no') FROM range(10000) t(i)", ""),
    ]
    for (sql, problem) in failing {
      let error = try #require(throws: DuckDBError.self) { try rows(connection, sql) }
      #expect(problem.isEmpty || error.message.contains(problem), "\(error.message)")
      let events = try said(connection) { events in
        events.count(where: { $0 == "begun" }) == events.count(where: { $0 == "ended" })
      }
      #expect(events.count % 2 == 0, "\(events)")
    }
    #expect(try rows(connection, "SELECT counted(i) FROM range(10000) t(i) LIMIT 1").count == 1)
    #expect(try said(connection) { $0.contains("ended") } == ["begun", "ended"])
    do {
      let result = try #require(try connection.execute("SELECT counted(i) FROM range(1000000) t(i)").next())
      #expect(try result.nextRows()?.count == 2_048)
    }
    #expect(try said(connection) { $0.contains("ended") } == ["begun", "ended"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `a deadline ends an iterator and its query`(library: TestLibrary) throws {
    let connection = try connect(library)
    let error = try #require(throws: DuckDBError.self) {
      try rows(connection, "SELECT max(stuck(i)) FROM range(10000) t(i)")
    }
    #expect(error.message.contains("ran longer than its timeout of 0.3 s for a batch"), "\(error.message)")
    #expect(try said(connection) { $0.contains("ended") } == ["ended"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `an iterator has a thread of its own beside those of a database's queries`(library: TestLibrary) throws {
    let group = try ThreadGroup(count: 2)
    let pool = try TestLibrary.pool(Self.source, on: group)
    let connection = try library.connect()
    try connection.register(pool)
    try connection.database.runQueries(on: group)
    try connection.run("CREATE TABLE numbers AS SELECT i FROM range(300000) t(i)")
    #expect(
      try rows(connection, "SELECT count(counted(i)), sum(doubled(i))::BIGINT FROM numbers") == ["300000 89999700000"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `calls with constants and prepared statements have iterators of their own`(library: TestLibrary) throws {
    let connection = try connect(library)
    #expect(try rows(connection, "SELECT counted(5), counted(6)") == ["1 1"])
    try connection.run("PREPARE counts AS SELECT max(counted(i)) FROM range($1) t(i)")
    for count in [3_000, 10, 5_000] {
      #expect(try rows(connection, "EXECUTE counts(\(count))") == ["\(count)"])
    }
    _ = try said(connection) { _ in true }
  }
}
