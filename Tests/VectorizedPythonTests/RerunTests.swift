import Columnar
import Functions
import PythonUDF
import Testing

/// Rows that programs leave to Python.
@Suite(.serialized, .timeLimit(.minutes(30))) struct RerunTests {
  @Test func `an integer that overflows is Python's, and its error names the row and the line`() throws {
    let source = """
      @udf
      def f(x: int) -> int:
        return x * x
      """
    try withPool(source) { pool in
      var values = (0..<3000).map { Int64($0) }
      values[2500] = 1 << 40
      let column = Column(values as [Int64?])
      let error = try #require(throws: UDFError.self) { try pool.rows("f", batch(column)) }
      #expect(error.code == .wrongResult)
      #expect(error.message.contains("row 2500"))
      let result = try pool.rows("f", batch(column), .null)
      #expect(result.failureCount == 1)
      #expect((result.vectorizedRows, result.rerunRows) == (2999, 1))
      #expect(result.values.isNull(2500))
      #expect(result.values.nullCount == 1)
      let collected = try pool.rows("f", batch(column), .collect)
      #expect(collected.errors?.nullCount == 2999)
    }
  }

  @Test func `in each mode without a failure the errors are as Python alone gives them`() throws {
    try withPool("@udf\ndef f(x: int) -> int:\n  return x") { pool in
      let result = try pool.rows("f", counting(100), .collect)
      #expect(result.errors?.nullCount == 100)
      #expect(result.vectorizedRows == 100)
    }
  }

  @Test func `effects of rows that Python runs happen in their order, once`() throws {
    let source = """
      seen = []
      def note(x):
        seen.append(x)
        return -1
      @udf
      def f(x: int) -> int:
        if x % 700 == 3:
          return note(x)
        return x
      @udf(vectorize=False)
      def last(x: int) -> int:
        return seen[x]
      """
    try withPool(source) { pool in
      let result = try pool.rows("f", counting(3000))
      #expect(result.rerunRows == 5)
      let seen = try pool.integers("last", batch(Column((0..<5).map { Int64($0) } as [Int64?])))
      #expect(seen == [3, 703, 1403, 2103, 2803])
    }
  }

  @Test func `an endless loop meets its deadline in its own row`() throws {
    let source = """
      @udf(timeout=0.5)
      def f(x: int) -> int:
        while x == 1500:
          pass
        return x
      """
    try withPool(source) { pool in
      let error = try #require(throws: UDFError.self) { try pool.rows("f", counting(2000)) }
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.contains("row 1500"))
    }
  }

  @Test func `a function that is mostly Python's is left to Python`() throws {
    let source = """
      @udf
      def f(x: int) -> int:
        if x > 10:
          return len([x])
        return x
      """
    try withPool(source) { pool in
      let found1 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found1 == 11)
      for _ in 0..<70 { _ = try pool.rows("f", counting(100)) }
      let found2 = try pool.rows("f", counting(100)).vectorizedRows
      #expect(found2 == 0)
    }
  }

  @Test func `it is tried again later`() throws {
    let source = """
      @udf
      def f(x: int) -> int:
        if x > 10:
          return len([x])
        return x
      """
    try withPool(source) { pool in
      for _ in 0..<64 { _ = try pool.rows("f", counting(100)) }
      var found: [Int] = []
      for _ in 0..<1030 { found.append(try pool.rows("f", counting(11)).vectorizedRows) }
      #expect(found[0] == 0)
      #expect(found[1023] == 0)
      #expect(found[1024] == 11)
    }
  }

  @Test func `columns of every width, with nulls, sliced, and of texts in every layout`() throws {
    let source = """
      from clutch import Int8, Int32, UInt16, Float32
      @udf
      def i(a: Int8, b: Int32, c: UInt16) -> Int32: return a + b + c
      @udf
      def x(a: Float32, b: float) -> Float32: return a * b
      @udf
      def n(a: Int8) -> Int8: return a * 2
      @udf
      def t(a: bool, b: bool | None) -> bool | None: return b if a else None
      @udf
      def s(a: str) -> str: return a.upper() + "!"
      """
    let count = 2500
    let i8 = Column((0..<count).map { $0 % 7 == 0 ? nil : Int8(truncatingIfNeeded: $0) } as [Int8?])
    let i32 = Column((0..<count).map { Int32($0 * 1000) } as [Int32?])
    let u16 = Column((0..<count).map { UInt16(truncatingIfNeeded: $0 * 31) } as [UInt16?])
    let f32 = Column((0..<count).map { Float($0) / 3 } as [Float?])
    let f64 = Column((0..<count).map { $0 == 77 ? 1e300 : Double($0) } as [Double?])
    let bools = Column((0..<count).map { $0 % 3 == 0 ? nil : $0 % 2 == 0 } as [Bool?])
    let texts = Column((0..<count).map { $0 % 11 == 0 ? nil : "text \($0)" } as [String?])
    let source2 = UDFSource("from clutch import udf\n" + source)
    let comparison = try VectorComparison(source2)
    defer { comparison.close() }
    for range in [0..<count, 3..<count, 5..<1030] {
      func sliced(_ columns: Column...) throws -> RecordBatch {
        let parts = columns.map { $0.slice(range) }
        let fields = parts.enumerated().map { Field(name: "c\($0)", type: $1.type) }
        return try RecordBatch(schema: Schema(fields), columns: parts, rowCount: range.count)
      }
      let found3 = try comparison.compareToSmallest(0, sliced(i8, i32, u16)).vectorized
      #expect(found3 > 0)
      let found4 = try comparison.compareToSmallest(1, sliced(f32, f64)).vectorized
      #expect(found4 > 0)
      let found5 = try comparison.compareToSmallest(2, sliced(i8)).vectorized
      #expect(found5 > 0)
      let found6 = try comparison.compareToSmallest(3, sliced(bools, bools)).vectorized
      #expect(found6 > 0)
      let found7 = try comparison.compareToSmallest(4, sliced(texts)).vectorized
      #expect(found7 == range.count)
    }
  }
}
