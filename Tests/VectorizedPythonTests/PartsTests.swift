import Columnar
import Testing

/// Texts that are split, of which programs make no list.
@Suite(.timeLimit(.minutes(30))) struct PartsTests {
  private static let lines: Column = {
    let pieces = ["", "a", ",", ",,", "b c", " ", "aa", "aaa", "é,ü", "x=1", "\u{1F600}", "1,2,3", "\t\n", "-", ";"]
    var texts: [String?] = [nil]
    for one in pieces { for other in pieces { texts += [one + other, one + "," + other, " " + one + other + " "] } }
    return Column(texts)
  }()

  @Test func `parts by an index, from both ends, with and without a limit`() throws {
    var functions = ""
    for method in ["split", "rsplit"] {
      for separator in ["','", "'aa'", "' '", "None", "'é'"] {
        for most in ["", ", 0", ", 1", ", 2", ", -1", ", maxsplit=1"] {
          for index in [0, 1, 2, -1, -2] {
            functions += """
              @udf
              def f\(functions.count)(s: str) -> str: return s.\(method)(\(separator)\(most))[\(index)]

              """
          }
        }
      }
    }
    try compareTiers(functions, [Self.lines], vectorized: false)
  }

  @Test func `parts as variables, their number, one among them, and a loop over them`() throws {
    try compareTiers(
      """
      @udf
      def number(s: str) -> int:
        parts = s.split(",")
        return len(parts) * 1000 + len(s.split()) * 100 + len(s.split(",", 1)) * 10 + len(s.rsplit("aa"))
      @udf
      def inside(s: str) -> int: return ("a" in s.split(",")) + 2 * ("" not in s.split(",")) + 4 * (s in s.split("-"))
      @udf
      def longest(s: str) -> str:
        best = ""
        for part in s.split(","):
          if len(part) > len(best): best = part
        else:
          best += "!"
        return best
      @udf
      def stops(s: str) -> str:
        for word in s.split():
          s = "changed"
          if word == "c": break
          if word > "x": return word
        else:
          return "none of " + s
        return "c in " + s
      @udf
      def truth(s: str) -> str:
        parts = s.split()
        if not parts: return "nothing"
        return parts[0] if len(parts) == 1 else parts[-1] + parts[0]
      @udf
      def ends(s: str) -> str:
        head, middle, tail = s.partition(",")
        return tail + "|" + middle + "|" + head + "|" + s.rpartition("aa")[0] + "|" + s.rpartition("aa")[-1]
      @udf
      def copies(s: str) -> str:
        one = s.split(",")
        other = one
        one = (s + ",x").split("-")
        s = "gone"
        first = other[0]
        other = first.split("a")
        return first + one[-1] + other[0] + s
      """, [Self.lines])
    let long = String(repeating: "x1234567890123456789,", count: 400)
    let texts = Column((0..<600).map { $0 % 3 == 0 ? "\(long)\($0)" : "a\($0)" } as [String?])
    try compareTiers(
      """
      SEPARATOR = "x1234567890123456789"
      @udf
      def ends(s: str) -> str: return s.rsplit(SEPARATOR, 2)[0][-30:] + s.rsplit(SEPARATOR)[-1] + s.split(SEPARATOR)[-1]
      @udf
      def many(s: str) -> int: return len(s.rsplit(SEPARATOR)) + s.count(SEPARATOR) + len(s.rpartition(SEPARATOR)[0])
      """, [texts])
    try compareTiers(
      """
      @udf
      def two(s: str) -> str:
        a, b = s.split(",")
        return b + a
      @udf
      def ways(s: str) -> str:
        if s.startswith("a"): parts = s.split(",")
        else: parts = s.split("-")
        return parts[0]
      @udf
      def by(s: str) -> str:
        separator = s[:1]
        parts = s.split(separator)
        return "kept"
      """, [Self.lines], vectorized: false)
  }
}
