import Columnar
import Tabular
import Testing

@Suite struct TimeZoneTests {
  private func moments(_ seconds: [Int64], zone: String) throws -> Column {
    var builder = try FixedWidthBuilder<Int64>(type: .timestamp(.second, timeZone: zone))
    for value in seconds { builder.append(value) }
    return builder.finish()
  }

  @Test(arguments: [
    ("UTC", "1970-01-01 00:00:00+00"), ("+05:30", "1970-01-01 05:30:00+05:30"), ("-02:00", "1969-12-31 22:00:00-02"),
    ("Asia/Tokyo", "1970-01-01 09:00:00+09"), ("EST", "1969-12-31 19:00:00-05"), ("GMT", "1970-01-01 00:00:00+00"),
    ("GMT+5", "1970-01-01 05:00:00+05"), ("UTC-0330", "1969-12-31 20:30:00-03:30"),
  ])
  func `A moment is shown in the time zone of its column`(zone: String, text: String) throws {
    #expect(try rows(moments([0], zone: zone)) == [text])
    #expect(try rows(moments([0], zone: zone), as: .jsonl) == ["{\"x\":\"\(text)\"}"])
  }

  @Test func `A time zone that nobody knows is an error that names it`() throws {
    for zone in ["Mars/Olympus", "+5:3", "+99:00", "+0530", "GMT+25", "GMT+5:3", "UTC+", "../UTC", ""] {
      let column = try moments([0], zone: zone)
      let error = #expect(throws: ColumnError.self) { try rows(column) }
      #expect(error?.code == .invalidType)
      #expect(error?.message.contains("time zone \(zone) ") == true)
    }
  }

  @Test func `A lookup is asked once for moments of one span, and its errors come through`() throws {
    struct Unknown: Error {}
    var asked: [Int64] = []
    let column = try moments([5, 6, 12, 7, .max], zone: "Ship/Time")
    let texts = try rows(column) { zone, seconds in
      #expect(zone == "Ship/Time")
      asked.append(seconds)
      return TimeZoneSpan(seconds: seconds / 10 * 10..<seconds / 10 * 10 + 10, offsetSeconds: Int32(seconds / 10) * -60)
    }
    #expect(asked == [5, 12, 7])
    #expect(
      texts == [
        "1970-01-01 00:00:05+00", "1970-01-01 00:00:06+00", "1969-12-31 23:59:12-00:01", "1970-01-01 00:00:07+00",
        "infinity",
      ])
    #expect(throws: Unknown.self) { try rows(column) { _, _ in throw Unknown() } }
  }
}
