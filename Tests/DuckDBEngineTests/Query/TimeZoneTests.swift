import Columnar
import DuckDBEngine
import Tabular
import Testing

/// Moments in the time zone of the session.
@Suite(.timeLimit(.minutes(30))) struct TimeZoneTests {
  /// Only this library knows time zones without being given an extension.
  private func connection() throws -> DuckDBConnection { try TestLibrary.duckdbWheel.connect() }

  /// Two columns of text that must be the same.
  private func expectSame(_ csv: String, _ comment: String) {
    let lines = csv.split(separator: "\n").dropFirst()
    #expect(!lines.isEmpty)
    let different = lines.filter { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return fields.count != 2 || fields[0] != fields[1]
    }
    #expect(different.isEmpty, "\(comment): \(different.prefix(3))")
  }

  /// Around and between changes, long ago and far ahead, and the ends of the range.
  static let moments = """
    SELECT TIMESTAMPTZ '1969-12-31 23:59:59.5+00' + to_seconds(s) AS t FROM range(-3200000000, 2500000000, 13337777) r(s)
    UNION ALL SELECT TIMESTAMPTZ '2023-12-31 00:00:00+00' + to_minutes(m) FROM range(0, 527040, 137) r(m)
    UNION ALL VALUES (TIMESTAMPTZ '0044-03-15 (BC) 12:00:00+00'), (TIMESTAMPTZ '0001-01-01 00:00:00+00'), ('infinity'),
      ('-infinity'), (TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'), (TIMESTAMPTZ '290000-07-01 00:00:00+00'), (NULL)
    """

  @Test(arguments: [
    "UTC", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "America/St_Johns", "Europe/Amsterdam",
    "Europe/London", "Europe/Dublin", "Africa/Monrovia", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia",
    "Pacific/Chatham", "Asia/Tehran", "America/Caracas", "Antarctica/Troll", "Etc/GMT+5", "GMT+5", "EST5EDT", "ACT",
    "asia/tokyo",
  ])
  func `Moments are written as DuckDB's cast writes them`(zone: String) throws {
    let connection = try connection()
    try connection.run("SET TimeZone = '\(zone)'")
    expectSame(try connection.written("SELECT t, t::VARCHAR FROM (\(Self.moments)) v(t)", as: .csv), zone)
  }

  @Test func `So they are in whatever time zone that DuckDB knows`() throws {
    let connection = try connection()
    let names = try connection.rows("SELECT DISTINCT name FROM pg_timezone_names() ORDER BY name").map { "\($0[0])" }
    #expect(names.count > 300)
    // All of them take minutes.
    for name in stride(from: 0, to: names.count, by: 15).map({ names[$0] }) {
      try connection.run("SET TimeZone = '\(name)'")
      let moments = "(VALUES (-2400000000), (1720000000), (1735000000)) v(s)"
      expectSame(
        try connection.written("SELECT t, t::VARCHAR FROM (SELECT to_timestamp(s) AS t FROM \(moments))", as: .csv),
        name)
    }
  }

  @Test func `A change is found to the second`() throws {
    let database = try connection().database
    // The clocks went back at 2024-11-03 06:00 UTC, and standard time came at 1883-11-18 12:03:58 local time.
    let before = try database.timeZoneSpan("America/New_York", at: 1_730_613_599)
    #expect((before.offsetSeconds, before.seconds.upperBound) == (-14_400, 1_730_613_600))
    #expect(try database.timeZoneSpan("America/New_York", at: 1_730_613_600).offsetSeconds == -18_000)
    let first = try database.timeZoneSpan("America/New_York", at: -2_717_650_801)
    #expect((first.offsetSeconds, first.seconds.upperBound) == (-17_762, -2_717_650_800))
  }

  @Test func `A time zone that DuckDB does not know is an error`() throws {
    let database = try connection().database
    let error = #expect(throws: DuckDBError.self) { try database.timeZoneSpan("Mars/It's", at: 0) }
    #expect(error?.message.contains("Mars/It's") == true)
  }

  @Test(arguments: TabularFormat.allCases)
  func `Values inside others follow the time zone too`(format: TabularFormat) throws {
    let connection = try connection()
    try connection.run("SET TimeZone = 'Asia/Kolkata'")
    let text = try connection.written(
      """
      SELECT [t] AS a, {'x': t} AS b, MAP {t: t} AS c, union_value(u := t) AS d, [t]::TIMESTAMPTZ[1] AS e
      FROM (VALUES (TIMESTAMPTZ '2024-01-01 00:00:00+00')) v(t)
      """, as: format)
    #expect(text.split(separator: "2024-01-01 05:30:00+05:30", omittingEmptySubsequences: false).count == 7, "\(text)")
  }

  @Test func `A result keeps the time zone in which its statement began`() throws {
    let connection = try connection()
    let statements = try connection.execute(
      """
      SET TimeZone = 'Asia/Tokyo'; SELECT to_timestamp(0) AS t; SET TimeZone = 'America/New_York';
      SELECT to_timestamp(0) AS t
      """)
    var zones: [String] = []
    var results: [DuckDBResult] = []
    while let result = try statements.next() { if result.kind == .rows { results.append(result) } }
    for result in results { zones.append(result.schema[0].type.description) }
    #expect(zones == ["timestamp[us, tz=Asia/Tokyo]", "timestamp[us, tz=America/New_York]"])
  }

  @Test func `Values by themselves are moments, and their texts in UTC`() throws {
    let connection = try connection()
    try connection.run("SET TimeZone = 'Asia/Tokyo'")
    let value = try connection.rows("SELECT to_timestamp(0)").first?.first
    #expect(value == .timestamp(0, .microseconds, isUTC: true))
    #expect(value?.description == "1970-01-01 00:00:00+00")
  }
}
