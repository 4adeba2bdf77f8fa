import Columnar
import Foundation
import Functions
import PythonRuntime
import Synchronization
import TestSupport
import Testing

@testable import PythonUDF

/// Whether the CPython of the tests lets an interpreter run on several threads.
private let runsAtOnce = (try? Checkout.python()).map { ($0.version.major, $0.version.minor) == (3, 13) } ?? false

/// Short calls on the threads of their callers, which CPython 3.13 alone allows.
@Suite(.serialized, .timeLimit(.minutes(30)), .enabled(if: runsAtOnce)) struct AtOnceTests {
  private static let plain = """
    import _thread
    @udf
    def f(x: int) -> int: return 12 // x
    @udf(deterministic=True)
    def thread() -> str: return str(_thread.get_ident())
    @udf(deterministic=False)
    def counts(x: int) -> int: return x
    """

  /// As if a function's calls had been fast for long.
  private func trust(_ pool: UDFPool, _ function: Int = 0) {
    for _ in 0..<300 { pool.meters[function]?.note(1, 0, atOnce: false) }
  }

  private func atOnce(_ pool: UDFPool, _ batch: RecordBatch, function: Int = 0) throws -> Column? {
    trust(pool, function)
    return try pool.evaluateAtOnce(function, batch, CallOptions())?.values
  }

  @Test func `a function runs on its caller's thread once its calls have been short`() async throws {
    try await withPool(of: Self.plain, interpreters: 1) { pool in
      let first = try await pool.evaluate("f", integers([1])).values.toArray(of: Int64.self)
      #expect(first == [12])
      // One call says nothing yet.
      let early = try pool.evaluateAtOnce(0, integers([1]), CallOptions())
      #expect(early == nil)
      let values = try atOnce(pool, integers([1, 5, nil]))?.toArray(of: Int64.self)
      #expect(values == [12, 2, nil])
      let home = try await pool.evaluate("thread", rows(1)).values.strings()[0]
      let here = try atOnce(pool, rows(1), function: 1)?.strings()[0]
      let homeAgain = try await pool.evaluate("thread", rows(1)).values.strings()[0]
      #expect(here != nil && home != here && home == homeAgain)
    }
  }

  @Test func `batches of many rows and functions that have been slow go to the interpreter's thread`() async throws {
    try await withPool(of: Self.plain, interpreters: 1) { pool in
      for _ in 0..<100 { pool.meters[0]?.note(1, 10_000, atOnce: false) }
      let many = try integers(Array(repeating: 1, count: 100))
      #expect(try pool.evaluateAtOnce(0, many, CallOptions()) == nil)
      trust(pool)
      pool.meters[0]?.note(1, 5_000_000, atOnce: true)
      for _ in 0..<50 { pool.meters[0]?.note(1, 0, atOnce: false) }
      #expect(try pool.evaluateAtOnce(0, integers([1]), CallOptions()) == nil)
      #expect(try atOnce(pool, integers([1])) != nil)
      // Each call of it counts, and one that is stopped here would be a second one there.
      #expect(try atOnce(pool, integers([1]), function: 2) == nil)
    }
  }

  @Test(arguments: ["threading", "sqlite3"])
  func `what may have been made for one thread stays there`(module: String) async throws {
    try await withPool(of: "@udf\ndef f(x: int) -> int:\n    import \(module)\n    return x", interpreters: 1) { pool in
      _ = try await pool.evaluate("f", integers([1]))
      #expect(try atOnce(pool, integers([1])) == nil)
    }
  }

  @Test func `contexts and values of a thread are those of the interpreter's thread`() async throws {
    let source = """
      import decimal, _thread
      decimal.getcontext().prec = 7
      local = _thread._local()
      local.calls = 0
      @udf
      def f(x: int) -> str:
          local.calls += 1
          return f"{local.calls} {decimal.Decimal(1) / 3}"
      """
    try await withPool(of: source, interpreters: 1) { pool in
      let first = try await pool.evaluate("f", integers([1])).values.strings()[0]
      #expect(first == "1 0.3333333")
      let second = try atOnce(pool, integers([1]))?.strings()[0]
      #expect(second == "2 0.3333333")
      let last = try await pool.evaluate("f", integers([1])).values.strings()[0]
      #expect(last == "3 0.3333333")
    }
  }

  @Test func `errors, failing rows and limits of time are those of any call`() async throws {
    try await withPool(of: Self.plain, interpreters: 1) { pool in
      let expected = await #expect(throws: UDFError.self) { try await pool.evaluate("f", integers([1, 0])) }
      let error = #expect(throws: UDFError.self) { try atOnce(pool, integers([1, 0])) }
      #expect(error?.message == expected?.message)
      trust(pool)
      let result = try pool.evaluateAtOnce(0, integers([1, 0]), CallOptions(errorMode: .null))
      #expect(result?.failureCount == 1)
      #expect(pool.failureSummaries.first?.failedRows == 1)
    }
    try await withPool(of: "@udf(batch_timeout=0.002)\ndef f(x: int) -> int:\n    while True: pass", interpreters: 1) {
      pool in
      let error = #expect(throws: UDFError.self) { try atOnce(pool, integers([1])) }
      #expect(error?.code == .deadlineExceeded)
    }
  }

  @Test func `a call that turns out to be long goes to the interpreter's thread, and begins anew there`() async throws {
    try await withTemporaryFolder { folder in
      let source = """
        import os
        @udf
        def f(x: int) -> int:
            if not os.path.exists("\(folder.path)/begun"):
                open("\(folder.path)/begun", "w").close()
                while True: pass
            return x
        """
      try await withPool(of: source, interpreters: 1) { pool in
        #expect(try atOnce(pool, integers([1])) == nil)
        let values = try await pool.evaluate("f", integers([1])).values.toArray(of: Int64.self)
        #expect(values == [1])
        // One that was slow here has to be fast for long.
        for _ in 0..<100 { pool.meters[0]?.note(1, 0, atOnce: false) }
        #expect(try pool.evaluateAtOnce(0, integers([1]), CallOptions()) == nil)
      }
    }
  }

  @Test func `a pool that is closed meanwhile ends after the call`() async throws {
    try await withTemporaryFolder { folder in
      let source = """
        import os, time
        @udf
        def f(x: int) -> int:
            open("\(folder.path)/begun", "w").close()
            end = time.monotonic() + 900
            while not os.path.exists("\(folder.path)/closing") and time.monotonic() < end: pass
            return x
        """
      try await withPool(of: source, interpreters: 1) { pool in
        let isOver = Mutex(false)
        Thread.detachNewThread {
          _ = try? atOnce(pool, integers([1]))
          isOver.withLock { $0 = true }
        }
        try await appears(folder.path + "/begun")
        let closing = Task { await pool.closeAsync() }
        try Data().write(to: folder.appending(path: "closing"))
        await closing.value
        #expect(eventually { isOver.withLock { $0 } })
        #expect(try atOnce(pool, integers([1])) == nil)
      }
    }
  }

  @Test func `calls of both kinds at the same time, and new versions, do not mix`() async throws {
    func source(_ version: Int) -> UDFSource {
      UDFSource("from clutch import udf\n@udf\ndef f(x: int) -> int:\n    return 1000 * x + \(version)\n")
    }
    let registry = UDFRegistry()
    try await registry.add("s", source(0), HostOptions(interpreters: 2))
    let provider = try registry.source("s")
    let shared = Shared()
    await withTaskGroup(of: Void.self) { group in
      for number in 1...3 {
        group.addTask {
          await withCheckedContinuation { continuation in
            Thread.detachNewThread {
              while !shared.isOver.load(ordering: .relaxed) {
                guard let batch = try? integers([Int64(number)]) else { break }
                if let pool = try? registry.version("s").pool { trust(pool) }
                do {
                  guard let result = try provider.evaluateAtOnce(0, batch, CallOptions()) else { continue }
                  let value = try result.values.toArray(of: Int64.self)[0]
                  #expect(value.map { $0 / 1000 } == Int64(number))
                  shared.count.add(1, ordering: .relaxed)
                } catch { Issue.record(error) }
              }
              continuation.resume()
            }
          }
        }
      }
      group.addTask {
        do {
          for version in 1...10 {
            try await registry.replace("s", with: source(version))
            for _ in 0..<50 {
              let values = try await provider.evaluate("f", integers([7])).values.toArray(of: Int64.self)
              #expect(values == [7000 + Int64(version)])
            }
          }
        } catch { Issue.record(error) }
        shared.isOver.store(true, ordering: .relaxed)
      }
    }
    #expect(shared.count.load(ordering: .relaxed) > 0)
  }

  private final class Shared: Sendable {
    let isOver = Atomic(false)
    let count = Atomic(0)
  }
}
