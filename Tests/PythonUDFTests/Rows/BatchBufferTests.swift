import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import Testing

/// Columns as buffers of numbers, and buffers as results.
@Suite(.timeLimit(.minutes(30))) struct BatchBufferTests {
  private static let prelude = """
    import array
    from clutch import *
    def error(body):
      try: return body()
      except Exception as error: return f"{type(error).__name__}: {error}"

    """

  private func seen(_ type: String, _ column: Column, _ expression: String) async throws -> String {
    let source = """
      \(Self.prelude)
      @udf(batch=True)
      def f(x: Column[\(type)]) -> list[str]: return [str((\(expression)))] * len(x)
      """
    return try await withPool(UDFSource(source)) {
      try await $0.call("f", batch(column)).toArray(of: String.self)[0] ?? ""
    }
  }

  // MARK: Arguments

  @Test(arguments: [
    ("int", Column([1, -2] as [Int64?]), "q 8 [1, -2]"), ("int", Column([1, -2] as [Int32?]), "q 8 [1, -2]"),
    ("int", Column([1, nil, 3] as [Int64?]), "q 8 [1, 0, 3]"), ("int", Column([1, nil] as [UInt16?]), "q 8 [1, 0]"),
    ("int", Column([UInt64(5)]), "q 8 [5]"), ("int", .null(count: 2), "q 8 [0, 0]"),
    ("Int8", Column([1, -2] as [Int8?]), "b 1 [1, -2]"), ("UInt8", Column([1, 255] as [UInt8?]), "B 1 [1, 255]"),
    ("Int16", Column([-2] as [Int16?]), "h 2 [-2]"), ("UInt16", Column([2] as [UInt16?]), "H 2 [2]"),
    ("Int32", Column([-2] as [Int32?]), "i 4 [-2]"), ("UInt32", Column([2] as [UInt32?]), "I 4 [2]"),
    ("Int32", Column([-2, nil] as [Int64?]), "i 4 [-2, 0]"),
    ("UInt64", Column([UInt64.max]), "Q 8 [18446744073709551615]"),
    ("float", Column([0.5, nil] as [Double?]), "d 8 [0.5, 0.0]"),
    ("float", Column([1, nil] as [Int64?]), "d 8 [1.0, 0.0]"),
    ("float", Column([0.5] as [Float?]), "d 8 [0.5]"), ("Float32", Column([0.5] as [Float?]), "f 4 [0.5]"),
    ("Float32", Column([0.1] as [Double?]), "f 4 [0.10000000149011612]"),
    ("bool", Column([true, nil, false] as [Bool?]), "? 1 [True, False, False]"),
  ])
  func `a column of numbers is a buffer of its own type, with 0 for nulls`(
    type: String, column: Column, expected: String
  ) async throws {
    let found = try await seen(type, column, "(lambda m: f'{m.format} {m.itemsize} {m.tolist()}')(memoryview(x))")
    #expect(found == expected)
    let slice = column.slice(1..<column.count)
    let rest = try await seen(type, column, "memoryview(x[1:]).tolist() == memoryview(x)[1:].tolist()")
    #expect(rest == "True")
    if slice.count > 0 {
      let offset = try await seen(type, slice, "memoryview(x).tolist() == [v or 0 for v in x]")
      #expect(offset == "True" || type == "Float32")
    }
  }

  @Test(arguments: [
    ("memoryview(x)[::2].tolist(), memoryview(x[::2]).tolist()", "([1, 3], [1, 3])"),
    ("memoryview(x[::-1]).tolist(), memoryview(x[::-1]).strides", "([4, 3, 2, 1], (-8,))"),
    (
      "memoryview(x).shape, memoryview(x).readonly, memoryview(x).contiguous, memoryview(x).ndim",
      "((4,), True, True, 1)"
    ),
    ("sum(memoryview(x)), memoryview(x)[-1], memoryview(x).obj is x", "(10, 4, True)"),
    ("memoryview(x).cast('B')[0], bytes(x[:1]), len(bytes(x))", "(1, b'\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00', 32)"),
    ("array.array('q', memoryview(x)).tolist(), array.array('q', bytes(x)).tolist()", "([1, 2, 3, 4], [1, 2, 3, 4])"),
    ("memoryview(x[:0]).tolist(), memoryview(x[4:]).nbytes, memoryview(x[1::5]).tolist()", "([], 0, [2])"),
    ("error(lambda: bytes(memoryview(x)[::2])) == bytes(x[0:1]) + bytes(x[2:3])", "True"),
    ("error(lambda: (lambda: None)() or memoryview(x).__setitem__(0, 1))", "TypeError: cannot modify read-only memory"),
    (
      "error(lambda: __import__('io').BytesIO(b'1234').readinto(x))",
      "TypeError: readinto() argument must be read-write bytes-like object, not clutch.Column"
    ),
    (
      "error(lambda: __import__('hashlib').md5(x[::2]).digest())",
      "BufferError: these rows of a column do not lie one after the other; take them as a memoryview"
    ),
  ])
  func `a buffer is as memoryview has it`(expression: String, expected: String) async throws {
    #expect(try await seen("int", Column([1, 2, 3, 4] as [Int64?]), expression) == expected)
  }

  @Test(arguments: [
    (
      "str", Column(["a"] as [String?]),
      "BufferError: a column of str has no buffer, as numbers and bool have; index it, or make a list with to_list()"
    ),
    ("int", Column([UInt64.max]), "BufferError: a value of the column does not fit a 64-bit integer"),
    ("Int8", Column([300] as [Int64?]), "BufferError: a value of the column does not fit an 8-bit integer"),
    ("Float32", Column([1e300] as [Double?]), "BufferError: a value of the column does not fit a 32-bit float"),
  ])
  func `what is no buffer of numbers says so`(type: String, column: Column, expected: String) async throws {
    #expect(try await seen(type, column, "error(lambda: memoryview(x))") == expected)
  }

  // MARK: What is kept

  @Test func `a buffer that is kept stays as it was`() async throws {
    let source = """
      \(Self.prelude)
      kept = []
      @udf(batch=True)
      def f(x: Column[int], y: Column[bool], z: Column[float]) -> list[int]:
        kept.extend([memoryview(x), memoryview(x[1:])[::2], memoryview(y), memoryview(z), memoryview(x[::-1]).tolist])
        return memoryview(x)
      @udf
      def sums() -> str: return str([sum(m) for m in kept[:4]] + [kept[4]()[-1]])
      @udf
      def drop() -> int: kept.clear()
      @udf
      def shown() -> str: return repr(kept[0].obj)
      """
    try await withPool(UDFSource(source)) { pool in
      for round in 1...20 {
        do {
          // Memory that is given back when the batch goes, and then overwritten.
          let count = 10_000
          let numbers = Column((0..<count).map { Optional(Int64($0 + round)) })
          let bools = Column((0..<count).map { Optional($0 % 2 == 0) })
          let floats = Column((0..<count).map { $0 % 2 == 0 ? nil : Optional(1.0) })
          let result = try await pool.call("f", batch(numbers, bools, floats))
          #expect(try result.logicalRows() == numbers.logicalRows())
        }
        let garbage = (0..<8).map { Column([Int64](repeating: Int64(-$0), count: 10_000).map(Optional.some)) }
        let found = try await pool.call("sums", rows(1)).toArray(of: String.self)
        let sum = 10_000 * round + 49_995_000
        let odd = 5_000 * round + 25_000_000
        #expect(found == ["[\(sum), \(odd), 5000, 5000.0, \(round)]"])
        let shown = try await pool.call("shown", rows(1)).toArray(of: String.self)
        #expect(shown == ["<clutch.Column 'x' of a call that is over>"])
        _ = try await pool.call("drop", rows(1))
        #expect(garbage.count == 8)
      }
    }
  }

  @Test func `what is kept counts for the memory limit, and not when it is let go`() async throws {
    let source = """
      \(Self.prelude)
      kept = []
      @udf(batch=True, memory="64MB")
      def f(x: Column[int]) -> list[int]:
        kept.append(memoryview(x))
        return x
      @udf
      def drop() -> int: return kept.clear() or bytearray(1) and 1
      """
    try await withPool(UDFSource(source)) { pool in
      let megabyte = try batch(Column((0..<131_072).map { Optional(Int64($0)) }))
      let before = pool.memoryUsage[0].current
      let error = try await #require(throws: UDFError.self) {
        for _ in 0..<100 { _ = try await pool.call("f", megabyte) }
      }
      #expect(error.code == .memoryExceeded, "\(error)")
      #expect(pool.memoryUsage[0].current > before + 32 << 20)
      _ = try await pool.call("drop", rows(1))
      #expect(pool.memoryUsage[0].current < before + 4 << 20)
      _ = try await pool.call("f", megabyte)
    }
  }

  // MARK: Results

  @Test(arguments: [
    ("int", "array.array('q', [7, 8, 9])", ["7", "8", "9"]), ("int", "array.array('l', [7, 8, 9])", ["7", "8", "9"]),
    ("int", "array.array('i', [7, -8, 9])", ["7", "-8", "9"]), ("int", "bytearray(b'abc')", ["97", "98", "99"]),
    ("UInt8", "bytearray(b'abc')", ["97", "98", "99"]), ("UInt8", "memoryview(b'abc')", ["97", "98", "99"]),
    ("UInt8", "memoryview(b'abcdef')[::2]", ["97", "99", "101"]),
    ("int", "memoryview(array.array('q', [1, 2, 3]))[::-1]", ["3", "2", "1"]),
    ("float", "array.array('d', [0.5, 1, 2])", ["0.5", "1.0", "2.0"]),
    ("float", "array.array('q', [1, 2, 3])", ["1.0", "2.0", "3.0"]),
    ("float", "array.array('f', [0.5, 1, 2])", ["0.5", "1.0", "2.0"]),
    ("Float32", "array.array('f', [0.5, 1, 2])", ["0.5", "1.0", "2.0"]),
    ("Float32", "array.array('d', [0.5, 1, 2])", ["0.5", "1.0", "2.0"]),
    ("Int16", "array.array('h', [1, -2, 3])", ["1", "-2", "3"]),
    ("UInt32", "array.array('I', [1, 2, 3])", ["1", "2", "3"]),
    ("UInt64", "array.array('Q', [1, 2, 2**64 - 1])", ["1", "2", "18446744073709551615"]),
    ("bool", "memoryview(b'\\x01\\x00\\x02').cast('?')", ["true", "false", "true"]),
    ("Int8", "memoryview(b'\\xff\\x00\\x02').cast('b')", ["-1", "0", "2"]),
    ("int", "memoryview(x)", ["1", "0", "3"]), ("int", "x", ["1", "null", "3"]),
    ("int", "x[::-1]", ["3", "null", "1"]),
    ("float", "x", ["1.0", "null", "3.0"]), ("int", "iter(x)", ["1", "null", "3"]),
    ("int", "x[:]", ["1", "null", "3"]),
    ("str", "[str(v) for v in x]", ["\"1\"", "\"None\"", "\"3\""]),
  ])
  func `a result may be a buffer or a column`(type: String, value: String, expected: [String]) async throws {
    for options in ["", ", rows=2"] where options.isEmpty || value.hasPrefix("x") {
      let source = Self.prelude + "@udf(batch=True\(options))\ndef f(x: Column[int]) -> list[\(type)]: return \(value)"
      try await withPool(UDFSource(source)) { pool in
        let found = try await pool.outcomes("f", integers([1, nil, 3]))
        if options.isEmpty {
          #expect(found == expected)
        } else {
          #expect(found.count == 3 && found[1] == expected[1] || value == "x[::-1]")
        }
      }
    }
  }

  @Test(arguments: [
    ("int", "array.array('d', [1, 2.5, 3])", "TypeError: it returned 1.0 of type float, expected int or None"),
    (
      "Int8", "array.array('q', [300, 300, 300])",
      "ValueError: it returned 300 of type int, which does not fit an 8-bit integer"
    ),
    (
      "Int8", "memoryview(bytes([255] * 3))",
      "ValueError: it returned 255 of type int, which does not fit an 8-bit integer"
    ),
    ("bool", "bytearray(3)", "TypeError: it returned 0 of type int, expected bool or None"),
    ("int", "array.array('q', [1, 2])", "ValueError: it returned 2 values for 3 rows"),
    ("int", "bytearray(5)", "ValueError: it returned 5 values for 3 rows"),
    ("int", "x[1:]", "ValueError: it returned 2 values for 3 rows"),
    (
      "int", "memoryview(bytes(48)).cast('q', (2, 3))",
      "TypeError: it returned a buffer of 2 dimensions, expected one of one"
    ),
    ("int", "b'abc'", "TypeError: it returned b'abc' of type bytes, expected a list with a value for each row"),
    ("int", "released", "ValueError: operation forbidden on released memoryview object"),
    ("int", "Broken()", "ZeroDivisionError: "),
    ("str", "array.array('q', [1, 2, 3])", "TypeError: it returned 1 of type int, expected str or None"),
    ("str", "x", "TypeError: it returned 1 of type int, expected str or None"),
  ])
  func `what does not fit is refused, and never taken for something else`(
    type: String, value: String, problem: String
  ) async throws {
    let source = """
      \(Self.prelude)
      released = memoryview(b"abc")
      released.release()
      class Broken:
        def __buffer__(self, flags): return 1 // 0
      @udf(batch=True)
      def f(x: Column[int]) -> list[\(type)]: return \(value)
      """
    try await withPool(UDFSource(source)) { pool in
      let found = try await pool.outcomes("f", integers([1, 1, 1]))
      #expect(found[0].hasPrefix(problem), "\(found)")
    }
  }

  @Test func `a text column that is given back is the engine's own`() async throws {
    let source = Self.prelude + "@udf(batch=True)\ndef f(x: Column[str]) -> Column[str]: return x[1:3]"
    try await withPool(UDFSource(source)) { pool in
      let texts = Column(["a", "b", nil, "d"] as [String?])
      let error = try await #require(throws: UDFError.self) { try await pool.call("f", batch(texts)) }
      #expect(error.message.hasSuffix("it returned 2 values for 4 rows"))
    }
    let same = Self.prelude + "@udf(batch=True)\ndef f(x: Column[str], y: Column[str]) -> Column[str]: return y"
    try await withPool(UDFSource(same)) { pool in
      let texts = Column(["a", "b", nil, "d"] as [String?]).slice(1..<4)
      let found = try await pool.call("f", batch(Column(["x", "y", "z"] as [String?]), texts))
      #expect(try found.logicalRows() == ["\"b\"", "null", "\"d\""])
      try found.validate(.full)
    }
  }

  @Test func `arrays and buffers of other objects are taken as they are at the end of the call`() async throws {
    let source = """
      \(Self.prelude)
      class Own:
        def __init__(self, x): self.data = array.array("q", x)
        def __buffer__(self, flags): return memoryview(self.data)
        def __iter__(self): raise ValueError("the buffer counts")
      @udf(batch=True)
      def f(x: Column[int]) -> list[int]: return Own(x)
      """
    try await withPool(UDFSource(source)) { pool in
      let found = try await pool.call("f", integers([1, 2, 3]))
      #expect(try found.logicalRows() == ["1", "2", "3"])
    }
  }

  @Test func `nothing is lost from call to call`() async throws {
    let source = """
      \(Self.prelude)
      last = []
      @udf(batch=True)
      def f(x: Column[int], y: Column[str]) -> Column[int]:
        last[:] = [memoryview(x), x[1:], iter(y), y[::-1], x, x[::2].to_list()]
        return memoryview(x) if x[0] else x
      """
    try await withPool(UDFSource(source)) { pool in
      let numbers = Column((1...100).map { Optional(Int64($0)) })
      let texts = Column((1...100).map { Optional("\($0)") })
      let arguments = try batch(numbers, texts)
      let lost = try await growth(noise: 4_096) { _ in
        for _ in 0..<300 { _ = try await pool.call("f", arguments) }
        return Int64(pool.memoryUsage[0].current)
      }
      #expect(lost.last.map { abs($0) <= 4_096 } == true, "\(lost)")
    }
  }
}
