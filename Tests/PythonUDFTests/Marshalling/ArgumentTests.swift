import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct ArgumentTests {
  /// Shows arguments as Python sees them.
  private static let shown = """
    @udf
    def integer(x: int | None) -> str: return f"{type(x).__name__} {x}"
    @udf
    def float_(x: float | None) -> str: return "None" if x is None else f"{type(x).__name__} {x.hex()}"
    @udf
    def bool_(x: bool | None) -> str: return f"{type(x).__name__} {x}"
    @udf
    def text(x: str | None) -> str: return f"{type(x).__name__} {x!a}"
    @udf
    def bytes_(x: bytes | None) -> str: return f"{type(x).__name__} {x!r}"
    """

  /// An integer column with its rows in decimal.
  struct IntegerColumn: Sendable, CustomTestStringConvertible {
    let column: Column
    let rows: [String]
    var testDescription: String { column.type.description }

    init<T: FixedWidthColumnElement & FixedWidthInteger>(_ type: T.Type) {
      let values: [T] = [.min, .min + 1, 0, 1, .max - 1, .max]
      column = Column(values.map(Optional.some) + [nil])
      rows = values.map { "int \($0)" } + ["NoneType None"]
    }

    static let all = [
      IntegerColumn(Int8.self), IntegerColumn(Int16.self), IntegerColumn(Int32.self),
      IntegerColumn(Int64.self),
      IntegerColumn(UInt8.self), IntegerColumn(UInt16.self), IntegerColumn(UInt32.self),
      IntegerColumn(UInt64.self),
    ]
  }

  @Test(arguments: IntegerColumn.all)
  func `an integer column of any width arrives as int`(_ integers: IntegerColumn) async throws {
    try await withPool(of: Self.shown) { pool in
      try await pool.expect("integer", batch(integers.column), gives: integers.rows)
    }
  }

  /// A column that a `float` parameter takes, with its rows as 64-bit floats.
  struct FloatColumn: Sendable, CustomTestStringConvertible {
    let column: Column
    let rows: [Double?]
    var testDescription: String { column.type.description }

    init<T: FixedWidthColumnElement & BinaryFloatingPoint>(_ type: T.Type) {
      let values: [T] = [
        0, -0.0, 1.5, -1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .nan,
        0.1,
      ]
      column = Column(values.map(Optional.some) + [nil])
      rows = values.map { Double($0) } + [nil]
    }

    init<T: FixedWidthColumnElement & FixedWidthInteger>(integers: T.Type) {
      let values: [T] = [.min, 0, 1, .max]
      column = Column(values.map(Optional.some) + [nil])
      rows = values.map { Double($0) } + [nil]
    }

    static let all = [
      FloatColumn(Float.self), FloatColumn(Double.self),
      FloatColumn(integers: Int8.self), FloatColumn(integers: Int16.self), FloatColumn(integers: Int32.self),
      FloatColumn(integers: Int64.self), FloatColumn(integers: UInt8.self),
      FloatColumn(integers: UInt16.self),
      FloatColumn(integers: UInt32.self), FloatColumn(integers: UInt64.self),
    ]
  }

  @Test(arguments: FloatColumn.all)
  func `a number column arrives as float, bit for bit`(_ floats: FloatColumn) async throws {
    try await withPool(of: "@udf\ndef f(x: float) -> float:\n  assert type(x) is float\n  return x") { pool in
      try await pool.expect("f", batch(floats.column), givesFloats: floats.rows)
    }
  }

  @Test func `the bits of a NaN are kept`() async throws {
    let values = [0x7FF8_0000_0000_1234, 0xFFF8_0000_0000_0001, 0xFFFF_FFFF_FFFF_FFFF].map(
      Double.init(bitPattern:))
    try await withPool(of: "@udf\ndef f(x: float) -> float: return x") { pool in
      try await pool.expect("f", batch(Column(values.map(Optional.some))), givesFloats: values)
    }
  }

  @Test func `a bool column arrives as bool`() async throws {
    try await withPool(of: Self.shown) { pool in
      try await pool.expect(
        "bool_", batch(Column([true, false, nil] as [Bool?])),
        gives: ["bool True", "bool False", "NoneType None"])
    }
  }

  private static let texts = [
    "", "a", "a\0b", "\0", "é", "e\u{301}", "米", "𝛼😀", String(repeating: "x", count: 5000),
  ]

  @Test(arguments: [false, true])
  func `a text column arrives as str`(isLarge: Bool) async throws {
    try await withPool(
      of: "@udf\ndef f(x: str) -> str: return x\n@udf\ndef size(x: str) -> int: return len(x)"
    ) { pool in
      let column = try isLarge ? large(Self.texts) : Column(Self.texts.map(Optional.some))
      #expect(column.type == (isLarge ? .largeUTF8 : .utf8))
      try await pool.expect("f", batch(column), gives: Self.texts)
      try await pool.expect("size", batch(column), gives: Self.texts.map { Int64($0.unicodeScalars.count) })
    }
  }

  @Test(arguments: [false, true])
  func `a binary column arrives as bytes`(isLarge: Bool) async throws {
    let values: [[UInt8]] = [[], [0], [255, 0, 128], Array(repeating: 7, count: 3000)]
    try await withPool(
      of: "@udf\ndef f(x: bytes) -> bytes:\n  assert type(x) is bytes\n  return x"
    ) { pool in
      let column = try isLarge ? large(values) : Column(values.map(Optional.some))
      #expect(column.type == (isLarge ? .largeBinary : .binary))
      try await pool.expect("f", batch(column), gives: values)
    }
  }

  @Test(arguments: ["integer", "float_", "bool_", "text", "bytes_"])
  func `a column of nulls is taken by every type`(function: String) async throws {
    try await withPool(of: Self.shown) { pool in
      let none = function == "float_" ? "None" : "NoneType None"
      try await pool.expect(function, batch(.null(count: 40)), gives: Array(repeating: none, count: 40))
      try await pool.expect(function, batch(.null(count: 0)), gives: [] as [String?])
    }
  }

  @Test(arguments: [0, 1, 31, 32, 33, 63, 64, 65, 96, 1000])
  func `rows are neither lost nor repeated at the edges of blocks`(count: Int) async throws {
    try await withPool(
      of: """
        called = []
        @udf
        def f(x: int | None, y: str | None) -> str | None:
          called.append(x)
          return None if y is None else f"{x} {y}"
        @udf
        def calls() -> str: return repr(called)
        """
    ) { pool in
      // Nulls on both sides of each edge.
      let numbers = (0..<count).map { [31, 64].contains($0 % 96) ? nil : Int64($0) }
      let texts = (0..<count).map { [0, 32, 63].contains($0 % 96) ? nil : "text \($0)" }
      try await pool.expect(
        "f", batch(Column(numbers), Column(texts)),
        gives: zip(numbers, texts).map { x, y in y.map { "\(x.map(String.init) ?? "None") \($0)" } })
      let called = numbers.map { $0.map(String.init) ?? "None" }.joined(separator: ", ")
      try await pool.expect("calls", rows(1), gives: ["[\(called)]"])
    }
  }

  @Test func `a hundred thousand rows are as many calls`() async throws {
    try await withPool(of: "@udf\ndef f(x: int, y: str) -> int: return x * 3 + len(y)") { pool in
      let numbers = (0..<100_000).map { $0 % 7 == 3 ? nil : Int64($0) << 20 }
      let texts = (0..<100_000).map { String(repeating: "é", count: $0 % 5) }
      try await pool.expect(
        "f", batch(Column(numbers), Column(texts.map(Optional.some))),
        gives: numbers.enumerated().map { row, x in x.map { $0 * 3 + Int64(row % 5) } })
    }
  }

  @Test(arguments: [1..<2, 3..<40, 7..<8, 8..<73, 9..<9, 31..<97, 0..<100])
  func `a slice shows its own rows only`(range: Range<Int>) async throws {
    try await withPool(
      of: """
        @udf
        def f(i: int | None, d: float | None, b: bool | None, s: str | None, r: bytes | None) -> str:
          return f"{i} {d} {b} {s} {r}"
        """
    ) { pool in
      func everyFifth<T>(_ row: Int, _ value: T, from start: Int) -> T? { row % 5 == start ? nil : value }
      let whole = try batch(
        Column((0..<100).map { everyFifth($0, Int16($0), from: 0) }),
        Column((0..<100).map { everyFifth($0, Float($0) / 2, from: 1) }),
        Column((0..<100).map { everyFifth($0, $0 % 3 == 0, from: 2) }),
        Column((0..<100).map { everyFifth($0, "é\($0)", from: 3) }),
        Column((0..<100).map { everyFifth($0, Array("\($0)".utf8), from: 4) }))
      func shown(_ row: Int) -> String {
        [
          everyFifth(row, "\(row)", from: 0), everyFifth(row, "\(Double(row) / 2)", from: 1),
          everyFifth(row, row % 3 == 0 ? "True" : "False", from: 2), everyFifth(row, "é\(row)", from: 3),
          everyFifth(row, "b'\(row)'", from: 4),
        ].map { $0 ?? "None" }.joined(separator: " ")
      }
      try await pool.expect("f", whole.slice(range), gives: range.map(shown))
      if range.count > 3 {
        let inner = 1..<range.count - 1
        try await pool.expect(
          "f", whole.slice(range).slice(inner), gives: inner.map { shown($0 + range.lowerBound) })
      }
    }
  }

  @Test func `text that is not UTF-8 fails its row only when it is read`() async throws {
    let broken = try Column(
      type: .utf8, count: 3,
      buffers: [Buffer(copying: [0, 1, 2, 3] as [Int32]), Buffer(copying: [0x61, 0xFF, 0x62] as [UInt8])])
    try await withPool(of: "@udf\ndef f(n: int, x: str) -> str: return x") { pool in
      let one = Column([1, 1, 1] as [Int64?])
      let error = try await pool.failure(of: "f", batch(one, broken))
      #expect(error.code == .rowFailed)
      #expect(error.row?.index == 1)
      #expect(
        error.message == """
          UDF f failed at row 1 of its batch (n=1): an argument cannot be made: UnicodeDecodeError: 'utf-8' codec \
          can't decode byte 0xff in position 0: invalid start byte
          """)
      try await pool.expect("f", batch(one, broken).slice(2..<3), gives: ["b"])
    }
  }
}

private func large(_ texts: [String]) throws -> Column {
  var builder = LargeStringBuilder()
  for text in texts { try builder.append(text) }
  return builder.finish()
}

private func large(_ values: [[UInt8]]) throws -> Column {
  var builder = LargeBinaryBuilder()
  for value in values { try builder.append(value) }
  return builder.finish()
}
