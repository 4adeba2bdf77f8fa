import Foundation
import TestSupport
import Testing

/// Rows that failed, as lines of JSON.
@Suite struct DeadLetterTests {
  private let clutch: Clutch

  init() throws {
    clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from dataclasses import dataclass
      from datetime import date, datetime
      from clutch import Interval, udf

      @dataclass
      class Point:
          x: float
          y: float

      @udf
      def never(f: float, m: dict[date, int], b: bytes, i: Interval, p: list[Point]) -> int:
          raise ValueError("no")

      @udf
      def late(t: datetime) -> str:
          return str(t)

      @udf
      def all_of(*x: int) -> int:
          return "no"
      """)
  }

  private func letters(_ sql: String) throws -> [[String: Any]] {
    let end = try clutch.run(
      "sql", "--udf", "f.py", "--on-error", "null", "--dead-letters", "dead.jsonl", "SELECT \(sql)")
    #expect(end.status == .exited(0), "\(end)")
    return try clutch.text("dead.jsonl").split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `Arguments that JSON does not have are text`() throws {
    let letter = try letters(
      """
      never('nan'::DOUBLE, MAP {DATE '2024-02-29': 1}, 'ab'::BLOB, INTERVAL '1 month 2 days 3 seconds', \
      [{'x': 'inf'::DOUBLE, 'y': 1.5}])
      """)
    let expected: NSDictionary = [
      "f": "nan", "m": ["2024-02-29": 1], "b": "6162", "i": ["months": 1, "days": 2, "nanoseconds": 3_000_000_000],
      "p": [["x": "inf", "y": 1.5]],
    ]
    #expect(letter.first?["arguments"] as? NSDictionary == expected)
    #expect(letter.first?["function"] as? String == "never")
  }

  @Test func `Moments are in the time zone of the session, as they are printed`() throws {
    try clutch.write(
      "z.py",
      """
      from datetime import datetime
      from clutch import Timestamp, udf
      from typing import Annotated

      @udf
      def no(t: datetime, l: list[datetime], r: Annotated[datetime, Timestamp(tz="Europe/Rome")], n: datetime) -> int:
          raise ValueError(str(t))
      """)
    let library = try DuckDBPackage.duckdb.path()
    let end = try clutch.run(
      "sql", "--duckdb", library, "--udf", "z.py", "--on-error", "null", "--dead-letters", "zones.jsonl",
      """
      SET TimeZone = 'Asia/Kolkata'; SELECT no(t, [t], t, t::TIMESTAMP) FROM (VALUES (TIMESTAMPTZ '2024-01-01 00:00:00.5+00')) v(t);
      SET TimeZone = 'UTC'; SELECT no(t, [t], t, t::TIMESTAMP) FROM (VALUES (TIMESTAMPTZ '2024-01-01 00:00:00+00')) v(t)
      """)
    #expect(end.status == .exited(0), "\(end)")
    let letters = try clutch.text("zones.jsonl").split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let local = "2024-01-01 05:30:00.5+05:30"
    #expect(
      letters.first?["arguments"] as? NSDictionary == [
        "t": local, "l": [local], "r": local, "n": "2024-01-01 05:30:00.500000",
      ])
    #expect((letters.last?["arguments"] as? NSDictionary)?["t"] as? String == "2024-01-01 00:00:00+00")
    // What the function sees is in UTC.
    #expect((letters.first?["error"] as? [String: Any])?["message"] as? String == "2024-01-01 00:00:00.500000+00:00")
  }

  @Test func `An argument that cannot be made is null, and its error has no line`() throws {
    let letter = try #require(try letters("late('infinity'::TIMESTAMP)").first)
    #expect(letter["arguments"] as? NSDictionary == ["t": NSNull()])
    let error = try #require(letter["error"] as? [String: Any])
    #expect(error["type"] as? String == "ValueError")
    #expect(error["line"] == nil)
    #expect(error["traceback"] as? String == "")
  }

  @Test func `Arguments of one name are an array, and later letters follow earlier ones`() throws {
    #expect(try letters("all_of(1)").count == 1)
    let both = try letters("all_of(1, 2, 3)")
    #expect(both.count == 2)
    #expect(both.last?["arguments"] as? NSArray == [1, 2, 3])
    #expect((both.last?["error"] as? [String: Any])?["type"] as? String == "TypeError")
  }
}
