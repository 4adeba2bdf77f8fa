import DuckDBEngine
import Foundation
import PythonUDF
import TestSupport
import Testing

/// SQL functions of a registry's source, whose versions change.
@Suite(.serialized, .timeLimit(.minutes(30))) struct RegistryTests {
  private static let versions = "SELECT tag(i) % 1000 AS version, count(*) FROM t GROUP BY 1 ORDER BY 1"

  @Test(arguments: TestLibrary.allCases)
  func `A query goes on with the version that comes while it runs`(library: TestLibrary) async throws {
    let folder = try TemporaryFolder()
    let registry = try await Versions.registry(of: Versions.source(1, in: folder.path, waits: true))
    let connection = try library.connect()
    try connection.register(registry.source("s"))
    try connection.run("CREATE TABLE t AS SELECT i FROM range(300000) t(i)")
    let query = Task { try await onThread { try connection.rows(Self.versions) } }
    while try !folder.names().contains("begun") { try await Task.sleep(for: .milliseconds(5)) }
    try await registry.replace("s", with: Versions.source(2, in: folder.path))
    // What has begun waits for this, on the old version.
    _ = FileManager.default.createFile(atPath: "\(folder.path)/swapped", contents: nil)
    let counts = try await query.value.map { row in (row[0], integer(row[1])) }
    #expect(counts.map(\.0) == [.integer(1), .integer(2)])
    // One chunk for each of the two threads at most.
    #expect((1...4_096).contains(counts[0].1) && counts[0].1 + counts[1].1 == 300_000)
    try await Versions.end(2, in: folder.path)
    try registry.remove("s")
    try await Versions.end(4, in: folder.path)
  }

  @Test(arguments: TestLibrary.allCases)
  func `No row fails while versions change under queries of two connections`(library: TestLibrary) async throws {
    let folder = try TemporaryFolder()
    let registry = try await Versions.registry(of: Versions.source(0, in: folder.path))
    let database = try DuckDBDatabase(library: library.load(), configuration: ["threads": "3"])
    let connections = try (0..<2).map { _ in try database.connect() }
    try connections[0].register(registry.source("s"))
    try connections[0].run("CREATE TABLE t AS SELECT i FROM range(100000) t(i)")
    let over = Recorder<Bool>()
    let queries = connections.map { connection in
      Task {
        try await onThread {
          var count = 0
          while over.values.isEmpty || count == 0 {
            let rows = try connection.rows(
              "SELECT count(*), count(*) FILTER (v // 1000 <> i OR v % 1000 > 9) FROM (SELECT i, tag(i) AS v FROM t)")
            #expect(rows == [[.integer(100_000), .integer(0)]])
            count += 1
          }
        }
      }
    }
    for version in 1...9 {
      do { try await registry.replace("s", with: Versions.source(version, in: folder.path)) } catch {
        over.append(true)
        throw error
      }
    }
    over.append(true)
    for query in queries { try await query.value }
    for connection in connections { #expect(try connection.rows("SELECT tag(7)") == [[.integer(7_009)]]) }
    try registry.remove("s")
    try await Versions.end(20, in: folder.path)
  }

  @Test(arguments: TestLibrary.allCases)
  func `A function that is gone or has other types fails the query until it is back`(library: TestLibrary) async throws
  {
    let registry = try await Versions.registry(of: Versions.source("@udf\ndef f(x: int) -> int:\n    return x + 1"))
    let connection = try library.connect()
    try connection.register(registry.source("s"))
    func replace(_ source: String) async throws {
      try await registry.replace("s", with: Versions.source(source), allowingChanges: true)
    }
    func message(_ now: String) -> String {
      "Invalid Input Error: UDF f cannot be called: in the version of s that is there now f(x BIGINT) -> BIGINT \(now). "
        + "Replace s by a version that has it as it was, or register the new one in another database."
    }
    try await replace("@udf\ndef g() -> int:\n    return 1")
    #expect(try connection.failure("SELECT f(1)") == message("is not there"))
    try await replace("@udf\ndef f(x: int) -> str:\n    return str(x)")
    #expect(try connection.failure("SELECT f(1)") == message("is f(x BIGINT) -> VARCHAR"))
    try await replace("@udf\ndef f(x: str) -> int:\n    return 1")
    #expect(try connection.failure("SELECT f(1)") == message("is f(x VARCHAR) -> BIGINT"))
    // At another place, with another name for its parameter, and for nulls too.
    try await replace("@udf\ndef g() -> int:\n    return 1\n@udf\ndef f(y: int | None) -> int:\n    return 7")
    #expect(try connection.rows("SELECT f(NULL::BIGINT)") == [[.integer(7)]])
    try registry.remove("s")
    #expect(
      try connection.failure("SELECT f(1)")
        == "Invalid Input Error: UDF f cannot be called: its source s has been removed from the registry. Add a source of "
        + "that name that has the function, or leave the function out.")
    try await registry.add(
      "s", Versions.source("@udf\ndef f(x: int) -> int:\n    return x * 3"), HostOptions(interpreters: 1))
    #expect(try connection.rows("SELECT f(5)") == [[.integer(15)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Overloads and classes are found again in a version that has more of them`(library: TestLibrary) async throws {
    let registry = try await Versions.registry(of: Versions.source(Versions.classes))
    let connection = try library.connect()
    try connection.register(registry.source("s"))
    let sql = "SELECT side('left')::VARCHAR, size({'w': 2, 'h': 3}), size(4)"
    #expect(try connection.rows(sql) == [[.text("right"), .integer(6), .integer(4)]])
    try await registry.replace("s", with: Versions.source(Versions.more + Versions.classes))
    #expect(try connection.rows(sql) == [[.text("right"), .integer(6), .integer(4)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `What a failing row does stays as it was registered`(library: TestLibrary) async throws {
    let registry = try await Versions.registry(of: Versions.source("@udf\ndef f(x: int) -> int:\n    return 1 // x"))
    let connection = try library.connect()
    try connection.register(registry.source("s"), onError: .collect)
    let sql = "SELECT r.value, r.error.type FROM (SELECT f(i) AS r FROM range(2) t(i))"
    let rows: [[SQLValue]] = [[.null, .text("ZeroDivisionError")], [.integer(1), .null]]
    #expect(try connection.rows(sql) == rows)
    try await registry.replace(
      "s", with: Versions.source("@udf(on_error='raise')\ndef f(x: int) -> int:\n    return 1 // x"))
    #expect(try connection.rows(sql) == rows)
  }

  @Test(arguments: TestLibrary.allCases)
  func `Names are told, and the database keeps the registry`(library: TestLibrary) async throws {
    let folder = try TemporaryFolder()
    do {
      var registry: UDFRegistry? = try await Versions.registry(of: Versions.source(1, in: folder.path))
      let connection = try library.connect()
      let unknown = #expect(throws: UDFError.self) { try connection.register(UDFRegistry().source("s")) }
      #expect(unknown?.message == "There is no source named s; there are: none.")
      if let registry { try connection.register(registry.source("s")) }
      if let registry {
        let twice = #expect(throws: DuckDBError.self) { try connection.register(registry.source("s")) }
        #expect(twice?.message.contains(": two UDFs are named tag, one of s and one of s: give s once") == true)
      }
      registry = nil
      #expect(try connection.rows("SELECT tag(1)") == [[.integer(1_001)]])
    }
    try await Versions.end(2, in: folder.path)
  }

  private func integer(_ value: SQLValue) -> Int64 {
    if case .integer(let value) = value { value } else { 0 }
  }
}

/// Runs a blocking closure on a thread of its own: blocking those that run tasks would leave none to run any.
private func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}
