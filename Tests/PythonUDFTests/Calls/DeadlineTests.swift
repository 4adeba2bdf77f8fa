import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// What waits here ends by a deadline of the product's; none of these functions runs longer than seconds by itself.
@Suite(.serialized, .timeLimit(.minutes(30))) struct DeadlineTests {
  private static let source = """
    import re, time

    def turn(x):
        # Bounded, so that a test that fails does not run for ever.
        end = time.monotonic() + 20
        while x == 5 and time.monotonic() < end: pass
        return x

    @udf(timeout=0.1)
    def loop(x: int) -> int:
        return turn(x)

    @udf(timeout=0.1, on_error="null")
    def careless(x: int) -> int:
        try:
            return turn(x)
        except Exception:
            return -1

    cleaned = 0
    @udf(timeout=0.1)
    def careful(x: int) -> int:
        global cleaned
        try:
            return turn(x) + cleaned
        finally:
            cleaned += 1000

    @udf(timeout=0.1)
    def stubborn(x: int) -> int:
        end = time.monotonic() + 3
        while x == 5 and time.monotonic() < end:
            try:
                while time.monotonic() < end: pass
            except BaseException:
                pass
        return x

    @udf(timeout=0.1)
    def asleep(x: int) -> int:
        if x == 5: time.sleep(3)
        return x

    @udf(timeout=0.1)
    def matching(x: int) -> int:
        if x == 5: re.match(r"(a+)+$", "a" * 26 + "b")
        return x

    @udf(batch_timeout=0.1)
    def slow(x: int) -> int:
        time.sleep(0.02)
        return x

    @udf
    def free(x: int) -> int:
        return turn(x)

    @udf
    def tells(x: int, begun: str) -> int:
        open(begun, "w").close()
        return turn(x)
    """
  private static let rows: [Int64?] = Array(0..<10)

  @Test(arguments: ["loop", "careless"])
  func `a row that runs too long fails the call, in every error mode`(function: String) async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await pool.failure(of: function, integers(Self.rows))
      #expect(error.code == .deadlineExceeded)
      #expect(
        error.message
          == "UDF \(function) failed at row 5 of its batch (x=5): it ran longer than its timeout of 0.1 s for a row")
      #expect(error.row?.index == 5)
      #expect(error.exception?.typeName == "clutch.DeadlineExceeded")
      #expect(error.exception?.traceback.last?.function == "turn")
      try await pool.expect(function, integers([1, 2]), gives: [1, 2])
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `the interpreter goes on as it was, after its finally blocks`() async throws {
    try await withPool(of: Self.source) { pool in
      #expect(try await pool.failure(of: "careful", integers([5])).code == .deadlineExceeded)
      try await pool.expect("careful", integers([1]), gives: [1001])
    }
  }

  @Test(arguments: ["asleep", "matching"])
  func `a function that does not stop is given up, and another interpreter takes its place`(
    function: String
  ) async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await pool.failure(of: function, integers(Self.rows))
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.hasPrefix("UDF \(function) ran longer than its timeout of 0.1 s for a row at row 5 of its"))
      #expect(error.message.contains("its interpreter was given up"))
      #expect(pool.abandonedInterpreterCount == 1)
      // This waits for the new interpreter.
      try await pool.expect(function, integers([1, 2]), gives: [1, 2])
      #expect(pool.interpreterCount == 1)
    }
    try await allComeBack()
  }

  @Test func `a function that swallows the exception is told again, and given up at last`() async throws {
    try await withPool(of: Self.source) { pool in
      // Either way: an exception may also arrive where nothing swallows it.
      let error = try await pool.failure(of: "stubborn", integers(Self.rows))
      #expect(error.code == .deadlineExceeded)
      try await pool.expect("stubborn", integers([1, 2]), gives: [1, 2])
    }
    try await allComeBack()
  }

  @Test func `where a function hangs is told`() async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await pool.failure(of: "asleep", integers(Self.rows))
      #expect(error.message.contains("It was here, innermost first:\n  File \"<udf>\", line "))
      #expect(error.message.contains(", in asleep\n") || error.message.hasSuffix(", in asleep"))
      let other = try await pool.failure(of: "matching", integers(Self.rows))
      #expect(other.message.hasSuffix("It is in a call into C that keeps the GIL, so nobody can see where."))
    }
    try await allComeBack()
  }

  @Test func `a batch that takes too long fails`() async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await pool.failure(of: "slow", integers(Array(repeating: 1, count: 1_000)))
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.contains("it ran longer than its timeout of 0.1 s for a batch"))
      try await pool.expect("slow", integers([3]), gives: [3])
    }
  }

  @Test func `a function written in C is stopped between its rows`() async throws {
    // It never gets to the exception: that is raised by Python code.
    let source = UDFSource("from time import sleep\n", functions: ["sleep(DOUBLE) -> DOUBLE"])
    try await withPool(source) { pool in
      let seconds = try batch(Column([Double?](repeating: 0.02, count: 1_000)))
      let error = try await #require(throws: UDFError.self) {
        try await pool.evaluate("sleep", seconds, timeouts: UDFTimeouts(batch: .milliseconds(50)))
      }
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.hasSuffix("=0.02): it ran longer than its timeout of 0.05 s for a batch"))
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `a call can bring timeouts of its own`() async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await #require(throws: UDFError.self) {
        try await pool.evaluate("free", integers([5]), timeouts: UDFTimeouts(batch: .milliseconds(50)))
      }
      #expect(error.message.contains("it ran longer than its timeout of 0.05 s for a batch"))
      let relaxed = UDFTimeouts(row: .seconds(60))
      let result = try await pool.evaluate("slow", integers([1]), timeouts: relaxed)
      #expect(result.values.count == 1)
    }
  }

  @Test func `cancelling the task stops the function`() async throws {
    try await withPool(of: Self.source) { pool in
      let task = try await underWay(in: pool)
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await pool.expect("free", integers([1]), gives: [1])
    }
  }

  @Test func `interrupting the pool stops a function in the middle of a row`() async throws {
    try await withPool(of: Self.source) { pool in
      let task = try await underWay(in: pool)
      pool.interrupt()
      let error = try await #require(throws: UDFError.self) { try await task.value }
      #expect(error.code == .interrupted)
      try await pool.expect("free", integers([1]), gives: [1])
    }
  }

  /// A call that is in the middle of a row, for twenty seconds if nothing stops it.
  private func underWay(in pool: UDFPool) async throws -> Task<Column, any Error> {
    try await withTemporaryFolder { folder in
      let begun = folder.path + "/begun"
      let batch = try batch(Column([5] as [Int64?]), Column([begun]))
      let task = Task { try await pool.call("tells", batch) }
      try await appears(begun)
      return task
    }
  }

  @Test func `a thread that waits is let go too`() async throws {
    try await withPool(of: Self.source) { pool in
      for function in ["loop", "asleep"] {
        let batch = try integers(Self.rows)
        let error = try await #require(throws: UDFError.self) {
          try await onThread { try pool.callAndWait(function, batch) }
        }
        #expect(error.code == .deadlineExceeded)
      }
      let batch = try integers([1])
      let column = try await onThread { try pool.callAndWait("loop", batch) }
      #expect(column.count == 1)
    }
    try await allComeBack()
  }

  @Test func `an exception that comes too late does not hit the next call`() async throws {
    let source = """
      import time
      @udf(timeout=0.01)
      def close(x: int) -> int:
          end = time.monotonic() + x / 1000
          while time.monotonic() < end: pass
          return x
      @udf
      def next(x: int) -> int:
          for _ in range(1000): x += 1
          return x - 1000
      """
    try await withPool(of: source) { pool in
      for round in 0..<60 {
        // Around the deadline, so that some end just before it and some just after.
        _ = try? await pool.call("close", integers([Int64(8 + round % 10)]))
        try await pool.expect("next", integers([7, 8, 9]), gives: [7, 8, 9])
      }
      #expect(pool.abandonedInterpreterCount == 0)
    }
  }

  @Test func `the actor of one function keeps to its timeouts`() async throws {
    let udf = try await ThreadedUDFInterpreter(
      source: """
        from clutch import udf
        @udf(timeout=0.1)
        def f(x: int) -> int:
            while x == 5: pass
            return x
        """)
    let error = try await #require(throws: UDFError.self) { try await udf.call(integers(Self.rows)) }
    #expect(error.code == .deadlineExceeded && error.row?.index == 5)
    let column = try await udf.call(integers([1]))
    #expect(column.count == 1)
    await udf.closeAsync()
  }

  @Test func `a pool closes while an interpreter that was given up still hangs`() async throws {
    try await withPool(of: Self.source) { pool in
      let error = try await pool.failure(of: "asleep", integers([5]))
      #expect(error.code == .deadlineExceeded)
      #expect(CPython.abandonedInterpreterCount >= 1)
    }
    try await allComeBack()
  }

  @Test(arguments: ["0", "-1", "True", "'1'", "float('nan')"])
  func `a timeout is a number of seconds`(timeout: String) throws {
    let error = try loadError("from clutch import udf\n@udf(timeout=\(timeout))\ndef f() -> int: pass")
    #expect(error.code == .badSignature)
    #expect(
      error.message.hasPrefix("<udf>, line 3: function 'f': @udf(timeout=...) takes a number of seconds above 0, not "))
  }

  /// Waits until the threads that hang have come back, so that they disturb nobody; the suite's limit ends a longer wait.
  private func allComeBack() async throws {
    while CPython.abandonedInterpreterCount > 0 { try await Task.sleep(for: .milliseconds(20)) }
  }
}
