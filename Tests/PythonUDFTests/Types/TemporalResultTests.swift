import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct TemporalResultTests {
  private static let zones = """
    class Odd(tzinfo):
      def __init__(self, answer): self.answer = answer
      def utcoffset(self, when):
        if isinstance(self.answer, BaseException): raise self.answer
        return self.answer
      def __repr__(self): return "Odd"
    class Far(datetime):
      def utcoffset(self): return timedelta.max
      def __repr__(self): return "Far"
    class Near(datetime):
      def utcoffset(self): return timedelta.min
      def __repr__(self): return "Near"
    class Own(datetime):
      year = 1
      def __repr__(self): return "Own"
    noon = (2024, 3, 10, 12)
    """
  private static let noTimeZone =
    "which does not fit a column with a time zone: it has none; give it a tzinfo"
  private static let aTimeZone = """
    which does not fit a column without a time zone: annotate the result Annotated[datetime, Timestamp(tz="UTC")], or \
    drop the tzinfo
    """

  @Test(arguments: [
    ResultFamily(
      "date", classes: "class Day(date):\n  year = 1",
      [
        ("date(1970, 1, 1)", "0"), ("date.min", "-719162"), ("date.max", "2932896"), ("date(2024, 2, 29)", "19782"),
        ("Day(1970, 1, 2)", "1"), ("None", "null"),
        (
          "datetime(1970, 1, 1)",
          "TypeError: it returned datetime.datetime(1970, 1, 1, 0, 0) of type datetime.datetime, expected date or None"
        ),
        ("'1970-01-01'", "TypeError: it returned '1970-01-01' of type str, expected date or None"),
      ]),
    ResultFamily(
      "time",
      [
        ("time()", "0"), ("time.max", "86399999999000"), ("time(1, 2, 3, 4)", "3723000004000"),
        ("time(1, fold=1)", "3600000000000"), ("None", "null"),
        (
          "time(1, tzinfo=timezone.utc)",
          "ValueError: it returned datetime.time(1, 0, tzinfo=datetime.timezone.utc) of type datetime.time, which does not fit a time column: it has a time zone"
        ),
      ]),
    ResultFamily(
      "timedelta", classes: "class Length(timedelta):\n  days = 9",
      [
        ("timedelta()", "0"), ("timedelta(microseconds=-1)", "-1000"), ("timedelta(1, 2, 3)", "86402000003000"),
        ("Length(0, 1)", "1000000000"),
        (
          "timedelta.max",
          "ValueError: it returned datetime.timedelta(days=999999999, seconds=86399, microseconds=999999) of type datetime.timedelta, which does not fit 64-bit microseconds, about 292,000 years"
        ),
        ("timedelta(106751991, 14454, 775807)", "9223372036854775807000"),
        ("timedelta(-106751992, 71945, 224192)", "-9223372036854775808000"),
        ("1", "TypeError: it returned 1 of type int, expected timedelta or None"),
      ]),
    ResultFamily(
      "Interval",
      [
        ("Interval(1, -2, 3)", "1 -2 3"), ("(0, 0, -2**63)", "0 0 -9223372036854775808"), ("Interval()", "0 0 0"),
        (
          "Interval(2**31)",
          "ValueError: it returned Interval(months=2147483648, days=0, nanoseconds=0) of type clutch.Interval, which does not fit an interval, whose months and days have 32 bits"
        ),
        (
          "(2**70, 0, 0)",
          "ValueError: it returned (1180591620717411303424, 0, 0) of type tuple, which does not fit an interval, whose months and days have 32 bits"
        ),
        (
          "(0, 0, 2**63)",
          "ValueError: it returned (0, 0, 9223372036854775808) of type tuple, which does not fit an interval, whose nanoseconds have 64 bits"
        ),
        ("(1, 2)", "TypeError: it returned (1, 2) of type tuple, expected Interval or None"),
        ("(1, 2, '3')", "TypeError: it returned (1, 2, '3') of type tuple, expected Interval or None"),
        ("None", "null"),
      ]),
    ResultFamily(
      "Nanoseconds",
      [
        ("2**63 - 1", "9223372036854775807"), ("-2**63", "-9223372036854775808"), ("None", "null"),
        (
          "2**63",
          "ValueError: it returned 9223372036854775808 of type int, which does not fit 64-bit nanoseconds, the years 1677 to 2262"
        ),
        (
          "datetime(1970, 1, 1)",
          "TypeError: it returned datetime.datetime(1970, 1, 1, 0, 0) of type datetime.datetime, expected Nanoseconds or None"
        ),
      ]),
  ])
  func `days, times and lengths`(_ family: ResultFamily) async throws { try await expectOutcomes(family) }

  @Test(arguments: [
    ResultFamily(
      "datetime", classes: zones,
      [
        ("datetime(1970, 1, 1)", "0"), ("datetime.min", "-62135596800000000000"),
        ("datetime.max", "253402300799999999000"), ("datetime(1969, 12, 31, 23, 59, 59, 999999)", "-1000"),
        ("Own(1970, 1, 1, 0, 0, 1)", "1000000000"), ("None", "null"),
        ("datetime(1970, 1, 1, tzinfo=Odd(None))", "0"),
        (
          "datetime(1970, 1, 1, tzinfo=timezone.utc)",
          "ValueError: it returned datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc) of type datetime.datetime, \(aTimeZone)"
        ),
        (
          "datetime(1970, 1, 1, tzinfo=ZoneInfo('Asia/Tokyo'))",
          "ValueError: it returned datetime.datetime(1970, 1, 1, 0, 0, tzinfo=zoneinfo.ZoneInfo(key='Asia/Tokyo')) of type datetime.datetime, \(aTimeZone)"
        ),
        (
          "date(1970, 1, 1)",
          "TypeError: it returned datetime.date(1970, 1, 1) of type datetime.date, expected datetime or None"
        ),
      ]),
    ResultFamily(
      "Annotated[datetime, Timestamp(tz='Europe/Rome')]", classes: zones,
      [
        ("datetime(1970, 1, 1, tzinfo=timezone.utc)", "0"),
        ("datetime(1970, 1, 1, 1, tzinfo=ZoneInfo('Europe/Rome'))", "0"),
        ("datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo('Europe/Rome'))", "1729989000000000000"),
        ("datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo('Europe/Rome'))", "1729992600000000000"),
        ("datetime(1970, 1, 1, tzinfo=timezone(timedelta(microseconds=-1)))", "1000"),
        (
          "datetime(1970, 1, 1)",
          "ValueError: it returned datetime.datetime(1970, 1, 1, 0, 0) of type datetime.datetime, \(noTimeZone)"
        ),
        (
          "datetime(1970, 1, 1, tzinfo=Odd(None))",
          "ValueError: it returned datetime.datetime(1970, 1, 1, 0, 0, tzinfo=Odd) of type datetime.datetime, \(noTimeZone)"
        ),
        ("datetime(1970, 1, 1, tzinfo=Odd(KeyError('k')))", "KeyError: 'k'"),
        (
          "datetime(1970, 1, 1, tzinfo=Odd('garbage'))",
          "TypeError: ..."
        ),
        (
          "datetime(1970, 1, 1, tzinfo=Odd(timedelta(1)))",
          "ValueError: offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)..."
        ),
        (
          "Far(1970, 1, 1, tzinfo=Odd(None))",
          "ValueError: it returned Far of type udf_file.Far, which does not fit a timestamp: its offset from UTC is a day or more"
        ),
        (
          "Near(9999, 1, 1, tzinfo=Odd(None))",
          "ValueError: it returned Near of type udf_file.Near, which does not fit a timestamp: its offset from UTC is a day or more"
        ),
        ("None", "null"), ("datetime(1970, 1, 1, tzinfo=timezone.utc)", "0"),
      ]),
    ResultFamily(
      "Annotated[datetime, Timestamp(unit='s')]",
      [
        ("datetime(1969, 12, 31, 23, 59, 59)", "-1000000000"),
        (
          "datetime(1970, 1, 1, 0, 0, 0, 1)",
          "ValueError: it returned datetime.datetime(1970, 1, 1, 0, 0, 0, 1) of type datetime.datetime, which does not fit a column that counts in s"
        ),
      ]),
    ResultFamily(
      "Annotated[datetime, Timestamp(unit='ms')]", [("datetime(1969, 12, 31, 23, 59, 59, 1000)", "-999000000")]),
    ResultFamily(
      "Annotated[datetime, Timestamp(unit='ns')]",
      [
        ("datetime(2262, 4, 11, 23, 47, 16, 854775)", "9223372036854775000"),
        (
          "datetime(2262, 4, 11, 23, 47, 16, 854776)",
          "ValueError: it returned datetime.datetime(2262, 4, 11, 23, 47, 16, 854776) of type datetime.datetime, which does not fit 64-bit nanoseconds, the years 1677 to 2262"
        ),
      ]),
  ])
  func `moments and wall clocks`(_ family: ResultFamily) async throws { try await expectOutcomes(family) }
}
