import Columnar
import Testing

/// `try`: rows that raise go to the handler that Python takes.
@Suite(.timeLimit(.minutes(30))) struct AttemptTests {
  private static let texts: Column = {
    let forms = [
      "#", "-#", "+#", "", " ", "#.5", "#e2", "1_000", " # ", "#x", "nan", "-inf", "Infinity", "NaNa", "infinit",
      "1e400", "0x10",
      "１２", "é", "--1", "1__0", "_1", "1.", ".", "+.5", "\u{1C}7", "7\u{00}", "1 2", "$5",
    ]
    var texts: [String?] = []
    for number in 0..<200 {
      for form in forms { texts.append(form.replacing("#", with: "\(number)")) }
      texts.append(nil)
    }
    return Column(texts)
  }()
  private static let numbers = Column((0..<6_000).map { $0 % 31 == 4 ? nil : Int64($0 % 7) - 3 } as [Int64?])

  @Test func `texts that are numbers, are none, or are written in another way`() throws {
    try compareTiers(
      """
      @udf
      def whole(s: str) -> int:
        try: return int(s)
        except ValueError: return -999
      @udf
      def real(s: str) -> float:
        try:
          return float(s)
        except ValueError:
          return -999.0
      @udf
      def maybe(s: str | None) -> float | None:
        try: return float(s) if s != "7" else int(s)
        except (TypeError, ValueError): return None
      @udf
      def bare(s: str | None) -> int:
        try: return int(s)
        except: return 5
      """, [Self.texts])
  }

  @Test func `each error goes to the first handler that takes it`() throws {
    try compareTiers(
      """
      WORDS = {"1": "one", "2": "two"}
      @udf
      def several(s: str, n: int) -> str:
        seen = "start"
        try:
          seen = "number"
          value = 10 // int(s)
          seen = "quotient"
          word = WORDS[str(value)]
          seen += " word"
          letter = word[n]
        except ZeroDivisionError: return seen + " zero"
        except LookupError as error:
          seen += " lookup"
        except ArithmeticError: return "never"
        except (OSError, ValueError): seen = seen + " value"
        except Exception: return "other"
        else:
          return seen + letter
        return seen
      @udf
      def nested(s: str, n: int) -> int:
        total = 0
        for k in range(3):
          try:
            try:
              total += int(s) // (n - k)
            except ZeroDivisionError:
              total += 1000
              if s == "5": break
              total += int("x" + s)
          except ValueError:
            total -= 1
            continue
          total *= 2
        else:
          total += 7
        return total
      def parse(s: str) -> int:
        try:
          return int(s)
        except KeyError:
          return 77
      @udf
      def called(s: str, n: int) -> int:
        try:
          return parse(s) % n
        except ZeroDivisionError:
          return -1
        except ValueError:
          return parse("8") if n > 0 else n
      @udf
      def unset(s: str, n: int) -> str:
        error = "before"
        try:
          value = int(s)
        except ValueError as error:
          pass
        return str(value) if n > 0 and s.isdigit() else "none"
      @udf
      def finally_(s: str, n: int) -> int:
        try: return 1 // n
        except ZeroDivisionError: return 3
        finally: n = 4
      @udf
      def places(s: str, n: int) -> str:
        try: return s[n] + s.split(".")[n]
        except IndexError: return "outside"
      """, [Self.texts, Self.numbers], vectorized: false)
  }

  @Test func `what is raised behind the body, or in a handler, is not caught by it`() throws {
    try compareTiers(
      """
      @udf
      def otherwise(s: str, n: int) -> int:
        try:
          try:
            value = n + 1
          except ZeroDivisionError:
            return 1
          else:
            value = 5 // n
        except ZeroDivisionError:
          return 2
        return value
      @udf
      def handler(s: str, n: int) -> int:
        try:
          return 5 // n
        except ZeroDivisionError:
          return int(s)
        except ValueError:
          return 3
      @udf
      def unknown(s: str, n: int) -> int:
        try:
          return 5 // n
        except Mine:
          return 1
        except ZeroDivisionError:
          return 2
      """, [Self.texts, Self.numbers], vectorized: false,
      head: "class Mine(ZeroDivisionError): pass\nKeyboard = ValueError\n")
  }
}
