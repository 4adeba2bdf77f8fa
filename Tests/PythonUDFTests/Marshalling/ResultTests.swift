import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct ResultTests {
  @Test func `integers of every size come back as they are`() async throws {
    // The edges of CPython's digits of 30 bits, of both signs, and of the column.
    var expected: [Int64] = [0, 255, 256, 257, -5, -6, .max, .min, .max - 1, .min + 1]
    for power in [15, 29, 30, 31, 32, 59, 60, 61, 62] {
      let value = Int64(1) << Int64(power)
      expected += [value - 1, value, value + 1, -value - 1, -value, -value + 1]
    }
    let list = expected.map { String($0) }.joined(separator: ", ")
    try await withPool(of: "values = [\(list)]\n@udf\ndef f(row: int) -> int: return values[row]") { pool in
      try await pool.expect("f", integers(expected.indices.map { Int64($0) }), gives: expected)
    }
    // The same made by arithmetic, so that no result is a constant of the file.
    try await withPool(of: "@udf\ndef f(x: int) -> int: return -(-x - 1) - 1") { pool in
      try await pool.expect("f", integers(expected), gives: expected)
    }
  }

  @Test(arguments: [
    ("True", 1), ("False", 0), ("Number(7)", 7), ("Number(2**40)", 1 << 40), ("Number(-2**63)", Int64.min),
    ("Level.HIGH", 3), ("2**63 - 1", .max), ("-2**63", .min),
  ])
  func `an instance of a subclass of int is an int`(expression: String, expected: Int64) async throws {
    try await withPool(
      of: """
        import enum
        class Number(int): pass
        class Level(enum.IntEnum): HIGH = 3
        @udf
        def f() -> int: return \(expression)
        """
    ) { pool in try await pool.expect("f", rows(2), gives: [expected, expected]) }
  }

  @Test(arguments: [
    ("3", 3), ("-1", -1), ("-1.0", -1), ("True", 1), ("Real(2.5)", 2.5), ("2**53 + 1", 9_007_199_254_740_992),
    ("1e308 * 10", .infinity), ("-0.0", -0.0), ("10**300", 1e300),
  ])
  func `a number is a float`(expression: String, expected: Double) async throws {
    try await withPool(of: "class Real(float): pass\n@udf\ndef f() -> float: return \(expression)") { pool in
      try await pool.expect("f", rows(2), givesFloats: [expected, expected])
    }
  }

  @Test func `NaN is a float and no null`() async throws {
    try await withPool(of: "@udf\ndef f() -> float: return float('nan')") { pool in
      let result = try await pool.call("f", rows(1))
      #expect(result.nullCount == 0)
      let value = try #require(result.toArray(of: Double.self)[0])
      #expect(value.isNaN)
    }
  }

  @Test(arguments: [
    ("''", ""), ("'a\\0b'", "a\0b"), ("'\\U0001d6fc'", "𝛼"), ("Text('é')", "é"),
    ("'x' * 100_000", String(repeating: "x", count: 100_000)),
  ])
  func `text is text`(expression: String, expected: String) async throws {
    try await withPool(of: "class Text(str): pass\n@udf\ndef f() -> str: return \(expression)") { pool in
      try await pool.expect("f", rows(2), gives: [expected, expected])
    }
  }

  @Test(
    arguments: [
      ("b''", []), ("b'a\\0b'", [97, 0, 98]), ("bytearray(b'ab')", [97, 98]),
      ("memoryview(b'abcd')[1:3]", [98, 99]),
      ("memoryview(b'abcdef')[::2]", [97, 99, 101]), ("Raw(b'z')", [122]), ("bytearray()", []),
    ] as [(String, [UInt8])])
  func `what holds bytes is bytes`(expression: String, expected: [UInt8]) async throws {
    try await withPool(of: "class Raw(bytes): pass\n@udf\ndef f() -> bytes: return \(expression)") { pool in
      try await pool.expect("f", rows(2), gives: [expected, expected])
    }
  }

  /// A value that does not go into its column, returned in row 33 only.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let type: String
    let expression: String
    let reason: String
    var testDescription: String { "\(expression) as \(type)" }

    init(_ type: String, _ expression: String, _ reason: String) {
      self.type = type
      self.expression = expression
      self.reason = reason
    }

    static let all: [Refusal] = [
      Refusal(
        "int", "2**63", "it returned 9223372036854775808 of type int, which does not fit a 64-bit integer"),
      Refusal(
        "int", "-2**63 - 1",
        "it returned -9223372036854775809 of type int, which does not fit a 64-bit integer"),
      Refusal("int", "10**5000", "it returned <int object> of type int, which does not fit a 64-bit integer"),
      Refusal("int", "1.0", "it returned 1.0 of type float, expected int or None"),
      Refusal("int", "'1'", "it returned '1' of type str, expected int or None"),
      Refusal("int", "[1]", "it returned [1] of type list, expected int or None"),
      Refusal("int", "Odd()", "it returned <udf_file.Odd object> of type udf_file.Odd, expected int or None"),
      Refusal("float", "'1.5'", "it returned '1.5' of type str, expected float or None"),
      Refusal("float", "1j", "it returned 1j of type complex, expected float or None"),
      Refusal(
        "float", "10**400",
        "it returned 1\(String(repeating: "0", count: 98))… of type int, which does not fit a 64-bit float"),
      Refusal("bool", "1", "it returned 1 of type int, expected bool or None"),
      Refusal("bool", "0", "it returned 0 of type int, expected bool or None"),
      Refusal("bool", "''", "it returned '' of type str, expected bool or None"),
      Refusal("str", "b'a'", "it returned b'a' of type bytes, expected str or None"),
      Refusal("str", "3", "it returned 3 of type int, expected str or None"),
      Refusal(
        "str", "'a\\udc80'",
        "it returned 'a\\udc80' of type str, which does not fit UTF-8 text: it has a lone surrogate"),
      Refusal("bytes", "'a'", "it returned 'a' of type str, expected bytes or None"),
      Refusal("bytes", "3", "it returned 3 of type int, expected bytes or None"),
      Refusal("bytes", "[1, 2]", "it returned [1, 2] of type list, expected bytes or None"),
    ]
  }

  @Test(arguments: Refusal.all)
  func `a value that does not go into its column is refused with its row`(_ refusal: Refusal) async throws {
    try await withPool(
      of: """
        class Odd:
          def __repr__(self): raise ValueError("no text")
          def __int__(self): return 1
        @udf
        def f(x: int) -> \(refusal.type): return \(refusal.expression) if x == 33 else None
        """
    ) { pool in
      let numbers = (0..<40).map { Int64($0) }
      let error = try await pool.failure(of: "f", integers(numbers))
      #expect(error.code == .wrongResult)
      #expect(error.row?.function == "f")
      #expect(error.row?.index == 33)
      #expect(error.row?.arguments == ["x=33"])
      #expect(error.message == "UDF f failed at row 33 of its batch (x=33): \(refusal.reason)")
      #expect(error.exception == nil)
      // The interpreter can still be used.
      let result = try await pool.call("f", integers([1]))
      #expect(result.nullCount == 1)
    }
  }
}
