import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(30))) struct UDFPoolTests {
  private static let functions = """
    import os, time
    token = os.urandom(8).hex()
    calls = 0
    @udf
    def identity(x: int) -> str: return token
    @udf
    def wait(milliseconds: int) -> str:
      time.sleep(milliseconds / 1000)
      return token
    @udf
    def slow_double(x: int, milliseconds: int) -> int:
      time.sleep(milliseconds / 1000)
      return 2 * x
    @udf
    def inverse(x: int) -> int: return 12 // x
    @udf
    def Counted() -> int:
      global calls
      calls += 1
      return calls
    """

  @Test(arguments: [1, 2, 8])
  func `results come in the order of the batches`(interpreters: Int) async throws {
    try await withPool(of: Self.functions, interpreters: interpreters) { pool in
      #expect(pool.interpreterCount == interpreters)
      // The first batches take longest.
      let batches = try (0..<60).map { index in
        try batch(Column([Int64(index), nil]), Column([index % 8 == 0 ? 20 : 0, 0] as [Int64?]))
      }
      let results = try await pool.call("slow_double", batches: batches)
      #expect(try results.map { try $0.toArray(of: Int64.self) } == (0..<60).map { [Int64($0) * 2, nil] })
    }
  }

  @Test func `no batches give no results`() async throws {
    try await withPool(of: Self.functions) { pool in
      let results = try await pool.call("identity", batches: [])
      #expect(results.isEmpty)
    }
  }

  @Test func `batches run on every interpreter at the same time`() async throws {
    // Each call ends only when a file of every other one is there, so all four must run at once.
    try await withTemporaryFolder { folder in
      let meet = """
        import os, time
        token = os.urandom(8).hex()
        @udf
        def meet(folder: str) -> str:
          open(os.path.join(folder, token), "w").close()
          deadline = time.monotonic() + 50
          while len(os.listdir(folder)) < 4 and time.monotonic() < deadline: time.sleep(0.001)
          assert len(os.listdir(folder)) == 4
          return token
        """
      try await withPool(of: meet, interpreters: 4) { pool in
        let one = try batch(Column([folder.path]))
        let results = try await pool.call("meet", batches: Array(repeating: one, count: 4))
        let tokens = try Set(results.map { try $0.toArray(of: String.self) })
        #expect(tokens.count == 4)
      }
    }
  }

  @Test func `modules written in C are imported in every interpreter`() async throws {
    let source = """
      import asyncio, datetime, decimal, hashlib, sqlite3
      @udf
      def f(x: int) -> str:
        return str(datetime.date(2000, 1, 1) + datetime.timedelta(x)) + " " + str(decimal.Decimal(x) / 4)
      """
    for _ in 0..<2 {
      try await withPool(of: source, interpreters: 8) { pool in
        let results = try await pool.call("f", batches: (0..<32).map { _ in try integers([1, 31]) })
        for result in results {
          let texts = try result.toArray(of: String.self)
          #expect(texts == ["2000-01-02 0.25", "2000-02-01 7.75"])
        }
      }
    }
  }

  @Test func `two pools share nothing`() async throws {
    try await withPool(of: Self.functions) { first in
      try await withPool(of: Self.functions) { second in
        try await first.expect("counted", rows(3), gives: [1, 2, 3])
        try await second.expect("counted", rows(1), gives: [1])
        try await first.expect("counted", rows(1), gives: [4])
        let one = try await first.call("identity", integers([1])).toArray(of: String.self)
        let other = try await second.call("identity", integers([1])).toArray(of: String.self)
        #expect(one != other)
      }
    }
  }

  @Test func `tasks and blocking threads share a pool`() async throws {
    try await withPool(of: Self.functions, interpreters: 3) { pool in
      let results = try await withThrowingTaskGroup(of: (Int, [Int64?]).self) { group in
        for index in 0..<200 {
          group.addTask {
            let one = try batch(Column([Int64(index)]), Column([Int64(index % 3)]))
            let column =
              if index.isMultiple(of: 2) {
                try await pool.call("slow_double", one)
              } else {
                try await onThread { try pool.callAndWait("slow_double", one) }
              }
            return (index, try column.toArray(of: Int64.self))
          }
        }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      #expect(results == Dictionary(uniqueKeysWithValues: (0..<200).map { ($0, [Int64($0) * 2]) }))
    }
  }

  @Test func `a failing batch fails its own call only`() async throws {
    try await withPool(of: Self.functions, interpreters: 2) { pool in
      let outcomes = await withTaskGroup(of: (Int64, Result<[Int64?], any Error>).self) { group in
        for number in 0..<40 as Range<Int64> {
          group.addTask {
            do {
              return (
                number,
                .success(try await pool.call("inverse", integers([1, number % 4])).toArray(of: Int64.self))
              )
            } catch {
              return (number, .failure(error))
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count == 40)
      for (number, outcome) in outcomes {
        switch outcome {
        case .success(let rows): #expect(number % 4 != 0 && rows == [12, 12 / max(1, number % 4)])
        case .failure(let error):
          #expect(number % 4 == 0)
          #expect((error as? UDFError)?.row?.index == 1)
        }
      }
    }
  }

  @Test func `one failing batch of many is the error of all`() async throws {
    try await withPool(of: Self.functions, interpreters: 2) { pool in
      let batches = try (0..<20).map { try integers([$0 == 11 ? 0 : 3]) }
      let error = try await #require(throws: UDFError.self) {
        try await pool.call("inverse", batches: batches)
      }
      #expect(error.code == .rowFailed)
      #expect(error.exception?.typeName == "ZeroDivisionError")
      try await pool.expect("inverse", integers([3]), gives: [4])
    }
  }

  @Test(arguments: ["counted", "COUNTED", "Counted", "cOUNTED"])
  func `names are looked up without regard to case`(name: String) async throws {
    try await withPool(of: Self.functions) { pool in
      let signature = try pool.signature(of: name)
      #expect(signature.name == "Counted")
      try await pool.expect(name, rows(1), gives: [1])
      let waited = try await onThread { [pool] in try pool.callAndWait(name, rows(1)).toArray(of: Int64.self)
      }
      #expect(waited == [2])
    }
  }

  @Test func `an unknown name lists those there are`() async throws {
    try await withPool(of: Self.functions) { pool in
      let message =
        "There is no UDF named missing; there are: identity, wait, slow_double, inverse, Counted."
      let error = try await pool.failure(of: "missing", rows(1))
      #expect(error.code == .unknownFunction)
      #expect(error.message == message)
      let signatureError = try #require(throws: UDFError.self) { try pool.signature(of: "missing") }
      #expect(signatureError.message == message)
      // The interpreter has been given back.
      try await pool.expect("counted", rows(1), gives: [1])
    }
  }

  @Test(arguments: [0, -3, 1])
  func `a pool has at least one interpreter`(interpreters: Int) async throws {
    try await withPool(of: Self.functions, interpreters: interpreters) { pool in
      #expect(pool.interpreterCount == 1)
      try await pool.expect("counted", rows(2), gives: [1, 2])
    }
  }

  @Test func `a faulty source is run once`() async throws {
    try await withTemporaryFolder { folder in
      let log = folder.appending(path: "log")
      let error = try #require(throws: UDFError.self) {
        try UDFPool(
          UDFSource("with open(\"\(log.path)\", 'a') as f: f.write('x')\nraise ValueError"),
          HostOptions(interpreters: 8))
      }
      #expect(error.code == .loadFailed)
      #expect(try String(contentsOf: log, encoding: .utf8) == "x")
    }
  }

  @Test func `a lazy sequence of batches is not consumed far ahead`() async throws {
    let made = Mutex(0)
    let ended = Mutex(0)
    let furthest = Mutex(0)
    // A batch is asked for only when an earlier one has ended.
    let counted = """
      import os
      @udf
      def done(path: str) -> int:
        with open(path, "a") as file: file.write("x")
        return 1
      """
    try await withTemporaryFolder { folder in
      let log = folder.appending(path: "log").path
      try await withPool(of: counted, interpreters: 2) { pool in
        let one = try batch(Column([log]))
        let batches = (0..<50).lazy.map { _ -> RecordBatch in
          made.withLock { $0 += 1 }
          ended.withLock { $0 = (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0 }
          furthest.withLock { $0 = max($0, made.withLock { $0 } - ended.withLock { $0 }) }
          return one
        }
        let results = try await pool.call("done", batches: batches)
        #expect(results.count == 50)
      }
    }
    #expect(made.withLock { $0 } == 50)
    // Two under way, and the one in hand.
    #expect(furthest.withLock { $0 } <= 3)
  }

  @Test func `a task that was cancelled before its call gets an interpreter back to the pool`() async throws {
    try await withPool(of: Self.functions) { pool in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await pool.call("counted", rows(1))
      }
      let outcome = await task.result
      #expect(throws: CancellationError.self) { try outcome.get() }
      try await pool.expect("counted", rows(1), gives: [1])
    }
  }
}
