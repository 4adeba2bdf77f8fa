import TestSupport
import Testing

/// Moments as they are printed.
@Suite struct TimeZoneTests {
  private func run(_ format: String, _ sql: String, zone: String = "UTC") throws -> String {
    let end = try Clutch().run(
      "sql", "--duckdb", DuckDBPackage.duckdb.path(), "--format", format, sql, environment: ["TZ": zone])
    #expect(end.status == .exited(0), "\(end)")
    return end.output
  }

  @Test(arguments: [
    ("csv", "t,text\n2024-01-01 09:00:00+09,2024-01-01 09:00:00+09\n"),
    ("json", #"[\#n{"t":"2024-01-01 09:00:00+09","text":"2024-01-01 09:00:00+09"}\#n]\#n"#),
    ("jsonl", #"{"t":"2024-01-01 09:00:00+09","text":"2024-01-01 09:00:00+09"}\#n"#),
    ("table", "│ 2024-01-01 09:00:00+09 │ 2024-01-01 09:00:00+09 │\n"),
  ])
  func `Moments are in the time zone of the session`(format: String, expected: String) throws {
    let output = try run(
      format,
      """
      SET TimeZone = 'Asia/Tokyo'; SELECT t, t::VARCHAR AS text FROM (VALUES (TIMESTAMPTZ '2024-01-01 00:00:00+00')) v(t)
      """)
    #expect(format == "table" ? output.contains(expected) : output == expected)
  }

  @Test func `Without a setting that is the time zone of the system`() throws {
    #expect(try run("csv", "SELECT to_timestamp(0) AS t", zone: "America/St_Johns") == "t\n1969-12-31 20:30:00-03:30\n")
  }

  @Test func `Each statement has the time zone that was set before it`() throws {
    let output = try run(
      "csv",
      """
      SET TimeZone = 'Asia/Kolkata'; SELECT to_timestamp(0) AS t FROM range(3000) LIMIT 1;
      SET TimeZone = 'America/New_York'; SELECT to_timestamp(s) AS t FROM (VALUES (1730613599), (1730613600)) v(s)
      """)
    #expect(
      output == "t\n1970-01-01 05:30:00+05:30\nt\n2024-11-03 01:59:59-04\n2024-11-03 01:00:00-05\n")
  }
}
