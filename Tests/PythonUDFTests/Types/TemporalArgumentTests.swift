import Columnar
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct TemporalArgumentTests {
  private static let cannot = "ValueError: an argument cannot be made: "

  private static func outside(_ what: String) -> String {
    "\(cannot)the timestamp \(what) is infinite or outside the years 1 to 9999, which datetime cannot hold; declare it clutch.Nanoseconds"
  }

  private static func notWhole(_ what: String) -> String {
    "\(cannot)the \(what) ns is no whole number of microseconds, all that datetime has; declare it clutch.Nanoseconds"
  }

  private static func days(_ days: Int) -> String {
    "\(cannot)the date \(days) days from 1970-01-01 is infinite or outside the years 1 to 9999, which date cannot hold"
  }

  @Test(arguments: ["date", "Any"])
  func `dates`(type: String) async throws {
    try await expectSeen(
      SeenColumn(
        type, .date32, [Int32(0), nil, -1, -719_162, 2_932_896, 2_932_897, -719_163, .max, .min + 1, 19_782],
        [
          "datetime.date(1970, 1, 1)", "None", "datetime.date(1969, 12, 31)", "datetime.date(1, 1, 1)",
          "datetime.date(9999, 12, 31)", Self.days(2_932_897), Self.days(-719_163), Self.days(Int(Int32.max)),
          Self.days(Int(Int32.min) + 1), "datetime.date(2024, 2, 29)",
        ]))
    try await expectSeen(
      SeenColumn(
        type, .date64, [Int64(0), nil, -86_400_000, 2_932_897 * 86_400_000],
        ["datetime.date(1970, 1, 1)", "None", "datetime.date(1969, 12, 31)", Self.days(2_932_897)]))
  }

  @Test(arguments: ["time", "Any"])
  func `times of day`(type: String) async throws {
    let late = "is not within the 24 hours of a day, all that time can hold; declare it clutch.Nanoseconds"
    try await expectSeen(
      SeenColumn(
        type, .time32(.second), [Int32(0), nil, 86_399, 86_400, -1, 1],
        [
          "datetime.time(0, 0)", "None", "datetime.time(23, 59, 59)", "\(Self.cannot)the time 86400 s \(late)",
          "\(Self.cannot)the time -1 s \(late)", "datetime.time(0, 0, 1)",
        ]))
    try await expectSeen(
      SeenColumn(
        type, .time32(.millisecond), [Int32(1), nil, 86_399_999],
        ["datetime.time(0, 0, 0, 1000)", "None", "datetime.time(23, 59, 59, 999000)"]))
    try await expectSeen(
      SeenColumn(
        type, .time64(.microsecond), [Int64(1), nil, 3_723_000_004],
        ["datetime.time(0, 0, 0, 1)", "None", "datetime.time(1, 2, 3, 4)"]))
    try await expectSeen(
      SeenColumn(
        type, .time64(.nanosecond), [Int64(1_000), nil, 1_001, 2_000],
        ["datetime.time(0, 0, 0, 1)", "None", Self.notWhole("time 1001"), "datetime.time(0, 0, 0, 2)"]))
  }

  @Test(arguments: ["datetime", "Any"])
  func `wall clocks`(type: String) async throws {
    try await expectSeen(
      SeenColumn(
        type, .timestamp(.second, timeZone: nil), [Int64(0), nil, -1, .max, .min, 253_402_300_799, 253_402_300_800],
        [
          "datetime.datetime(1970, 1, 1, 0, 0)", "None", "datetime.datetime(1969, 12, 31, 23, 59, 59)",
          Self.outside("\(Int64.max) s"), Self.outside("\(Int64.min) s"), "datetime.datetime(9999, 12, 31, 23, 59, 59)",
          Self.outside("253402300800 s"),
        ]))
    try await expectSeen(
      SeenColumn(
        type, .timestamp(.microsecond, timeZone: nil), [Int64(-1), nil, .max, -.max, -62_135_596_800_000_000],
        [
          "datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)", "None", Self.outside("\(Int64.max) us"),
          Self.outside("\(-Int64.max) us"), "datetime.datetime(1, 1, 1, 0, 0)",
        ]))
    try await expectSeen(
      SeenColumn(
        type, .timestamp(.nanosecond, timeZone: nil), [Int64(-1_000), nil, 1, -1, .max],
        [
          "datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)", "None", Self.notWhole("timestamp 1"),
          Self.notWhole("timestamp -1"), Self.notWhole("timestamp \(Int64.max)"),
        ]))
  }

  @Test func `moments are in the zone of the column, or in that of the annotation`() async throws {
    let values: [Int64?] = [0, nil, 1_729_992_600_000, -1]
    func seen(_ type: String, _ zone: String, _ expected: [String]) async throws {
      try await expectSeen(SeenColumn(type, .timestamp(.millisecond, timeZone: zone), values, expected))
    }
    let utc = "tzinfo=datetime.timezone.utc"
    let inUTC = [
      "datetime.datetime(1970, 1, 1, 0, 0, \(utc))", "None", "datetime.datetime(2024, 10, 27, 1, 30, \(utc))",
      "datetime.datetime(1969, 12, 31, 23, 59, 59, 999000, \(utc))",
    ]
    for zone in ["UTC", "Z", "Etc/UTC", "GMT", "+00:00", "utc"] { try await seen("Any", zone, inUTC) }
    let rome = "tzinfo=zoneinfo.ZoneInfo(key='Europe/Rome')"
    let inRome = [
      "datetime.datetime(1970, 1, 1, 1, 0, \(rome))", "None", "datetime.datetime(2024, 10, 27, 2, 30, fold=1, \(rome))",
      "datetime.datetime(1970, 1, 1, 0, 59, 59, 999000, \(rome))",
    ]
    try await seen("datetime", "Europe/Rome", inRome)
    try await seen("Annotated[datetime, Timestamp(tz='Europe/Rome')]", "UTC", inRome)
    try await seen("Annotated[datetime, Timestamp(tz='UTC')]", "Europe/Rome", inUTC)
    let india = "tzinfo=datetime.timezone(datetime.timedelta(seconds=19800))"
    try await seen(
      "datetime", "+05:30",
      [
        "datetime.datetime(1970, 1, 1, 5, 30, \(india))", "None", "datetime.datetime(2024, 10, 27, 7, 0, \(india))",
        "datetime.datetime(1970, 1, 1, 5, 29, 59, 999000, \(india))",
      ])
    let west = "tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=82800))"
    try await seen(
      "datetime", "-01:00",
      [
        "datetime.datetime(1969, 12, 31, 23, 0, \(west))", "None", "datetime.datetime(2024, 10, 27, 0, 30, \(west))",
        "datetime.datetime(1969, 12, 31, 22, 59, 59, 999000, \(west))",
      ])
  }

  @Test(arguments: ["", "Nowhere/Else", "+ab:cd", "+99:99", "+1:30", "../../etc/passwd", "\0", "é"])
  func `a zone that is none is said before any row`(zone: String) async throws {
    let column = Column.made(of: .timestamp(.second, timeZone: zone), [Int64?(0)])
    let error = try await #require(throws: UDFError.self) { try await seen(column, as: "datetime") }
    #expect(error.code == .wrongArguments)
    #expect(error.message.hasPrefix("UDF f: the arguments cannot be made: ValueError: there is no time zone named "))
  }

  @Test func `a moment that its zone moves out of the years of Python is an error of its row`() async throws {
    let column = Column.made(of: .timestamp(.second, timeZone: "Asia/Tokyo"), [0, Int64?(253_402_300_799), 0])
    let rows = try await seen(column, as: "datetime")
    #expect(rows[1] == "OverflowError: an argument cannot be made: date value out of range")
    #expect(rows[0] == rows[2])
  }

  @Test func `lengths of time`() async throws {
    let long = "is too long for timedelta, which holds 999,999,999; declare it clutch.Nanoseconds"
    for type in ["timedelta", "Any"] {
      try await expectSeen(
        SeenColumn(
          type, .duration(.second), [Int64(1), nil, -1, 86_399_999_999_999, .max, .min],
          [
            "datetime.timedelta(seconds=1)", "None", "datetime.timedelta(days=-1, seconds=86399)",
            "datetime.timedelta(days=999999999, seconds=86399)",
            "\(Self.cannot)a duration of 106751991167300 days \(long)",
            "\(Self.cannot)a duration of -106751991167301 days \(long)",
          ]))
      try await expectSeen(
        SeenColumn(
          type, .duration(.nanosecond), [Int64(-1_000), nil, -1, .max],
          [
            "datetime.timedelta(days=-1, seconds=86399, microseconds=999999)", "None", Self.notWhole("duration -1"),
            Self.notWhole("duration \(Int64.max)"),
          ]))
    }
  }

  @Test(arguments: ["Interval", "Any"])
  func `intervals`(type: String) async throws {
    let own = type == "Interval"
    try await expectSeen(
      SeenColumn(
        type, .interval(.monthDayNano),
        [
          MonthDayNanoInterval(months: 1, days: -2, nanoseconds: .min), nil,
          MonthDayNanoInterval(months: 0, days: 0, nanoseconds: 1),
        ],
        [
          "Interval(months=1, days=-2, nanoseconds=-9223372036854775808)", "None",
          "Interval(months=0, days=0, nanoseconds=1)",
        ]))
    #expect(own || type == "Any")
    try await expectSeen(
      SeenColumn(
        type, .interval(.yearMonth), [Int32(-13), nil], ["Interval(months=-13, days=0, nanoseconds=0)", "None"]))
    try await expectSeen(
      SeenColumn(
        type, .interval(.dayTime), [DayTimeInterval(days: 1, milliseconds: -1), nil],
        ["Interval(months=0, days=1, nanoseconds=-1000000)", "None"]))
  }

  @Test func `an interval is a timedelta if it has no months`() async throws {
    try await expectSeen(
      SeenColumn(
        "timedelta", .interval(.monthDayNano),
        [
          MonthDayNanoInterval(months: 0, days: 1, nanoseconds: -1_000), nil,
          MonthDayNanoInterval(months: 2, days: 0, nanoseconds: 0),
          MonthDayNanoInterval(months: 0, days: 0, nanoseconds: 1),
        ],
        [
          "datetime.timedelta(seconds=86399, microseconds=999999)", "None",
          "\(Self.cannot)the interval has 2 months, which timedelta cannot hold; declare it clutch.Interval",
          "\(Self.cannot)the interval 1 ns is no whole number of microseconds, all that datetime has; declare it clutch.Interval",
        ]))
  }

  @Test func `nanoseconds are a number without an end`() async throws {
    let values: [Int64?] = [0, nil, .max, .min, 1]
    for (type, factor) in [
      (ColumnType.timestamp(.second, timeZone: "UTC"), Int128(1_000_000_000)),
      (.timestamp(.nanosecond, timeZone: nil), 1),
      (.duration(.millisecond), 1_000_000), (.time64(.microsecond), 1_000),
    ] {
      try await expectSeen(
        SeenColumn("Nanoseconds", type, values, values.map { $0.map { "\(Int128($0) * factor)" } ?? "None" }))
    }
    try await expectSeen(SeenColumn("Nanoseconds", .time32(.millisecond), [Int32(-1), nil], ["-1000000", "None"]))
  }
}
