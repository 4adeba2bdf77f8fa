import Columnar
import Testing

@testable import DuckDBEngine

@Suite struct FieldTests {
  @Test(
    arguments: [
      ("\"NULL\"", "null"), ("BOOLEAN", "bool"), ("TINYINT", "int8"), ("UBIGINT", "uint64"), ("FLOAT", "float32"),
      ("DOUBLE", "float64"), ("VARCHAR", "utf8"), ("BLOB", "binary"), ("JSON", "utf8"),
      ("UUID", "fixed_size_binary[16]"), ("HUGEINT", "fixed_size_binary[16]"), ("UHUGEINT", "fixed_size_binary[16]"),
      ("DECIMAL(4,2)", "decimal128(4, 2)"), ("DECIMAL(38,0)", "decimal128(38, 0)"), ("DATE", "date32[day]"),
      ("TIME", "time64[us]"), ("TIME_NS", "time64[ns]"), ("TIMESTAMP_S", "timestamp[s]"),
      ("TIMESTAMP_MS", "timestamp[ms]"), ("TIMESTAMP", "timestamp[us]"), ("TIMESTAMP_NS", "timestamp[ns]"),
      ("TIMESTAMPTZ", "timestamp[us, tz=UTC]"), ("INTERVAL", "month_day_nano_interval"),
      ("ENUM('a', 'b')", "dictionary<values=utf8, indices=uint8, ordered=0>"),
      ("INTEGER[]", "list<item: int32>"), ("INTEGER[3]", "fixed_size_list<item: int32>[3]"),
      ("STRUCT(a DATE, b VARCHAR)", "struct<a: date32[day], b: utf8>"),
      ("MAP(VARCHAR, INTEGER[])", "map<utf8, list<item: int32>>"),
    ])
  func `Every type has its field`(sql: String, column: String) throws {
    let type = try TestLibrary.duckdbWheel.connect().type(of: "SELECT NULL::\(sql) AS x")
    #expect(type.field(named: "x")?.type.description == column)
    #expect(type.field(named: "x")?.name == "x")
  }

  @Test(arguments: [
    "BIT", "TIMETZ", "UNION(a INTEGER, b VARCHAR)", "BIGNUM", "BIT[]", "STRUCT(a INTEGER, b TIMETZ)",
    "MAP(BIT, INTEGER)", "TIMETZ[2]",
  ])
  func `Types without a column have none inside others either`(sql: String) throws {
    let type = try TestLibrary.duckdbWheel.connect().type(of: "SELECT NULL::\(sql) AS x")
    #expect(type.field(named: "x") == nil)
    #expect(message { _ = try VectorShape(type) }.contains("\(type)"))
  }

  @Test(
    arguments: [
      ("BIT", "binary", "arrow.opaque"), ("TIMETZ", "fixed_size_binary[8]", "arrow.opaque"),
      ("BIGNUM", "struct<>", "arrow.opaque"),
      ("UNION(a INTEGER, b BIT)", "struct<tag: uint8, a: int32, b: binary>", "clutch.union"),
      ("INTERVAL", "month_day_nano_interval", nil), ("TIMESTAMPTZ", "timestamp[us, tz=Asia/Tokyo]", nil),
      (
        "STRUCT(a TIMESTAMPTZ[], b TIMETZ)",
        "struct<a: list<item: timestamp[us, tz=Asia/Tokyo]>, b: fixed_size_binary[8]>", nil
      ),
    ] as [(String, String, String?)])
  func `In results every type has its field`(sql: String, column: String, extensionName: String?) throws {
    let type = try TestLibrary.duckdbWheel.connect().type(of: "SELECT NULL::\(sql) AS x")
    let use = ColumnUse.results(timeZone: "Asia/Tokyo", intervals: .arrow)
    let field = try #require(type.field(named: "x", for: use))
    #expect(field.type.description == column)
    #expect(field.extensionName == extensionName)
    #expect(try VectorShape(type, for: use).columnType == field.type)
  }

  @Test func `Types that Arrow lacks are extension types`() throws {
    let expected = [
      SQLType.Plain.hugeint: ("arrow.opaque", #"{"type_name":"hugeint","vendor_name":"DuckDB"}"#),
      .uhugeint: ("arrow.opaque", #"{"type_name":"uhugeint","vendor_name":"DuckDB"}"#), .uuid: ("arrow.uuid", ""),
      .json: ("arrow.json", ""),
    ]
    for (plain, (name, metadata)) in expected {
      let field = try #require(SQLType.list(.plain(plain)).field(named: "x")?.type.childFields.first)
      #expect(field.extensionName == name)
      #expect(field.extensionMetadata == metadata)
    }
  }

  @Test(arguments: [(255, ColumnType.uint8), (256, .uint16), (65_535, .uint16), (65_536, .uint32)])
  func `The positions of an enumeration are as wide as DuckDB has them`(count: Int, index: ColumnType) {
    let type = SQLType.enumeration((0..<count).map { "\($0)" })
    #expect(type.field(named: "x")?.type == .dictionary(index: index, value: .utf8, isOrdered: false))
  }
}
