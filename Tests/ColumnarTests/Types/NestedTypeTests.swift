import Columnar
import Testing

@Suite("Types with parameters")
struct NestedTypeTests {
  private static let item = Field(name: "item", type: .int8)

  @Test(
    "types have Arrow's names and widths",
    arguments: [
      (.float16, "float16", 16), (.decimal128(precision: 9, scale: -2), "decimal128(9, -2)", 128),
      (.decimal256(precision: 76, scale: 0), "decimal256(76, 0)", 256), (.date32, "date32[day]", 32),
      (.date64, "date64[ms]", 64), (.time32(.second), "time32[s]", 32), (.time64(.nanosecond), "time64[ns]", 64),
      (.timestamp(.microsecond, timeZone: nil), "timestamp[us]", 64),
      (.timestamp(.millisecond, timeZone: "UTC"), "timestamp[ms, tz=UTC]", 64), (.duration(.second), "duration[s]", 64),
      (.interval(.yearMonth), "month_interval", 32), (.interval(.dayTime), "day_time_interval", 64),
      (.interval(.monthDayNano), "month_day_nano_interval", 128), (.utf8View, "utf8_view", nil),
      (.binaryView, "binary_view", nil), (.fixedSizeBinary(byteWidth: 3), "fixed_size_binary[3]", 24),
      (.list(item), "list<item: int8>", nil), (.largeList(item), "large_list<item: int8>", nil),
      (.fixedSizeList(item, count: 2), "fixed_size_list<item: int8>[2]", nil),
      (.listView(item), "list_view<item: int8>", nil), (.largeListView(item), "large_list_view<item: int8>", nil),
      (
        .struct([item, Field(name: "b", type: .utf8, isNullable: false)]), "struct<item: int8, b: utf8 not null>", nil
      ),
      (.map(from: .utf8, to: .int8), "map<utf8, int8>", nil),
      (.map(key: item, value: item, keysSorted: true), "map<int8, int8, keys_sorted>", nil),
      (
        .dictionary(index: .int8, value: .utf8, isOrdered: true), "dictionary<values=utf8, indices=int8, ordered=1>", 8
      ),
    ] as [(ColumnType, String, Int?)])
  func namesAndWidths(type: ColumnType, name: String, bitWidth: Int?) {
    #expect(type.description == name)
    #expect(type.bitWidth == bitWidth)
    #expect(!type.isInteger)
    #expect(type.isFloatingPoint == (type == .float16))
  }

  @Test(
    "256-bit integers show their digits",
    arguments: [
      (Int256(0), "0"), (Int256(-1), "-1"), (Int256(Int128.min), "\(Int128.min)"),
      (Int256(high: 1, low: 0), "340282366920938463463374607431768211456"),
      (Int256(high: -1, low: 0), "-340282366920938463463374607431768211456"),
      (
        Int256(high: .max, low: .max),
        "57896044618658097711785492504343953926634992332820282019728792003956564819967"
      ),
      (
        Int256(high: .min, low: 0), "-57896044618658097711785492504343953926634992332820282019728792003956564819968"
      ),
    ])
  func wideIntegers(value: Int256, digits: String) {
    #expect(value.description == digits)
    #expect((Int128(exactly: value)?.description ?? digits) == digits)
  }

  @Test("columns are described in words")
  func descriptions() throws {
    var prices = try FixedWidthBuilder<Int128>(type: .decimal128(precision: 9, scale: 2))
    for price in [-5, 12_345] as [Int128] { prices.append(price) }
    prices.appendNull()
    #expect(prices.finish().description == "decimal128(9, 2) (3 rows, 1 null): [-0.05, 123.45, null]")

    var lists = ListBuilder()
    try lists.append(elementCount: 2)
    lists.appendNull()
    let list = try lists.finish(elements: Column(["a", "b"]))
    #expect(list.description == "list<item: utf8> (2 rows, 1 null): [[\"a\", \"b\"], null]")

    let dictionary = try Column.dictionaryEncoded(
      indices: Column([1, nil, 0] as [Int8?]), dictionary: Column(["x", "y"]))
    #expect(dictionary.description.hasSuffix("[\"y\", null, \"x\"]"))
    var builder = StructBuilder()
    builder.append()
    let fields = [Field(name: "n", type: .bool)]
    #expect(try builder.finish(fields: fields, columns: [Column([true])]).description.hasSuffix("[{n: true}]"))
  }

  @Test("pointers for marshalling code start at the first row")
  func rawAccess() throws {
    var lists = ListBuilder()
    for count in [1, 0, 2] { try lists.append(elementCount: count) }
    let list = try lists.finish(elements: Column([1, 2, 3] as [Int8?])).slice(1..<3)
    var views = StringViewBuilder()
    for text in ["a", "thirteen byte", "bc"] { try views.append(text) }
    let view = views.finish().slice(1..<3)
    withExtendedLifetime((list, view)) {
      let offsets = list.unsafeListOffsets(as: Int32.self)
      #expect([offsets[0], offsets[1], offsets[2]] == [1, 1, 3])
      let (rows, data) = view.unsafeViews
      let long = ViewLayout(at: rows)
      let short = ViewLayout(at: rows + 16)
      #expect(!long.isInline && long.byteCount == 13)
      #expect((data[long.bufferIndex] + long.offset).load(as: UInt8.self) == UInt8(ascii: "t"))
      #expect(short.isInline && Array(short.inlineBytes) == Array("bc".utf8))
    }
  }
}
