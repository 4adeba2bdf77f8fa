import DuckDBEngine
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.serialized) struct LongQueryTests {
  static let longQuery =
    "SELECT count(*) FROM range(10000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 3"

  @Test("Rows are streamed, not kept", arguments: TestLibrary.allCases)
  func streaming(library: TestLibrary) async {
    // In a process of its own: other tests use memory too.
    await #expect(processExitsWith: .success) { [library] in
      let connection = try library.connect(["threads": "1"])
      _ = try connection.rows("SELECT 1")
      let before = try residentMegabytes()
      let statements = try connection.execute("SELECT i, md5(i::VARCHAR) AS m FROM range(3000000) t(i)")
      let result = try #require(try statements.next())
      var count = 0
      var peak = before
      while let rows = try result.nextRows() {
        count += rows.count
        if count % (2048 * 64) < 2048 { peak = max(peak, try residentMegabytes()) }
      }
      #expect(count == 3_000_000)
      // Materialised it would be about 150 MB.
      #expect(peak - before < 60, "\(peak - before) MB")
    }
  }

  @Test("Queries, results given up and errors leave no memory behind", arguments: TestLibrary.allCases)
  func leaks(library: TestLibrary) async {
    // In a process of its own: other tests use memory too.
    await #expect(processExitsWith: .success) { [library] in
      let connection = try library.connect(["threads": "1"])
      func run(_ times: Int) throws {
        for _ in 0..<times {
          _ = try connection.execute("SELECT {'a': ['text that is not inlined']} FROM range(9000)").next()?
            .nextRows()
          #expect(throws: DuckDBError.self) { try connection.rows("SELECT 'x'::INTEGER; SELECT 1") }
        }
      }
      try run(50)
      let before = try residentMegabytes()
      try run(300)
      let growth = try residentMegabytes() - before
      #expect(growth < 20, "\(growth) MB")
    }
  }

  @Test("An interruption stops a query promptly", .timeLimit(.minutes(30)), arguments: TestLibrary.allCases)
  func interrupt(library: TestLibrary) async throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/rows.csv"
    let connection = try library.connect()
    // The file is there as soon as the query has begun.
    let query = "COPY (\(Self.longQuery)) TO '\(file)' (FORMAT csv, USE_TMP_FILE false)"
    let interrupter = Task.detached {
      try await appears(file)
      connection.interrupt()
    }
    let error = #expect(throws: DuckDBError.self) { try connection.rows(query + "; SELECT 1") }
    #expect(error?.code == .interrupted)
    #expect(error?.message == "INTERRUPT Error: Interrupted!")
    try await interrupter.value
    #expect(try connection.rows("SELECT 1") == [[.integer(1)]])
  }

  @Test("An interruption stops a stream that is being read", arguments: TestLibrary.allCases)
  func interruptStream(library: TestLibrary) throws {
    let connection = try library.connect()
    let result = try #require(try connection.execute("SELECT * FROM range(100000000)").next())
    _ = try result.nextRows()
    connection.interrupt()
    let error = #expect(throws: DuckDBError.self) { while try result.nextRows() != nil {} }
    #expect(error?.code == .interrupted)
  }

  @Test("An interruption between two statements stops the second", arguments: TestLibrary.allCases)
  func interruptBetween(library: TestLibrary) throws {
    let connection = try library.connect()
    let statements = try connection.execute("SELECT 1; SELECT 2")
    _ = try statements.next()
    connection.interrupt()
    let error = #expect(throws: DuckDBError.self) { try statements.next() }
    #expect(error?.code == .interrupted)
  }

  @Test(
    "Progress can be read while a query runs, and a second user is refused", .timeLimit(.minutes(30)),
    arguments: TestLibrary.allCases)
  func progress(library: TestLibrary) async throws {
    let connection = try library.connect()
    // Of tables alone: a source that cannot say how far it is, such as range(), silences DuckDB for the whole query if it
    // is still at work when DuckDB asks first.
    try connection.run("CREATE TABLE t AS SELECT i FROM range(3000000) t(i)")
    try connection.run("CREATE TABLE u AS SELECT j FROM range(100000) u(j)")
    #expect(connection.progress == nil)
    // The query would last for hours.
    let watcher = Task.detached { () -> (seen: Double, code: DuckDBError.Code?) in
      defer { connection.interrupt() }
      let seen = try await progressAppears(on: connection)
      do throws(DuckDBError) {
        try connection.run("SELECT 1")
        return (seen, nil)
      } catch { return (seen, error.code) }
    }
    let error = #expect(throws: DuckDBError.self) {
      try connection.rows("SELECT count(*) FROM t, u WHERE (i * j) % 7 = 3")
    }
    let (seen, code) = try await watcher.value
    #expect((0...1).contains(seen))
    #expect(code == .connectionInUse)
    #expect(error?.code == .interrupted, "\(String(describing: error))")
  }
}

/// Waits until a query of the connection says how far it is.
///
/// - Throws: after two minutes; `CancellationError` when the test is over.
private func progressAppears(on connection: DuckDBConnection) async throws -> Double {
  let end = ContinuousClock.now + .seconds(120)
  while ContinuousClock.now < end {
    if let progress = connection.progress { return progress }
    try await Task.sleep(for: .milliseconds(5))
  }
  throw DuckDBError(.query, "no progress was told")
}
