import Columnar
import DuckDBEngine
import Foundation
import PythonRuntime
import PythonUDF
import Synchronization
import TestSupport
import Testing
import ThreadConfinement

@Suite(.serialized, .timeLimit(.minutes(30))) struct QueryThreadsTests {
  static let source = """
    import threading

    @udf
    def f(x: int) -> int:
        return x + 1

    @udf
    def thread(x: int) -> int:
        return threading.get_ident()

    @udf
    def fail(x: int) -> int:
        return 1 // (x - 250000)

    @udf
    def forever(x: int) -> int:
        import time
        time.sleep(0.001)
        return x
    """

  /// A connection whose queries run on the threads of a pool with these functions.
  private func connect(_ library: TestLibrary, interpreters: Int) throws -> (DuckDBConnection, UDFPool) {
    let group = try ThreadGroup(count: interpreters)
    let pool = try TestLibrary.pool(Self.source, on: group)
    let connection = try library.connect()
    try connection.register(pool)
    try connection.database.runQueries(on: group)
    try connection.run("CREATE TABLE t AS SELECT i FROM range(500000) t(i)")
    return (connection, pool)
  }

  @Test(arguments: TestLibrary.allCases, [1, 2, 4])
  func `Queries give the same on the interpreters' threads`(library: TestLibrary, interpreters: Int) throws {
    let (connection, _) = try connect(library, interpreters: interpreters)
    for _ in 0..<3 {
      #expect(try connection.rows("SELECT sum(f(i))::BIGINT FROM t") == [[.integer(125_000_250_000)]])
    }
    #expect(try connection.rows("SELECT f(f(41)), (SELECT count(*) FROM t)") == [[.integer(43), .integer(500_000)]])
    let threads = try connection.rows("SELECT DISTINCT thread(i) FROM t").count
    #expect((1...interpreters).contains(threads))
  }

  @Test(arguments: TestLibrary.allCases)
  func `Rows are streamed to their end, and a result may be dropped half-read`(library: TestLibrary) throws {
    let (connection, _) = try connect(library, interpreters: 2)
    for limit in [3, .max] {
      let result = try #require(try connection.execute("SELECT f(i) FROM t").next())
      var rows = 0
      var chunks = 0
      while chunks < limit, let next = try result.nextRows() {
        rows += next.count
        chunks += 1
      }
      #expect(limit == 3 ? rows > 0 : rows == 500_000)
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `An error in a function fails the query and leaves the threads usable`(library: TestLibrary) throws {
    let (connection, _) = try connect(library, interpreters: 2)
    for _ in 0..<5 {
      #expect(try connection.failure("SELECT sum(fail(i)) FROM t")?.contains("ZeroDivisionError") == true)
      #expect(try connection.rows("SELECT sum(f(i))::BIGINT FROM t") == [[.integer(125_000_250_000)]])
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `The pool serves its database only`(library: TestLibrary) async throws {
    let (connection, pool) = try connect(library, interpreters: 2)
    let batch = try RecordBatch(
      schema: Schema([Field(name: "x", type: .int64)]), columns: [Column([1] as [Int64?])])
    let error = await #expect(throws: UDFError.self) { try await pool.call("f", batch) }
    #expect(error?.code == .handedOver)
    #expect(error?.message.contains("of a database's queries") == true)
    let second = try DuckDBDatabase(library: library.load())
    let group = try #require(pool.options.threads)
    let taken = #expect(throws: DuckDBError.self) { try second.runQueries(on: group) }
    #expect(taken?.message == "another database runs its queries on these threads; make others for this one")
    let other = try ThreadGroup(count: 2)
    let twice = #expect(throws: DuckDBError.self) { try connection.database.runQueries(on: other) }
    #expect(twice?.message == "the queries of this database run on threads of its own already")
    // What was refused has changed nothing: both databases answer, on as many threads as before.
    #expect(try second.connect().rows("SELECT count(*) FROM range(1000000)") == [[.integer(1_000_000)]])
    #expect(!other.isLent)
    let another = try TestLibrary.pool("@udf\ndef g(x: int) -> int:\n    return x * 2\n")
    // Functions of another pool work as ever.
    try connection.register(another)
    #expect(try connection.rows("SELECT sum(g(f(i)))::BIGINT FROM t") == [[.integer(250_000_500_000)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Connections take turns`(library: TestLibrary) throws {
    let (connection, _) = try connect(library, interpreters: 2)
    let connections = try [connection, connection.database.connect(), connection.database.connect()]
    let sums = Mutex<[[[SQLValue]]?]>([])
    DispatchQueue.concurrentPerform(iterations: 3) { index in
      let sum = try? connections[index].rows("SELECT sum(f(i))::BIGINT FROM t")
      sums.withLock { $0.append(sum) }
    }
    #expect(sums.withLock { $0 } == .init(repeating: [[.integer(125_000_250_000)]], count: 3))
  }

  @Test(arguments: TestLibrary.allCases)
  func `A closed pool leaves the database working without its functions`(library: TestLibrary) throws {
    let (connection, pool) = try connect(library, interpreters: 2)
    pool.close()
    #expect(try connection.rows("SELECT count(*) FROM t") == [[.integer(500_000)]])
    #expect(try connection.failure("SELECT f(1)")?.contains("closed") == true)
  }

  @Test(arguments: TestLibrary.allCases, [1, 3])
  func `The pool may close after its database`(library: TestLibrary, interpreters: Int) throws {
    let group = try ThreadGroup(count: interpreters)
    let pool = try TestLibrary.pool(Self.source, on: group)
    do {
      let connection = try library.connect(["threads": "2"])
      try connection.register(pool)
      try connection.database.runQueries(on: group)
      #expect(try connection.rows("SELECT f(1)") == [[.integer(2)]])
    }
    pool.close()
  }

  @Test(arguments: TestLibrary.allCases)
  func `Functions of several sources run on the same threads`(library: TestLibrary) throws {
    let group = try ThreadGroup(count: 2)
    let pools = try (1...3).map { number in
      try TestLibrary.pool(
        """
        import threading
        @udf
        def f\(number)(x: int) -> int: return x * \(number)
        @udf
        def thread\(number)(x: int) -> int: return threading.get_native_id()
        """, name: "f\(number).py", on: group)
    }
    let connection = try library.connect()
    for pool in pools { try connection.register(pool) }
    try connection.database.runQueries(on: group)
    try connection.run("CREATE TABLE t AS SELECT i FROM range(300000) t(i)")
    let sums = try connection.rows("SELECT sum(f1(i) + f2(f3(i)))::BIGINT FROM t")
    #expect(sums == [[.integer(7 * 44_999_850_000)]])
    // Each row's functions were called on one thread, so none changed it.
    let changes = try connection.rows(
      "SELECT count(*) FROM t WHERE thread1(i) <> thread2(i) OR thread2(i) <> thread3(i)")
    #expect(changes == [[.integer(0)]])
    #expect(pools.allSatisfy { $0.interpreterCount <= 2 })
    pools[1].close()
    #expect(try connection.failure("SELECT f2(1)")?.contains("closed") == true)
  }

  @Test(arguments: TestLibrary.allCases)
  func `More threads than interpreters are an error and not a hang`(library: TestLibrary) throws {
    let (connection, _) = try connect(library, interpreters: 1)
    try connection.run("SET threads = 4")
    let failure = try connection.failure("SELECT sum(f(i)) FROM t")
    #expect(failure.map { $0.contains("SET threads = 1 sets it back") && $0.contains("--threads") } ?? true)
    try connection.run("SET threads = 1")
    #expect(try connection.rows("SELECT sum(f(i))::BIGINT FROM t") == [[.integer(125_000_250_000)]])
    #expect(try connection.rows("SELECT count(*) FROM t") == [[.integer(500_000)]])
  }

  /// A source whose second interpreter does not stop loading until there is a third file in a folder.
  private static func stubborn(_ folder: TemporaryFolder) -> UDFSource {
    UDFSource(
      """
      import os, tempfile, time
      from clutch import udf
      os.close(tempfile.mkstemp(dir="\(folder.path)")[0])
      end = time.monotonic() + 60
      while time.monotonic() < end:
        try:
          while 1 < len(os.listdir("\(folder.path)")) < 3 and time.monotonic() < end: time.sleep(0.001)
          break
        except BaseException: pass
      @udf
      def f(x: int) -> int:
        deadline = time.monotonic() + 60
        while len(os.listdir("\(folder.path)")) < 2 and time.monotonic() < deadline: time.sleep(0.001)
        return x
      """, name: "slow.py")
  }

  @Test(arguments: TestLibrary.allCases)
  func `Who watches is told of another interpreter that hangs while it loads in a query`(library: TestLibrary) throws {
    let folder = try TemporaryFolder()
    let group = try ThreadGroup(count: 2)
    let pool = try UDFPool(
      Self.stubborn(folder), HostOptions(policy: .open, loadTimeout: .milliseconds(500), threads: group))
    let connection = try library.connect()
    try connection.register(pool)
    try connection.database.runQueries(on: group)
    try connection.run("CREATE TABLE t AS SELECT i FROM range(500000) t(i)")
    let told = Mutex<String?>(nil)
    pool.observeHangs { error in
      told.withLock { $0 = "\(error)" }
      // What hangs goes on.
      _ = FileManager.default.createFile(atPath: folder.path + "/go", contents: nil)
    }
    let failure = try connection.failure("SELECT sum(f(i)) FROM t")
    #expect(failure?.contains("slow.py was still loading after 0.5 s") == true, "\(failure ?? "")")
    let message = told.withLock { $0 } ?? ""
    #expect(message.contains("slow.py was still loading after 0.5 s"), "\(message)")
    #expect(message.contains("and did not stop when told to; the query that waits for it cannot end"))
  }

  /// Then nothing is loaded in a query any more, whose thread could not be left.
  @Test(arguments: TestLibrary.allCases)
  func `With all interpreters started first, one that hangs is an error before there is a query`(
    library: TestLibrary
  ) throws {
    let folder = try TemporaryFolder()
    defer { _ = FileManager.default.createFile(atPath: folder.path + "/go", contents: nil) }
    let group = try ThreadGroup(count: 2)
    let options = HostOptions(startsAll: true, policy: .open, loadTimeout: .milliseconds(500), threads: group)
    let begin = ContinuousClock.now
    let error = #expect(throws: UDFError.self) { try UDFPool(Self.stubborn(folder), options) }
    #expect(error?.code == .deadlineExceeded)
    #expect(error?.message.contains("slow.py was still loading after 0.5 s") == true, "\(error?.message ?? "")")
    // It would go on for a minute.
    #expect(ContinuousClock.now - begin < .seconds(50))
    let connection = try library.connect()
    let refusal = #expect(throws: DuckDBError.self) { try connection.database.runQueries(on: group) }
    #expect(refusal?.message == "code hangs on one of these threads; make others for this one")
    #expect(try connection.rows("SELECT 1") == [[.integer(1)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `An interruption stops a query on these threads`(library: TestLibrary) throws {
    let (connection, pool) = try connect(library, interpreters: 2)
    let done = DispatchSemaphore(value: 0)
    let failure = Mutex<String?>(nil)
    Thread.detachNewThread {
      let text = try? connection.failure("SELECT sum(forever(i)) FROM t")
      failure.withLock { $0 = text ?? nil }
      done.signal()
    }
    // Until it has begun an interruption has nothing to stop, so it is repeated.
    var isDone = false
    for _ in 0..<600 where !isDone {
      connection.interrupt()
      pool.interrupt()
      isDone = done.wait(timeout: .now() + .milliseconds(100)) == .success
    }
    #expect(isDone)
    #expect(failure.withLock { $0 } != nil)
  }
}
