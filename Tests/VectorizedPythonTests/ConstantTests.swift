import Columnar
import Testing

/// Constants that one could take for each other, and formats that one could take for right.
@Suite(.timeLimit(.minutes(30))) struct ConstantTests {
  @Test func `texts that look the same are two`() throws {
    let texts = [
      "", "caf\u{E9}", "cafe\u{301}", "\u{37E}", ";", "K", "\u{212A}", "\u{C5}", "A\u{30A}", "\u{212B}", "x", nil,
    ]
    try compareTiers(
      """
      FORMS = {"caf\\u00e9": 1, "cafe\\u0301": 2, "\\u212b": 3, "\\u00c5": 4, "A\\u030a": 5}
      NAMES = frozenset(["\\u037e", "\\u212a"])
      @udf
      def form(s: str) -> int: return FORMS.get(s, 0)
      @udf
      def which(s: str) -> str:
        if s == "caf\\u00e9": return "composed"
        if s == "cafe\\u0301": return "decomposed"
        return "\\u00c5" if s in NAMES else "A\\u030a"
      @udf
      def changed(s: str) -> str:
        return s.replace("e\\u0301", "\\u00e9").replace("\\u037e", ";").replace("\\u212a", "K") + "\\u212b\\u00c5"
      @udf
      def matched(s: str) -> int:
        match s:
          case "\\u00c5": return 1
          case "A\\u030a": return 2
          case "\\u212b" | ";": return 3
          case "\\u037e": return 4
          case _: return FORMS.get("cafe\\u0301", 7)
      """, [Column((0..<800).map { texts[$0 % texts.count] } as [String?])])
  }

  @Test func `True and False are one each, and nothing else is them`() throws {
    let truths = Column((0..<800).map { $0 % 5 == 2 ? nil : $0 % 2 == 0 } as [Bool?])
    let numbers = Column((0..<800).map { $0 % 7 == 3 ? nil : Int64($0 % 3) } as [Int64?])
    try compareTiers(
      """
      @udf
      def f(a: bool | None, n: int | None) -> int:
        found = (a is True) + 2 * (a is not False) + 4 * (True is a) + 8 * (n is True) + 16 * (n is not True) + 32 * (n is None)
        if a is False: found += 64
        return found
      @udf
      def g(a: bool | None, n: int | None) -> str:
        match a:
          case True: return "yes"
          case None: return "none"
          case False: return "no"
        return "other"
      """, [truths, numbers])
  }

  @Test func `formats of texts, and formats that Python refuses`() throws {
    let numbers = Column((0..<800).map { Int64($0 * 37 % 11) - 5 } as [Int64?])
    let floats = Column((0..<800).map { Double($0) / 7 - 2 } as [Double?])
    var functions = ""
    for part in [
      "n!s:05", "n!s:05d", "n!s:s", "n!s", "x!s:.2f", "x:.+2f", "x:.-0f", "x:.2f", "n:05d", "n:+5d", "n:0_5d", "n: 5",
      "x:.f", "n:0005",
      "x!r", "n!s:", "str(n):>5", "x:.02f", "n:00d",
    ] {
      functions += """
        @udf
        def f\(functions.count)(n: int, x: float) -> str: return f"<{\(part)}>"

        """
    }
    try compareTiers(functions, [numbers, floats], vectorized: false)
  }
}
