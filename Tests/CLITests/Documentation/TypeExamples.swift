/// What stands for a row of the table of types: for each cell of its first column an annotation and its values.
struct TypeExample: Sendable {
  /// Python source, after `prelude`.
  let annotation: String
  /// Python expressions of objects that may be returned, of which there is one for `type` below that the row does not
  /// name: objects of a class of its own.
  let objects: [String]
  /// What the page writes in place of the example's own types in the last column.
  let resultInSQL: String?

  init(_ annotation: String, objects: [String] = [], resultInSQL: String? = nil) {
    self.annotation = annotation
    self.objects = objects
    self.resultInSQL = resultInSQL
  }

  static let prelude = """
    import enum
    from dataclasses import dataclass
    from datetime import date, datetime, time, timedelta, timezone
    from decimal import Decimal
    from fractions import Fraction
    from typing import Annotated, Any, Literal, NamedTuple, TypedDict
    from uuid import UUID

    from clutch import *

    @dataclass
    class Point:
        x: int
        y: int

    class Pair(NamedTuple):
        x: int
        y: int

    class Place(TypedDict):
        x: int
        y: int

    class Color(enum.Enum):
        RED = "red"
        BLUE = "blue"
    """

  /// The examples of a name in the first column; a row is nothing without one.
  static func examples(of name: String) -> [TypeExample] {
    switch name {
    case "list[T]": [TypeExample("list[int]", resultInSQL: "BIGINT[]")]
    case "dict[K, V]": [TypeExample("dict[str, int]", resultInSQL: "MAP(VARCHAR, BIGINT)")]
    case "a dataclass": [TypeExample("Point", objects: ["Point(1, 2)", "Pair(1, 2)"], resultInSQL: point)]
    case "a NamedTuple": [TypeExample("Pair", objects: ["Pair(1, 2)", "Point(1, 2)"], resultInSQL: point)]
    case "a TypedDict": [TypeExample("Place", objects: ["Place(x=1, y=2)"], resultInSQL: point)]
    case "an Enum": [TypeExample("Color", objects: ["Color.RED"], resultInSQL: "ENUM('red', 'blue')")]
    case "Interval": [TypeExample(name, objects: ["Interval(1, 2, 3000)", "(1, 2, 3000)"])]
    case "Any": [TypeExample(name, objects: ["Point(1, 2)"])]
    case "bool", "int", "float", "str", "bytes", "Decimal", "date", "time", "datetime", "timedelta", "UUID", "None",
      "Json",
      "object", "Record", "list", "dict", "Pickle", "Nanoseconds", "Int8", "Int16", "Int32", "Int64", "Int128", "UInt8",
      "UInt16", "UInt32", "UInt64", "Float32", "Float64":
      [TypeExample(name)]
    case _ where name.hasPrefix("Annotated[") || name.hasPrefix("Literal["): [TypeExample(name)]
    default: []
    }
  }

  private static let point = "STRUCT(x BIGINT, y BIGINT)"

  /// An object of each type that is tried as a result, by what the page calls it.
  static let results: [(name: String, object: String)] = [
    ("bool", "True"), ("int", "7"), ("float", "1.5"), ("str", "'red'"), ("bytes", "b'a'"),
    ("bytearray", "bytearray(b'a')"),
    ("memoryview", "memoryview(b'a')"), ("Decimal", "Decimal('1.5')"), ("Fraction", "Fraction(1, 2)"),
    ("date", "date(2024, 2, 29)"), ("time", "time(12, 30)"), ("naive datetime", "datetime(2024, 2, 29, 12, 30)"),
    ("aware datetime", "datetime(2024, 2, 29, 12, 30, tzinfo=timezone.utc)"), ("timedelta", "timedelta(hours=36)"),
    ("UUID", "UUID(int=5)"), ("list", "[1, 2]"), ("tuple", "(1, 2)"), ("range", "range(2)"), ("set", "{1, 2}"),
    ("dict", "{'x': 1, 'y': 2}"),
  ]

  /// A value of each SQL type that is tried as an argument.
  static let arguments: [(type: String, value: String)] = [
    ("BOOLEAN", "true"), ("TINYINT", "1::TINYINT"), ("SMALLINT", "1::SMALLINT"), ("INTEGER", "1::INTEGER"),
    ("BIGINT", "1::BIGINT"), ("HUGEINT", "1::HUGEINT"), ("UTINYINT", "1::UTINYINT"), ("USMALLINT", "1::USMALLINT"),
    ("UINTEGER", "1::UINTEGER"), ("UBIGINT", "1::UBIGINT"), ("UHUGEINT", "1::UHUGEINT"), ("FLOAT", "1.5::FLOAT"),
    ("DOUBLE", "1.5::DOUBLE"), ("DECIMAL", "1.5::DECIMAL(4, 2)"), ("VARCHAR", "'red'"),
    ("ENUM", "'red'::ENUM('red', 'blue')"), ("JSON", #"'{"a": 1}'::JSON"#), ("BLOB", "'a'::BLOB"),
    ("UUID", "'12345678-1234-5678-1234-567812345678'::UUID"), ("DATE", "'2024-02-29'::DATE"), ("TIME", "'12:30'::TIME"),
    ("TIME_NS", "'12:30'::TIME_NS"), ("TIMETZ", "'12:30+01'::TIMETZ"), ("TIMESTAMP", "'2024-02-29 12:30'::TIMESTAMP"),
    ("TIMESTAMP_S", "'2024-02-29 12:30'::TIMESTAMP_S"), ("TIMESTAMP_MS", "'2024-02-29 12:30'::TIMESTAMP_MS"),
    ("TIMESTAMP_NS", "'2024-02-29 12:30'::TIMESTAMP_NS"), ("TIMESTAMPTZ", "'2024-02-29 12:30+00'::TIMESTAMPTZ"),
    ("INTERVAL", "INTERVAL '36 hours'"), ("LIST", "[1, 2]"), ("ARRAY", "[1, 2]::INTEGER[2]"),
    ("STRUCT", "{'x': 1, 'y': 2}"),
    ("MAP", "MAP {'a': 1}"), ("UNION", "union_value(k := 1)"), ("BIT", "'101'::BIT"), ("BIGNUM", "'1'::BIGNUM"),
    ("VARIANT", "1::VARIANT"),
  ]
}
