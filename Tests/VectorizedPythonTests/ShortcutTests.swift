import Columnar
import Functions
import PythonUDF
import Testing

@testable import VectorizedPython

/// Ways that programs take for what is common, which must give what the general ones give.
@Suite(.timeLimit(.minutes(30))) struct ShortcutTests {
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
    try compareTiers(functions, [column])
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
    try compareTiers(functions, [column])
  }

  @Test func `one character for another, in texts of all lengths, with others beside them`() throws {
    let pieces = [
      "", "-", "a-b", "--", "no dash at all, of some length", "ü-ö-\u{1F600}-", "0123456-", "-0123456789abcdef-",
    ]
    let texts = Column(
      (0..<Self.count).map { $0 % 13 == 6 ? nil : String(repeating: pieces[$0 % pieces.count], count: $0 % 5) })
    try compareTiers(
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
    try compareTiers(
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
    try compareTiers(
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
    try compareTiers("@udf\ndef f(c: int) -> int: return c * c - 1", [whole])
  }

  @Test func `spaces around texts of all lengths, eight bytes at once`() throws {
    let spaces = Array(" \t\n\u{0B}\u{0C}\r\u{1C}\u{1D}\u{1E}\u{1F}")
    // What is next to spaces in ASCII, and what looks like one in the lower half of a byte.
    let others = Array("\u{08}\u{0E}\u{1B}!\u{00}\u{7F}aZ(\u{89}é\u{A0}\u{2003}")
    let texts = (0..<Self.count).map { row -> String? in
      guard row % 19 != 7 else { return nil }
      let (before, inside, after) = (row % 11, row / 11 % 14, row / 154 % 12)
      func some(_ from: [Character], _ count: Int, _ salt: Int) -> String {
        String((0..<count).map { from[(row + $0 * 3 + salt) % from.count] })
      }
      return some(spaces, before, 0) + some(row % 3 == 0 ? others : Array("ab c"), inside, 1) + some(spaces, after, 2)
    }
    let functions = """
      @udf
      def both(s: str) -> str: return s.strip()
      @udf
      def one(s: str) -> str: return s.lstrip() + "|" + s.rstrip()
      @udf
      def length(s: str) -> int: return len(s) * 100 + len(s.strip())

      """
    try compareTiers(functions, [Column(texts)])
    try compareTiers(functions, [Column(texts.map { $0?.filter(\.isASCII) })])
  }

  @Test func `numbers of texts of all lengths, with a wrong character in each place`() throws {
    var texts: [String?] = ["", "-", "+", nil, "000000000000000000", "-0", "+0000000000000000001"]
    for length in 1...20 {
      let digits = String("98765432109876543210".prefix(length))
      texts += [digits, "-" + digits, "+" + digits, String(repeating: "9", count: length)]
      for place in 0..<length {
        for other in ["/", ":", "-", " ", "_", "p", "\u{00}", "é", "\u{660}", "\u{FF}"] {
          var wrong = Array(digits).map(String.init)
          wrong[place] = other
          texts.append(wrong.joined())
        }
      }
    }
    try compareTiers(
      """
      @udf
      def number(s: str) -> int:
        try:
          return int(s)
        except ValueError:
          return -7
      """, [Column(texts)], vectorized: false)
    try compareTiers(
      """
      @udf
      def strict(s: str) -> int: return int(s) if s.isdigit() else -1
      """, [Column(texts)])
  }

  @Test func `beginnings and ends of all lengths are compared byte by byte`() throws {
    let whole = "abcdefghijklmnopqrstuvwxyz"
    var texts: [String?] = []
    var parts: [String?] = []
    for length in 0...20 {
      for change in 0...length {
        for isEnd in [false, true] {
          var part = Array(isEnd ? whole.suffix(length) : whole.prefix(length))
          if change < length { part[change] = "_" }
          for text in [whole, String(part), String(whole.prefix(5)), "é" + whole] {
            texts.append(text)
            parts.append(String(part))
          }
        }
      }
    }
    try compareTiers(
      """
      @udf
      def compare(s: str, t: str) -> int:
        return s.startswith(t) + 2 * s.endswith(t) + 4 * (s == t) + 8 * (s != t) + 16 * (s < t) + 32 * (t in s)
      @udf
      def without(s: str, t: str) -> str: return s.removeprefix(t) + "|" + s.removesuffix(t)
      @udf
      def constant(s: str, t: str) -> int: return s.startswith("abc") + 2 * t.endswith("wxyz") + 4 * (t == "abcdefgh")
      """, [Column(texts), Column(parts)])
  }

  @Test func `offsets that are wrong are no texts`() throws {
    // What a file or another process may hold: they are read only if they are in order and inside.
    for offsets: [Int32] in [[0, 4, 2, 8], [0, .max, -2, 8], [-1, 2, 4, 8], [0, 2, 4, 9], [2, 3, 1, 0]] {
      let lanes = Lanes(registers: 2, exits: 0, hasTexts: true)
      let filled = "abcdefgh".utf8.withContiguousStorageIfAvailable { bytes in
        offsets.withUnsafeBufferPointer { offsets in
          offsets.baseAddress.flatMap { Texts(lanes, 0).fill(0..<3, $0, UnsafeRawBufferPointer(bytes)) }
        }
      }
      #expect(filled == .some(nil), "\(offsets)")
    }
  }
}
