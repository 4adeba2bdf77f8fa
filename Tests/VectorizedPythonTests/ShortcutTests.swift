import Columnar
import Functions
import PythonUDF
import Testing

/// Ways that programs take for what is common, which must give what the general ones give.
@Suite(.timeLimit(.minutes(30))) struct ShortcutTests {
  /// Compares functions, on the whole of a batch and on slices of it that begin within a byte of the nulls' bits.
  private static func compare(_ functions: String, _ columns: [Column], vectorized: Bool = true) throws {
    let comparison = try VectorComparison(UDFSource("from clutch import udf\n" + functions))
    defer { comparison.close() }
    let count = columns[0].count
    for function in functions.matches(of: /@udf/).indices {
      for range in [0..<count, 3..<count, 13..<count - 2, 8..<count, 0..<min(count, 5), 1_020..<min(count, 1_030)] {
        guard range.upperBound <= count, !range.isEmpty else { continue }
        let slices = columns.map { $0.slice(range) }
        let fields = slices.enumerated().map { Field(name: "c\($0)", type: $1.type) }
        let batch = try RecordBatch(schema: Schema(fields), columns: slices, rowCount: range.count)
        let seen = try comparison.compareToSmallest(function, batch)
        if vectorized { #expect(seen.vectorized > 0, "function \(function), rows \(range)") }
      }
    }
  }

  private static let count = 3_000

  @Test func `constants that are ints compare with floats as ints do`() throws {
    let edges: [Double] = [
      .nan, .infinity, -.infinity, 0, -0.0, 0.5, -0.5, 7, 7.000000000000001, 6.999999999999999, 0x1p53, 0x1p53 + 2,
      -0x1p53,
      0x1p63, -0x1p63, 1e300, .leastNonzeroMagnitude,
    ]
    let column = Column((0..<Self.count).map { $0 % 11 == 3 ? nil : edges[$0 % edges.count] })
    var functions = ""
    for constant in ["0", "7", "-7", "2**53", "2**53 + 1", "-(2**53)", "2**62", "True"] {
      functions += """
        @udf
        def f(x: float) -> int:
          c = \(constant)
          return (x < c) + 2 * (x <= c) + 4 * (x > c) + 8 * (x >= c) + 16 * (x == c) + 32 * (x != c) \\
            + 64 * (c < x) + 128 * (c <= x) + 256 * (c == x) + 512 * (0 <= x < c)

        """.replacing("def f", with: "def f\(functions.count)")
    }
    try Self.compare(functions, [column])
  }

  @Test func `powers of two divide ints of both signs, and rounding is down`() throws {
    let edges: [Int64] = [0, 1, -1, 2, -2, 3, -3, 63, 64, -64, -65, .max, .min, .min + 1, 1 << 62, -(1 << 62)]
    let column = Column((0..<Self.count).map { $0 % 7 == 5 ? nil : edges[$0 % edges.count] })
    var functions = ""
    for divisor in ["1", "2", "64", "2**62", "True", "-2", "3"] {
      functions += """
        @udf
        def f\(functions.count)(x: int) -> int:
          n = x
          n //= \(divisor)
          return (n ^ (x % \(divisor))) if x > -5 else x % \(divisor)

        """
    }
    try Self.compare(functions, [column])
  }

  @Test func `one character for another, in texts of all lengths, with others beside them`() throws {
    let pieces = [
      "", "-", "a-b", "--", "no dash at all, of some length", "ü-ö-\u{1F600}-", "0123456-", "-0123456789abcdef-",
    ]
    let texts = Column(
      (0..<Self.count).map { $0 % 13 == 6 ? nil : String(repeating: pieces[$0 % pieces.count], count: $0 % 5) })
    try Self.compare(
      """
      @udf
      def one(s: str) -> str: return s.replace("-", "_")
      @udf
      def none(s: str) -> str: return s.replace("x", "y")
      @udf
      def longer(s: str) -> str: return s.replace("-", "--")
      @udf
      def after(s: str) -> str: return s.strip("-").replace("-", " ").strip()
      @udf
      def many(s: str) -> str: return (s + "-").replace("-", "+").replace("+", "-").upper().lower().title()
      @udf
      def maybe(s: str | None) -> str | None: return None if s is None or s == "" else s.replace("-", ".")
      """, [texts])
  }

  @Test func `texts of a chunk that do not fit into one block of memory`() throws {
    let texts = Column((0..<1_100).map { String(repeating: $0 % 2 == 0 ? "Ab-" : " z ", count: 100 + $0) as String? })
    try Self.compare(
      """
      @udf
      def f(s: str) -> str: return s.strip().lower().replace("-", "_").upper()
      @udf
      def g(s: str) -> str: return s.lower()[:300] + s.upper()[:200]
      """, [texts])
  }

  @Test func `nulls of several columns, and of none, with rows that Python runs among them`() throws {
    let one = Column((0..<Self.count).map { $0 % 3 == 1 ? nil : Int64($0) })
    let other = Column((0..<Self.count).map { $0 % 5 == 2 ? nil : Double($0) / 3 })
    let whole = Column((0..<Self.count).map { Int64($0 % 17 == 0 ? 0 : $0) as Int64? })
    try Self.compare(
      """
      @udf
      def total(a: int, b: float, c: int) -> float: return a + b * c
      @udf
      def rest(a: int, b: float, c: int) -> int: return a % c if b > 0 else c
      @udf
      def flag(a: int, b: float, c: int) -> bool: return a > c or b > 10
      @udf
      def label(a: int, b: float, c: int) -> str: return str(a) if c > 20 else "few"
      @udf
      def some(a: int | None, b: float | None, c: int) -> int | None:
        if a is None: return None
        if b is None: return c
        return 2 ** 62 + a * c * c * 10 ** 9 if a % 40 == 0 else a
      """, [one, other, whole])
    try Self.compare("@udf\ndef f(c: int) -> int: return c * c - 1", [whole])
  }
}
