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

  @Test func `several beginnings, counted loops, keys that are None, and ints among floats`() throws {
    let texts = ["", "a", "abc", "xbc", "b12", "7", "café", "ab", nil, "12x3"]
    let floats: [Double?] = [0, -0.0, 1.5, -370, 725.25, nil, 1e300, .nan, 0x1p53, 3]
    try compareTiers(
      """
      import math
      CODES = {"a": 1, "abc": 2, None: 9}
      PLAIN = {"a": 1.5}
      HEADS = ("a", "b")
      @udf
      def heads(s: str | None, x: float | None) -> int:
        t = s or "none"
        return t.startswith(("a", "x")) + 2 * t.endswith(("c", "3", "")) + 4 * t.startswith(HEADS) + 8 * t.startswith(())
      @udf
      def counted(s: str | None, x: float | None) -> str:
        found = ""
        for i, c in enumerate(s or "x"):
          if c == "b": continue
          found += f"{i}{c}"
          if i > 2: break
        else:
          found += "!"
        for i, n in enumerate(range(5, 0, -2), 10): found += str(i * n)
        for k, part in enumerate((s or "").split("b")): found += f"<{k}{part}>"
        return found
      @udf
      def keys(s: str | None, x: float | None) -> float:
        return CODES.get(s, 0) + PLAIN.get(s, 0.25)
      @udf
      def strict(s: str | None, x: float | None) -> int:
        try: return CODES[s]
        except KeyError: return -1
      @udf
      def rests(s: str | None, x: float | None) -> float:
        return (x or 0) % 360 + ((x or 7) // (x or 2))
      @udf
      def logs(s: str | None, x: float | None) -> float:
        return round(math.log(abs(x or 1) + 2, 3), ndigits=3)
      """,
      [
        Column((0..<900).map { texts[$0 % texts.count] } as [String?]),
        Column((0..<900).map { floats[$0 / 3 % floats.count] } as [Double?]),
      ], vectorized: false)
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
