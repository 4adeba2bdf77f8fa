import DuckDBEngine
import Testing

/// Constants of another type than a parameter's.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ConstantCastTests {
  private static func shown(_ type: String) -> String {
    """
    from clutch import *
    from dataclasses import dataclass
    from datetime import *
    from decimal import Decimal
    from typing import Annotated
    from uuid import UUID
    @dataclass
    class Day:
        day: date
        n: int
    @udf
    def shown(x: \(type) | None) -> str: return repr(x)
    """
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("date", "'2024-02-28'", "datetime.date(2024, 2, 28)"), ("int", "'5'", "5"), ("int", "'0x10'", "16"),
      ("float", "'1.5'", "1.5"), ("bool", "'true'", "True"), ("Decimal", "'2.50'", "Decimal('2.5000000000')"),
      ("datetime", "'2024-02-28 10:00'", "datetime.datetime(2024, 2, 28, 10, 0)"),
      ("datetime", "DATE '2024-02-28'", "datetime.datetime(2024, 2, 28, 0, 0)"),
      ("time", "'10:30'", "datetime.time(10, 30)"), ("timedelta", "'2 days'", "datetime.timedelta(days=2)"),
      ("bytes", "'ab'", "b'ab'"),
      ("UUID", "'00000000-0000-0000-0000-000000000001'", "UUID('00000000-0000-0000-0000-000000000001')"),
      ("list[date]", "['2024-02-28', NULL]", "[datetime.date(2024, 2, 28), None]"), ("list[int]", "'[1, 2]'", "[1, 2]"),
      ("Day", "{'day': '2024-02-28', 'n': 3}", "Day(day=datetime.date(2024, 2, 28), n=3)"),
      ("Day", "row('2024-02-28', 3)", "Day(day=datetime.date(2024, 2, 28), n=3)"),
      ("list[Day]", "[row('2024-02-28', '3')]", "[Day(day=datetime.date(2024, 2, 28), n=3)]"),
      ("dict[str, date]", "MAP {'a': '2024-02-28'}", "{'a': datetime.date(2024, 2, 28)}"),
      ("date", "NULL::VARCHAR", "None"), ("int", "NULL", "None"),
    ])
  func `A constant is cast as DuckDB casts it`(
    library: TestLibrary, value: (type: String, sql: String, shown: String)
  ) throws {
    let connection = try library.connect(with: Self.shown(value.type))
    #expect(try connection.rows("SELECT shown(\(value.sql))") == [[.text(value.shown)]])
    let rows = try connection.rows("SELECT count(*), any_value(shown(\(value.sql))) FROM range(3000)")
    #expect(rows == [[.integer(3000), .text(value.shown)]])
    let prepared = "PREPARE p AS SELECT shown($1); EXECUTE p(\(value.sql)); EXECUTE p(NULL); EXECUTE p(\(value.sql))"
    #expect(try connection.rows(prepared) == [[.text(value.shown)], [.text("None")], [.text(value.shown)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A prepared statement casts the value of each execution`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.shown("date"))
    let rows = try connection.rows("PREPARE p AS SELECT shown(?); EXECUTE p('2024-01-01'); EXECUTE p('2024-01-02')")
    #expect(rows == [[.text("datetime.date(2024, 1, 1)")], [.text("datetime.date(2024, 1, 2)")]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A column of dates is one of timestamps, infinite ones too`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.shown("datetime"))
    let sql = "SELECT shown(x) FROM (VALUES (DATE '1969-12-31'), (NULL), (DATE '2024-02-29')) t(x)"
    #expect(
      try connection.rows(sql).map { $0[0].description } == [
        "datetime.datetime(1969, 12, 31, 0, 0)", "None", "datetime.datetime(2024, 2, 29, 0, 0)",
      ])
    let failure = try connection.failure("SELECT shown(x) FROM (VALUES ('infinity'::DATE)) t(x)")
    #expect(failure?.contains("is infinite or outside") == true)
  }

  @Test(arguments: TestLibrary.allCases)
  func `A constant that cannot be cast fails where it is needed, in DuckDB's words`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.shown("date"))
    #expect(
      try connection.failure("SELECT shown('soon')")
        == """
        Invalid Input Error: shown: argument 1 ('x', date): Conversion Error: invalid date field format: "soon", \
        expected format is (YYYY-MM-DD)
        """)
    #expect(try connection.rows("SELECT TRY(shown('soon'))") == [[.null]])
    #expect(try connection.rows("SELECT CASE WHEN false THEN shown('soon') ELSE 'no' END") == [[.text("no")]])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      (
        "date", "SELECT shown(x) FROM (VALUES ('2024-01-01')) t(x)", "argument 1 ('x', date) is VARCHAR, but takes DATE"
      ),
      ("int", "SELECT shown(1.5)", "argument 1 ('x', int) is DECIMAL(2,1), but takes an integer type"),
      ("str", "SELECT shown(42)", "argument 1 ('x', str) is INTEGER, but takes VARCHAR"),
      ("date", "SELECT shown(TIMESTAMP '2024-01-01')", "argument 1 ('x', date) is TIMESTAMP, but takes DATE"),
    ])
  func `Columns, and what DuckDB does not cast by itself, are refused`(
    library: TestLibrary, query: (type: String, sql: String, message: String)
  ) throws {
    let connection = try library.connect(with: Self.shown(query.type))
    #expect(try connection.failure(query.sql)?.contains(query.message) == true)
  }

  @Test func `The time zone of a text is the session's`() throws {
    let connection = try TestLibrary.duckdbWheel.connect(with: Self.shown("Annotated[datetime, Timestamp(tz='UTC')]"))
    let rows = try connection.rows("SET TimeZone = 'Europe/Rome'; SELECT shown('2024-01-01 12:00')")
    #expect(rows.last?[0].description.contains("2024, 1, 1, 11, 0") == true)
  }
}
