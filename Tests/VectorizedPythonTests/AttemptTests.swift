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

  @Test func `what Python does not come to raises nothing`() throws {
    try compareTiers(
      """
      PRICES = {1: 5}
      @udf
      def chain(s: str, n: int) -> int:
        try:
          if 0 < n < 10 // (n - 1): return 1
          return 2 if "1" < s <= s[5] else 0
        except ZeroDivisionError: return -1
        except IndexError: return -2
      @udf
      def more(s: str, n: int) -> int:
        try: return (n < 1 <= int(s)) + 2 * (n == n + 1 == int(s)) + 4 * (0 < n < PRICES[n] < int(s))
        except KeyError: return -3
        except ValueError: return -1
      @udf
      def either(s: str, n: int) -> int:
        try: return 5 if n > 0 or int(s) > 3 and 3 // n else PRICES.get(n, int(s))
        except (ValueError, ZeroDivisionError): return -1
      def tail(s: str, more: bool) -> str:
        if more:
          part = s.split(".")
          number = int(part[1])
          return part[0]
        return part[0] + str(number)
      @udf
      def leaks(s: str, n: int) -> str:
        try: return tail(s, True)
        except (IndexError, ValueError): return tail(s, False)
      @udf
      def inner(s: str, n: int) -> float:
        try: return int(s)
        except ValueError:
          try: return float(s)
          except ValueError as error: return -1.0
      @udf
      def odd(s: str, n: int) -> int:
        try: return int(s)
        except ((ValueError, KeyError), TypeError): return -1
      @udf
      def split(s: str, n: int) -> str: return s.split(".", 1, maxsplit=2)[0]
      @udf
      def default(s: str, n: int) -> int:
        try: return {None: 3}.get(s, int(s)) if n > 5 else TABLE.get(s if n else None, int(s))
        except ValueError: return -4
      """, [Self.texts, Self.numbers], vectorized: false, head: "TABLE = {'1': 10, None: 20}\n")
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
