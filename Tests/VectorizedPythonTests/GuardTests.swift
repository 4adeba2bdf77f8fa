import Columnar
import Functions
import PythonUDF
import Testing

/// What programs rely on, and what becomes of rows when it changes.
@Suite(.serialized, .timeLimit(.minutes(30))) struct GuardTests {
  private static let rows = 3000

  private func expectVectorized(_ pool: UDFPool, _ name: String, _ expected: (Int64) -> Int64) throws {
    let result = try pool.rows(name, counting(Self.rows))
    let found1 = try result.values.toArray(of: Int64.self)
    #expect(found1 == (0..<Int64(Self.rows)).map { expected($0) })
    #expect(result.vectorizedRows == Self.rows)
  }

  private static let source = """
    import builtins, math, sys
    RATE = 2
    TABLE = {1: 10}
    def helper(x: int, step: int = 1) -> int:
      return x + step
    @udf
    def f(x: int) -> int:
      return helper(x) * RATE + TABLE[1] + math.floor(0.5) + abs(0)
    @udf(vectorize=False)
    def change(x: int) -> int:
      changes[x]()
      return 0
    def rate():
      global RATE
      RATE = 3
    def table(): TABLE[1] = 20
    def code(): helper.__code__ = (lambda x, step=1: x + step + 1).__code__
    def defaults(): helper.__defaults__ = (5,)
    def floor(): math.floor = lambda x: 7
    def shadow(): globals()["ab" + "s"] = lambda x: 9
    def builtin(): builtins.abs = lambda x: 4
    def rebind():
      global helper
      helper = lambda x: -x
    def clear(): globals().update(RATE=5)
    changes = [rate, table, code, defaults, floor, shadow, builtin, rebind, clear]
    """

  /// What `f` gives after each of the changes.
  private static func expected(_ change: Int, _ x: Int64) -> Int64 {
    switch change {
    case 0: (x + 1) * 3 + 10
    case 1: (x + 1) * 2 + 20
    case 2: (x + 2) * 2 + 10
    case 3: (x + 5) * 2 + 10
    case 4: (x + 1) * 2 + 17
    case 5: (x + 1) * 2 + 19
    case 6: (x + 1) * 2 + 14
    case 7: -x * 2 + 10
    default: (x + 1) * 5 + 10
    }
  }

  @Test(arguments: 0..<9) func `what is changed between batches holds for the next one`(change: Int) throws {
    try withPool(Self.source) { pool in
      try expectVectorized(pool, "f") { ($0 + 1) * 2 + 10 }
      _ = try pool.rows("change", batch(Column([Int64(change)] as [Int64?])))
      let found2 = try pool.integers("f", counting(Self.rows))
      #expect(found2 == (0..<Int64(Self.rows)).map { Self.expected(change, $0) })
    }
  }

  @Test func `what a row changes holds for the rows behind it`() throws {
    let source = """
      RATE = 2
      def change():
        global RATE
        RATE += 1
        return 0
      @udf
      def f(x: int) -> int:
        if x % 1000 == 999:
          return change()
        return x * RATE
      """
    let expected = (0..<Int64(Self.rows)).map { row in row % 1000 == 999 ? 0 : row * (2 + row / 1000) }
    for vectorizes in [true, false] {
      try withPool(source, vectorizes: vectorizes) { pool in
        let found3 = try pool.integers("f", counting(Self.rows))
        #expect(found3 == expected)
        let again = (0..<Int64(Self.rows)).map { row in row % 1000 == 999 ? 0 : row * (5 + row / 1000) }
        let found4 = try pool.integers("f", counting(Self.rows))
        #expect(found4 == again)
      }
    }
  }

  @Test func `whoever traces misses nothing`() throws {
    let source = """
      import sys
      seen = []
      @udf
      def f(x: int) -> int:
        return x + 1
      @udf(vectorize=False)
      def trace(x: int) -> int:
        def tracer(frame, event, arg):
          if frame.f_code.co_name == "f": seen.append(event)
        sys.settrace(tracer if x else None)
        return len(seen)
      """
    try withPool(source) { pool in
      let found5 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found5 == 100)
      _ = try pool.rows("trace", batch(Column([1] as [Int64?])))
      let found6 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found6 == 0)
      let found7 = try pool.integers("trace", batch(Column([0] as [Int64?])))
      #expect(found7 == [100])
      let found8 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found8 == 100)
    }
  }

  @Test func `whoever traces is not told of our own asking`() throws {
    let source = """
      import sys
      seen = set()
      @udf
      def f(x: int) -> int:
        return x + 1
      @udf(vectorize=False)
      def trace(x: int) -> int:
        def tracer(frame, event, arg):
          seen.add(frame.f_code.co_name)
        sys.settrace(tracer if x else None)
        sys.setprofile(tracer if x else None)
        return len(seen)
      """
    try withPool(source) { pool in
      // Before it is read, and after.
      for _ in 0..<2 {
        _ = try pool.rows("trace", batch(Column([1] as [Int64?])))
        _ = try pool.rows("f", counting(100))
        let found = try pool.integers("trace", batch(Column([0] as [Int64?])))
        // f, and trace itself.
        #expect(found == [2])
        let after = try pool.rows("f", counting(100)).vectorizedRows
        #expect(after == 100)
      }
    }
  }

  @Test func `what a file is warned of is not told again`() throws {
    let source = """
      import warnings
      seen = []
      warnings.showwarning = lambda *arguments, **others: seen.append(arguments)
      warnings.simplefilter("always")
      @udf
      def f(x: int) -> int:
        return x + len("\\d")
      @udf
      def inverted(x: int) -> int:
        return ~(x > 5)
      @udf(vectorize=False)
      def count(x: int) -> int:
        return len(seen)
      """
    try withPool(source) { pool in
      let vectorized = try pool.rows("f", counting(100)).vectorizedRows
      #expect(vectorized == 100)
      let before = try pool.integers("count", counting(1))
      #expect(before == [0])
      // Of this Python warns in each row.
      let inverted = try pool.rows("inverted", counting(100)).vectorizedRows
      #expect(inverted == 0)
      let after = try pool.integers("count", counting(1))
      #expect(after == [100])
    }
  }

  @Test func `it can be turned off, for a function and for all`() throws {
    let source = """
      @udf
      def f(x: int) -> int: return x
      @udf(vectorize=False)
      def off(x: int) -> int: return x
      @udf(vectorize=True)
      def on(x: int) -> int: return x
      """
    try withPool(source) { pool in
      let found9 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found9 == 100)
      let found10 = try pool.rows("off", counting(100)).vectorizedRows
      #expect(found10 == 0)
    }
    try withPool(source, vectorizes: false) { pool in
      let found11 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found11 == 0)
      let found12 = try pool.rows("on", counting(100)).vectorizedRows
      #expect(found12 == 100)
    }
  }
}
