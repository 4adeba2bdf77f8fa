import Columnar
import Tabular
import Testing

/// Types that DuckDB does not have; what it has is tested with it.
@Suite struct ArrowTypeTests {
  private func fixed<Value: FixedWidthColumnElement>(_ values: [Value?], _ type: ColumnType) throws -> Column {
    var builder = try FixedWidthBuilder<Value>(type: type)
    for value in values { if let value { builder.append(value) } else { builder.appendNull() } }
    return builder.finish()
  }

  @Test func `Times in every unit are written alike`() throws {
    #expect(try rows(fixed([3_723 as Int32, nil], .time32(.second))) == ["01:02:03", ""])
    #expect(try rows(fixed([3_723_500 as Int32], .time32(.millisecond))) == ["01:02:03.5"])
    #expect(try rows(fixed([86_400_000 as Int64, -86_400_000], .date64)) == ["1970-01-02", "1969-12-31"])
    #expect(try rows(fixed([1 as Int64, -90_061], .duration(.second))) == ["00:00:01", "-25:01:01"])
    #expect(try rows(fixed([1 as Int64], .duration(.nanosecond))) == ["00:00:00.000000001"])
  }

  @Test func `Intervals of every kind are written alike`() throws {
    #expect(try rows(fixed([14 as Int32, -1], .interval(.yearMonth))) == ["1 year 2 months", "-1 month"])
    let dayTime = DayTimeInterval(days: -2, milliseconds: 1_500)
    #expect(try rows(fixed([dayTime], .interval(.dayTime))) == ["-2 days 00:00:01.5"])
    let nano = MonthDayNanoInterval(months: 1, days: 0, nanoseconds: -1)
    #expect(try rows(fixed([nano], .interval(.monthDayNano))) == ["1 month -00:00:00.000000001"])
  }

  @Test func `Numbers of every width have all their digits`() throws {
    #expect(try rows(Column([UInt64.max, nil])) == ["18446744073709551615", ""])
    #expect(try rows(Column([Int8.min, .max])) == ["-128", "127"])
    let wide = try fixed([Int256(Int128.min), Int256(5)], .decimal256(precision: 76, scale: 3))
    #expect(try rows(wide) == ["-170141183460469231731687303715884105.728", "0.005"])
    #expect(try rows(fixed([12 as Int128, 0], .decimal128(precision: 5, scale: -2))) == ["1200", "0"])
    #if !(os(macOS) && arch(x86_64))
      #expect(try rows(Column([Float16(1.5), .infinity])) == ["1.5", "inf"])
      #expect(try rows(Column([Float16(1.5), .infinity]), as: .jsonl) == [#"{"x":1.5}"#, #"{"x":null}"#])
    #endif
  }

  @Test func `Positions in a dictionary are written as what they stand for`() throws {
    let numbers = try Column.dictionaryEncoded(
      indices: Column([1 as Int8, 0, nil, 2]), dictionary: Column([10 as Int64, 20, nil]))
    #expect(try rows(numbers) == ["20", "10", "", "NULL"])
    let texts = try Column.dictionaryEncoded(indices: Column([1 as Int32, 0]), dictionary: Column(["a,b", "c"]))
    #expect(try rows(texts) == ["c", "\"a,b\""])
    #expect(try rows(texts.slice(1..<2), as: .jsonl) == [#"{"x":"a,b"}"#])
  }

  @Test func `A slice is written as its own rows`() throws {
    var lists = ListBuilder()
    for count in [2, 0, 1, 2] { try lists.append(elementCount: count) }
    let elements = Column(["a", nil, "b c", "d'", ""])
    let column = try lists.finish(elements: elements)
    #expect(try rows(column.slice(1..<4)) == ["[]", "[b c]", #""['d\'', '']""#])
    #expect(try rows(column.slice(0..<1), as: .jsonl) == [#"{"x":["a",null]}"#])
  }

  @Test func `More rows than a piece come in order`() throws {
    let values = (0..<5_000).map { Int64($0) }
    let batch = try RecordBatch(
      schema: Schema([Field(name: "i", type: .int64)]), columns: [Column(values.map { Optional($0) })])
    #expect(try written([batch], as: .csv) == "i\n" + values.map { "\($0)\n" }.joined())
    let json = try written([batch, batch.slice(0..<0), batch.slice(0..<1)], as: .json)
    #expect(json.hasPrefix("[\n{\"i\":0},\n{\"i\":1},\n") && json.hasSuffix("{\"i\":4999},\n{\"i\":0}\n]\n"))
    let table = try written([batch, batch], as: .table, maxRows: 3)
    #expect(table.contains("│      0 │\n│      1 │\n│ · · ·  │\n│   4999 │\n└"))
    #expect(table.hasSuffix("10,000 rows (3 shown)\n"))
  }

  @Test func `A batch without columns or rows is written`() throws {
    let batch = try RecordBatch(schema: Schema([]), columns: [], rowCount: 2)
    #expect(try written([batch], as: .jsonl) == "{}\n{}\n")
    #expect(try written([], as: .json) == "[]\n")
  }

  @Test func `An extension type that is not stored as it should be is written as it is stored`() throws {
    let field = Field.extended(name: "x", type: .int64, extensionName: "arrow.uuid")
    #expect(try rows(Column([7 as Int64]), field) == ["7"])
    let opaque = Field.extended(
      name: "x", type: .utf8, extensionName: "arrow.opaque", extensionMetadata: #"{"type_name":"bit"}"#)
    #expect(try rows(Column(["text"]), opaque) == ["text"])
    #expect(
      try written([RecordBatch(schema: Schema([opaque]), columns: [Column(["t"])])], as: .table).contains("varchar"))
  }
}
