import DuckDBEngine
import PythonUDF
import Testing

/// Every SQL type as an argument and as a result, through a UDF.
@Suite(.serialized, .timeLimit(.minutes(30))) struct TypeTests {
  /// A literal, what Python sees, the annotation that gives the same SQL type back.
  struct Case: CustomTestStringConvertible, Sendable {
    let sql: String
    let python: String
    let annotation: String
    var testDescription: String { sql }

    init(_ sql: String, _ python: String, _ annotation: String) {
      (self.sql, self.python, self.annotation) = (sql, python, annotation)
    }
  }

  static let all = [
    Case("true", "True", "bool"), Case("(-128)::TINYINT", "-128", "Int8"),
    Case("(-32768)::SMALLINT", "-32768", "Int16"),
    Case("2147483647::INTEGER", "2147483647", "Int32"),
    Case("(-9223372036854775808)::BIGINT", "-9223372036854775808", "int"),
    Case("255::UTINYINT", "255", "UInt8"), Case("65535::USMALLINT", "65535", "UInt16"),
    Case("4294967295::UINTEGER", "4294967295", "UInt32"),
    Case("18446744073709551615::UBIGINT", "18446744073709551615", "UInt64"),
    Case(
      "(-170141183460469231731687303715884105728)::HUGEINT", "-170141183460469231731687303715884105728", "Int128"),
    Case("1.5::FLOAT", "1.5", "Float32"), Case("'-0.0'::DOUBLE", "-0.0", "float"),
    Case("'infinity'::DOUBLE", "inf", "float"),
    Case("'🥚 é'", "'🥚 é'", "str"), Case(#"'\x00\xFF'::BLOB"#, #"b'\x00\xff'"#, "bytes"),
    Case("1.50::DECIMAL(4,2)", "Decimal('1.50')", "Annotated[Decimal, Decimal128(4, 2)]"),
    Case("(-1.5)::DECIMAL(9,3)", "Decimal('-1.500')", "Annotated[Decimal, Decimal128(9, 3)]"),
    Case("0.01::DECIMAL(18,2)", "Decimal('0.01')", "Annotated[Decimal, Decimal128(18, 2)]"),
    Case(
      "99999999999999999999999999999999999999::DECIMAL(38,0)", "Decimal('99999999999999999999999999999999999999')",
      "Annotated[Decimal, Decimal128(38, 0)]"),
    Case("DATE '0001-01-01'", "datetime.date(1, 1, 1)", "date"),
    Case("DATE '9999-12-31'", "datetime.date(9999, 12, 31)", "date"),
    Case("TIME '23:59:59.999999'", "datetime.time(23, 59, 59, 999999)", "time"),
    Case(
      "TIMESTAMP '1969-12-31 23:59:59.999999'", "datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)", "datetime"),
    Case(
      "TIMESTAMP_S '2024-02-29 00:00:00'", "datetime.datetime(2024, 2, 29, 0, 0)",
      #"Annotated[datetime, Timestamp(unit="s")]"#),
    Case(
      "TIMESTAMP_MS '2024-02-29 00:00:00.001'", "datetime.datetime(2024, 2, 29, 0, 0, 0, 1000)",
      #"Annotated[datetime, Timestamp(unit="ms")]"#),
    Case(
      "TIMESTAMP_NS '2024-02-29 00:00:00.000001'", "datetime.datetime(2024, 2, 29, 0, 0, 0, 1)",
      #"Annotated[datetime, Timestamp(unit="ns")]"#),
    Case(
      "TIMESTAMPTZ '2024-02-29 00:00:00+02'",
      "datetime.datetime(2024, 2, 28, 22, 0, tzinfo=datetime.timezone.utc)",
      #"Annotated[datetime, Timestamp(tz="UTC")]"#),
    Case(
      "INTERVAL '14 months -3 days 00:00:01.5'", "Interval(months=14, days=-3, nanoseconds=1500000000)", "Interval"),
    Case("INTERVAL '25 hours'", "datetime.timedelta(days=1, seconds=3600)", "timedelta"),
    Case(
      "'6f1b0a3e-0000-4000-8000-00000000ffff'::UUID", "UUID('6f1b0a3e-0000-4000-8000-00000000ffff')", "UUID"),
    Case("[1, NULL, 3]::BIGINT[]", "[1, None, 3]", "list[int]"), Case("[]::VARCHAR[]", "[]", "list[str]"),
    Case("[[1.5], NULL, []]::DOUBLE[][]", "[[1.5], None, []]", "list[list[float]]"),
    Case("{'x': 1, 'y': 'a'}::STRUCT(x BIGINT, y VARCHAR)", "Point(x=1, y='a')", "Point"),
    Case("{'x': NULL, 'y': 'a'}::STRUCT(x BIGINT, y VARCHAR)", "{'x': None, 'y': 'a'}", "Typed"),
    Case("MAP {'a': 1, 'b': NULL}::MAP(VARCHAR, BIGINT)", "{'a': 1, 'b': None}", "dict[str, int]"),
    Case(
      "[{'x': 1, 'y': [MAP {1: DATE '2024-01-01'}]}]::STRUCT(x BIGINT, y MAP(BIGINT, DATE)[])[]",
      "[Nested(x=1, y=[{1: datetime.date(2024, 1, 1)}])]", "list[Nested]"),
    Case("'green'::ENUM('red', 'green')", "<Color.GREEN: 'green'>", "Color"),
    // Two texts that look the same.
    Case("'e\u{301}'::ENUM('\u{E9}', 'e\u{301}')", "<Twin.TWO: 'e\u{301}'>", "Twin"),
    Case("'\u{E9}'::ENUM('\u{E9}', 'e\u{301}')", "<Twin.ONE: '\u{E9}'>", "Twin"),
    Case("'b'::ENUM('a', 'b')", "'b'", #"Literal["a", "b"]"#),
    Case(#"'{"a":[1,null,"é"]}'::JSON"#, "{'a': [1, None, 'é']}", "Json"),
  ]

  private static let head = """
    import datetime as dt, enum
    from clutch import *
    from dataclasses import dataclass
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from typing import Annotated, Any, Literal, NamedTuple, TypedDict
    from uuid import UUID

    @dataclass
    class Point:
        x: int
        y: str
    class Nested(NamedTuple):
        x: int
        y: list[dict[int, date]]
    class Typed(TypedDict):
        x: int
        y: str
    class Color(enum.Enum):
        RED = "red"
        GREEN = "green"
    class Twin(enum.Enum):
        ONE = "\\u00e9"
        TWO = "e\\u0301"

    """

  private static func source(_ annotation: String) -> String {
    """
    \(head)
    @udf
    def shown(x: \(annotation)) -> str:
        return repr(x)
    @udf
    def same(x: \(annotation)) -> \(annotation):
        return x
    @udf
    def anything(x: Any) -> str:
        return repr(x)
    """
  }

  @Test(arguments: TestLibrary.allCases, all)
  func `A value arrives and comes back as it is, and null as null`(library: TestLibrary, type: Case) throws {
    let connection = try library.connect(with: Self.source(type.annotation))
    #expect(try connection.rows("SELECT shown(\(type.sql))") == [[.text(type.python)]])
    let rows = try connection.rows(
      """
      SELECT v IS NOT DISTINCT FROM same(v), typeof(same(v)), typeof(v), v::VARCHAR, same(v)::VARCHAR FROM
      (SELECT CASE WHEN i % 3 = 1 THEN NULL ELSE \(type.sql) END v FROM range(5000) t(i)) GROUP BY ALL
      """)
    #expect(rows.count == 2)
    for row in rows {
      #expect(row[0] == .boolean(true))
      // A timedelta becomes days and a rest, where the literal had hours only.
      if type.annotation != "timedelta" { #expect(row[3] == row[4]) }
      #expect(row[1] == row[2])
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Any takes every type, and gives JSON`(library: TestLibrary) throws {
    let connection = try library.connect(
      with: """
        from typing import Any
        @udf
        def shown(x: Any) -> str:
            return repr(x)
        @udf
        def described(x: Any) -> Any:
            return {"value": x, "list": [None, 1.5]}
        """)
    let rows = try connection.rows(
      """
      SELECT shown({'a': 1, 'b': [DATE '2024-01-01']}), shown(5::HUGEINT), shown('x'::ENUM('x')), shown([1, 2]),
        shown('[1]'::JSON), shown(340282366920938463463374607431768211455::UHUGEINT), shown(NULL), shown([1, 2]::INT[2]),
        described('é')::VARCHAR, typeof(described(1)), described(1)->'$.list[1]'
      """)
    #expect(
      rows.map { $0.map(\.description) } == [
        [
          "Record(a=1, b=[datetime.date(2024, 1, 1)])", "5", "'x'", "[1, 2]", "[1]",
          "340282366920938463463374607431768211455", "None", "[1, 2]", #"{"value":"é","list":[null,1.5]}"#, "JSON",
          "1.5",
        ]
      ])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("datetime", "'infinity'::TIMESTAMP", "ValueError: the timestamp 9223372036854775807 us is infinite or outside"),
      ("date", "'-infinity'::DATE", "ValueError: the date -2147483647 days from 1970-01-01 is infinite or outside"),
      ("date", "DATE '10000-01-01'", "ValueError: the date 2932897 days from 1970-01-01 is infinite or outside"),
      (
        "datetime", "TIMESTAMP_NS '2024-01-01 00:00:00.000000001'",
        "ValueError: the timestamp 1704067200000000001 ns is no whole number of microseconds"
      ),
      ("timedelta", "INTERVAL '1 month'", "ValueError: the interval has 1 months, which timedelta cannot hold"),
      ("time", "TIME '24:00:00'", "ValueError: the time 86400000000 us is not within the 24 hours of a day"),
    ])
  func `What Python's type cannot hold is an error of its row`(
    library: TestLibrary, value: (type: String, sql: String, message: String)
  ) throws {
    let connection = try library.connect(
      with: """
        from datetime import *
        @udf
        def f(x: \(value.type)) -> int:
            return 1
        """)
    let failure = try connection.failure("SELECT f(CASE WHEN i = 40 THEN \(value.sql) END) FROM range(100) t(i)") ?? ""
    #expect(
      failure.hasPrefix(
        "Invalid Input Error: UDF f failed at row 40 of its batch: an argument cannot be made: \(value.message)"))
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      (
        "b'101'::BIT",
        "f(BIT): argument 1 ('x') is BIT, which has no form in Python; cast it, as in CAST(... AS VARCHAR)"
      ),
      (
        "union_value(a := 1)",
        "f(UNION(a INTEGER)): argument 1 ('x') is UNION(a INTEGER), which has no form in Python; cast it, as in "
          + "CAST(... AS VARCHAR)"
      ),
    ])
  func `A type without a form in Python is refused when the query is bound`(
    library: TestLibrary, value: (sql: String, message: String)
  ) throws {
    let connection = try library.connect(with: "from typing import Any\n@udf\ndef f(x: Any) -> str: return repr(x)")
    #expect(try connection.failure("SELECT f(\(value.sql))") == "Binder Error: " + value.message)
  }

  @Test func `A result that DuckDB has no type for is refused at registration`() throws {
    let pool = try TestLibrary.pool(
      """
      from clutch import Decimal256
      from decimal import Decimal
      from typing import Annotated
      @udf
      def f() -> Annotated[Decimal, Decimal256(50, 2)]:
          return Decimal(1)
      """)
    let connection = try TestLibrary.duckdbWheel.connect()
    let error = #expect(throws: DuckDBError.self) { try connection.register(pool) }
    #expect(
      error?.message
        == "functions.py, line 6: UDF f cannot be used in SQL: DuckDB's DECIMAL has at most 38 digits, not 50; use Decimal128, or str"
    )
  }
}
