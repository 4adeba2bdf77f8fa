import Columnar
import Functions
import PythonUDF
import Testing

@testable import VectorizedPython

/// Dates, datetimes and timedeltas without Python.
@Suite(.timeLimit(.minutes(30))) struct DateTests {
  private static let head = "import datetime as dt\nfrom datetime import date, datetime, timedelta\n"

  /// Of the whole calendar, those at the edges of months, years, centuries and weeks.
  private static let days: [Int32] = {
    var days: [Int32] = []
    for year in [
      1, 2, 4, 100, 400, 999, 1000, 1582, 1600, 1899, 1900, 1970, 1999, 2000, 2004, 2020, 2023, 2024, 2100, 9999,
    ] {
      for (month, day) in [(1, 1), (1, 2), (1, 3), (2, 28), (3, 1), (6, 30), (12, 28), (12, 29), (12, 30), (12, 31)] {
        if let number = DateKernels.dayNumber(Int64(year), Int64(month), Int64(day)) { days.append(Int32(number)) }
      }
    }
    return days + (0..<1_500).map { Int32(19_000 + $0) }
  }()

  private static func dates() throws -> Column {
    var builder = try FixedWidthBuilder<Int32>(type: .date32)
    for (place, day) in days.enumerated() { if place % 23 == 5 { builder.appendNull() } else { builder.append(day) } }
    return builder.finish()
  }

  private static func moments() throws -> Column {
    var builder = try FixedWidthBuilder<Int64>(type: .timestamp(.microsecond, timeZone: nil))
    for (place, day) in days.reversed().enumerated() {
      let time = place % 3 == 0 ? 0 : Int64(place * 7_919_000_001 % 86_400_000_000)
      if place % 29 == 3 { builder.appendNull() } else { builder.append(Int64(day) * 86_400_000_000 + time) }
    }
    return builder.finish()
  }

  private static let numbers = Column(days.indices.map { Int64($0 * 37 % 4_001) - 2_000 } as [Int64?])

  @Test func `parts, differences, and what is so much later`() throws {
    try compareTiers(
      """
      START = datetime(2024, 2, 29, 12)
      @udf
      def parts(d: date, t: datetime, n: int) -> int:
        return d.year + d.month * 10**4 + d.day * 10**6 + d.weekday() * 10**8 + t.hour * 10**9 + t.minute * 10**11 + t.second * 10**13
      @udf
      def weeks(d: date, t: datetime, n: int) -> str:
        return f"{d.isocalendar()[0]} {d.isocalendar().week} {t.isocalendar()[1]} {d.isoweekday()} {t.toordinal()} {t.microsecond}"
      @udf
      def between(d: date, t: datetime, n: int) -> int:
        span = t - START
        return (d - t.date()).days * 3 + span.days + span.seconds + span.microseconds + (START - t) // timedelta(hours=7)
      @udf
      def shares(d: date, t: datetime, n: int) -> float:
        span = (t - START) * n
        return abs(span) / timedelta(days=1) if span else -1.5
      @udf
      def later(d: date, t: datetime, n: int) -> date:
        return d + timedelta(n, hours=n, weeks=1) - timedelta(milliseconds=n) * 3
      @udf
      def moved(d: date, t: datetime, n: int) -> datetime:
        return t - timedelta(minutes=n, seconds=1.5) + -timedelta(microseconds=n) if n % 2 else timedelta(days=n) + t
      @udf
      def replaced(d: date, t: datetime, n: int) -> datetime:
        return t.replace(day=1, hour=n % 24, microsecond=abs(n)) if d.replace(year=2024).day > 3 else t.replace(year=abs(n))
      @udf
      def made(d: date, t: datetime, n: int) -> date | None:
        if n % 11 == 0: return None
        return date(abs(n), n % 14, day=n % 33)
      @udf
      def order(d: date, t: datetime, n: int) -> int:
        try: return timedelta(hours=int(str(n)[1:]), days=10 // (n % 3)).days + date(day=1 + 10 // (n % 2), month=1, year=2000).year
        except ValueError: return -1
        except ZeroDivisionError: return -2
      @udf
      def exact(d: date, t: datetime, n: int) -> float: return (t - START).total_seconds()
      """, [Self.dates(), Self.moments(), Self.numbers], vectorized: false, head: Self.head)
  }

  @Test func `comparisons, constants and truth`() throws {
    try compareTiers(
      """
      DAY = dt.date(2023, 5, 5)
      DAYS = (DAY, date(1970, 1, 1), dt.datetime(2023, 5, 5))
      SEEN = frozenset([date(9999, 12, 31), DAY])
      @udf
      def compared(d: date, t: datetime) -> int:
        return (d < DAY) + 2 * (d == DAY) + 4 * (t >= dt.datetime(2000, 1, 1)) + 8 * (d in DAYS) + 16 * (d not in SEEN) + 32 * (d == t) \\
          + 64 * (d != t.date()) + 128 * (max(d, DAY) == d) + 256 * ((d.month, d.day) < (5, 5)) + 512 * ((d.year, d) >= (2023, DAY))
      @udf
      def maybe(d: date | None, t: datetime | None) -> str | None:
        if not d: return None if t is None else "only t"
        if t and t.year > 1900: return str(d) + "|" + str(t)
        return min(d, DAY).isoformat()
      @udf
      def first(d: date | None, t: datetime) -> date:
        return d or t.date()
      @udf
      def loop(d: date, t: datetime) -> int:
        found = 0
        while d.weekday() != 0 and found < 9:
          d += timedelta(days=1)
          found += 1
        return found
      """, [Self.dates(), Self.moments()], head: Self.head)
  }

  @Test func `texts of dates, and dates of texts`() throws {
    try compareTiers(
      """
      @udf
      def written(d: date, t: datetime) -> str: return f"{d} {t} {d.isoformat()} {t.isoformat()} {str(t)}"
      @udf
      def formatted(d: date, t: datetime) -> str:
        return t.strftime("%Y/%m/%d, %H:%M:%S.%f %j %y 100%%") + d.strftime("%H%M %d") + f"{d:%Y}{t:%d.%m.}" + t.strftime("")
      @udf
      def back(d: date, t: datetime) -> bool:
        return date.fromisoformat(str(d)) == d and dt.datetime.fromisoformat(str(t)) == t and datetime.fromisoformat(t.isoformat()) == t
      """, [Self.dates(), Self.moments()], vectorized: false, head: Self.head)
    let forms = [
      "2024-02-29", "2023-02-29", "2024-2-29", "2024-13-01", "0000-01-01", "20240229", "2024-W09-4", "2024-02-29 ", "",
      "x", "２０２４-02-29",
      "2024-02-29 12:34", "2024-02-29T12:34:56", "2024-02-29x12:34:56", "2024-02-29 12:34:56.5",
      "2024-02-29 12:34:56.500000",
      "2024-02-29 24:00:00", "2024-02-29 12:60:00", "2024-02-29 12:34:56+00:00", "29.02.2024", "9.2.2024", "31.04.2024",
      "29.02.2024 23:59:59",
      "2020010155", "20200101ab", "2020W01100", "2020-W01-1", "abcd-01-01", "290224", "310224", "01/31/99", "12/31/68",
      "2024-02-29 12:34:5",
    ]
    var functions = """
      @udf
      def day(s: str) -> date: return date.fromisoformat(s)
      @udf
      def moment(s: str) -> datetime: return datetime.fromisoformat(s)
      @udf
      def safe(s: str) -> date | None:
        try: return date.fromisoformat(s)
        except ValueError: return None

      """
    for format in [
      "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S", "%d%m%y", "%m/%d/%y", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M",
      "%d.%m.%Y%%", "%H:%M", "%m/%d",
    ] {
      functions += """
        @udf
        def f\(functions.count)(s: str) -> datetime: return datetime.strptime(s, "\(format)")

        """
    }
    let texts = Column((0..<600).map { $0 % 37 == 1 ? nil : forms[$0 % forms.count] } as [String?])
    try compareTiers(functions, [texts], vectorized: false, head: Self.head)
  }

  @Test func `what is not Python's own datetime is not taken for it`() throws {
    try withPool(
      """
      import time
      from datetime import date, datetime
      class day(date): pass
      real = time.strftime
      @udf
      def sub(x: int) -> int: return day(2024, 1, 1 + x % 28).day
      @udf
      def written(x: int) -> str: return date(2024, 1, 1 + x % 28).strftime("%Y")
      @udf(vectorize=False)
      def patch(x: int) -> int:
        time.strftime = lambda *args: "patched"
        return x
      @udf(vectorize=False)
      def rebind(x: int) -> int:
        global date
        date = lambda y, m, d: datetime(1999, 9, 9)
        return x
      @udf
      def year(x: int) -> int: return date(2024, 1, 1 + x % 28).year
      """
    ) { pool in
      #expect(try pool.rows("sub", counting(1000)).vectorizedRows == 0)
      #expect(try pool.rows("written", counting(1000)).vectorizedRows == 1000)
      #expect(try pool.rows("year", counting(1000)).vectorizedRows == 1000)
      _ = try pool.rows("patch", counting(1))
      let patched = try pool.rows("written", counting(1000))
      #expect(try patched.values.toArray(of: String.self).allSatisfy { $0 == "patched" })
      _ = try pool.rows("rebind", counting(1))
      #expect(try pool.integers("year", counting(1000)).allSatisfy { $0 == 1999 })
    }
  }
}
