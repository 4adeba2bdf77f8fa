import Columnar
import PythonRuntime
import PythonUDF
import Testing

/// Nothing may be left behind by a batch, however it ends.
@Suite(.timeLimit(.minutes(30))) struct LeakTests {
  private static let functions = """
    import gc, sys
    @udf
    def fine(n: int, f: float, s: str | None, b: bytes) -> str: return s
    @udf
    def raises(n: int, f: float, s: str | None, b: bytes) -> str:
      if n == 1000_050: raise ValueError(s)
      return s
    @udf
    def wrong(n: int, f: float, s: str | None, b: bytes) -> str:
      return [s] if n == 1000_050 else s
    @udf
    def surrogate(n: int, f: float, s: str | None, b: bytes) -> str:
      return s + chr(0xdc80) if n == 1000_050 else s
    @udf
    def unreadable(x: float, s: str) -> float: return x
    kept = []
    @udf
    def keeps(n: int, f: float, s: str | None, b: bytes) -> str:
      if n == 1000_050: kept.append(object())
      return s
    @udf
    def blocks() -> int:
      gc.collect()
      return sys.getallocatedblocks()
    """

  /// 96 rows of objects that CPython makes anew for each row: none is cached.
  private static func freshRows() throws -> RecordBatch {
    try batch(
      Column((0..<96).map { $0 == 40 ? nil : Int64(1_000_000 + $0) }),
      Column((0..<96).map { Double?(Double($0) + 0.5) }),
      Column((0..<96).map { $0 % 9 == 1 ? nil : "text \($0)" }),
      Column((0..<96).map { Array?(Array("bytes \($0)".utf8)) }))
  }

  // In a process of their own, since CPython counts the blocks of all interpreters together.

  @Test func `a batch leaves no object behind, however it ends`() async {
    await #expect(processExitsWith: .success) {
      for (function, failing) in [("fine", nil), ("raises", 50), ("wrong", 50), ("surrogate", 50)] {
        try await LeakTests.expectNoGrowth(function, try LeakTests.freshRows(), failing: failing)
      }
    }
  }

  @Test func `an argument that cannot be made leaves no object behind`() async {
    await #expect(processExitsWith: .success) {
      let count = 64
      let broken = try Column(
        type: .utf8, count: count,
        buffers: [
          Buffer(copying: (0...count).map { Int32($0) }),
          Buffer(copying: (0..<count).map { $0 == 50 ? 0xFF : 0x61 } as [UInt8]),
        ])
      let rows = try batch(Column((0..<count).map { Double?(Double($0) + 0.5) }), broken)
      try await LeakTests.expectNoGrowth("unreadable", rows, failing: 50)
    }
  }

  @Test func `an object that a batch leaves behind is noticed`() async {
    await #expect(processExitsWith: .success) {
      try await withPool(of: LeakTests.functions) { pool in
        let growth = try await LeakTests.blockGrowth("keeps", try LeakTests.freshRows(), failing: nil, in: pool)
        #expect(growth.count == 8 && growth.allSatisfy { $0 >= Int64(LeakTests.calls) }, "\(growth)")
      }
    }
  }

  /// Of a round. One lost object per batch would be as many blocks.
  private static let calls = 1_000
  private static let noise: Int64 = 20

  private static func expectNoGrowth(_ function: String, _ batch: RecordBatch, failing row: Int?) async throws {
    try await withPool(of: functions) { pool in
      let growth = try await blockGrowth(function, batch, failing: row, in: pool)
      #expect(abs(growth.last ?? .max) <= noise, "\(function): \(growth)")
    }
  }

  /// How the number of blocks that CPython holds grows while a function is called.
  private static func blockGrowth(_ function: String, _ batch: RecordBatch, failing row: Int?, in pool: UDFPool)
    async throws
    -> [Int64]
  {
    try await growth(noise: noise) { _ in
      for _ in 0..<calls {
        if let row {
          let error = try await pool.failure(of: function, batch)
          #expect(error.row?.index == row)
        } else {
          _ = try await pool.call(function, batch)
        }
      }
      return try #require(await pool.call("blocks", rows(1)).toArray(of: Int64.self)[0])
    }
  }

  @Test func `results and exceptions are dropped when their call has ended`() async throws {
    try await withPool(
      of: """
        import gc, weakref
        alive = weakref.WeakSet()
        class Text(str): pass
        class Problem(Exception): pass
        def tracked(made):
          alive.add(made)
          return made
        @udf
        def f(x: int) -> str:
          if x == 3: raise tracked(Problem(x))
          if x == 4: return [tracked(Text("a"))]
          return tracked(Text(x))
        @udf
        def count() -> int:
          gc.collect()
          return len(alive)
        """
    ) { pool in
      try await pool.expect("f", integers([1, 2]), gives: ["1", "2"])
      try await pool.expect("count", rows(1), gives: [0])
      let raised = try await pool.failure(of: "f", integers([1, 3, 1]))
      #expect(raised.exception?.summary == "udf_file.Problem: 3")
      try await pool.expect("count", rows(1), gives: [0])
      _ = try await pool.failure(of: "f", integers([1, 4, 1]))
      try await pool.expect("count", rows(1), gives: [0])
    }
  }
}
