import Columnar

/// A field of every type of Arrow column, by what the page calls it.
enum ArrowFields {
  static let all = plain.map { (name: $0.0, field: Field(name: "x", type: $0.1)) } + extended

  private static let plain: [(String, ColumnType)] = [
    ("bool", .bool), ("int8", .int8), ("int16", .int16), ("int32", .int32), ("int64", .int64), ("uint8", .uint8),
    ("uint16", .uint16), ("uint32", .uint32), ("uint64", .uint64), ("float16", .float16), ("float32", .float32),
    ("float64", .float64), ("decimal128", .decimal128(precision: 10, scale: 2)),
    ("decimal256", .decimal256(precision: 50, scale: 2)), ("utf8", .utf8), ("large_utf8", .largeUTF8),
    ("utf8_view", .utf8View), ("binary", .binary), ("large_binary", .largeBinary), ("binary_view", .binaryView),
    ("fixed_size_binary", .fixedSizeBinary(byteWidth: 16)), ("date32", .date32), ("date64", .date64),
    ("time32", .time32(.second)), ("time64", .time64(.nanosecond)), ("timestamp", .timestamp(.second, timeZone: nil)),
    ("timestamp with zone", .timestamp(.nanosecond, timeZone: "Europe/Rome")), ("duration", .duration(.millisecond)),
    ("month_interval", .interval(.yearMonth)), ("day_time_interval", .interval(.dayTime)),
    ("month_day_nano_interval", .interval(.monthDayNano)), ("list", .list(item)), ("large_list", .largeList(item)),
    ("list_view", .listView(item)), ("large_list_view", .largeListView(item)),
    ("fixed_size_list", .fixedSizeList(item, count: 2)),
    ("struct", .struct([Field(name: "x", type: .int64), Field(name: "y", type: .int32)])),
    ("map", .map(key: Field(name: "key", type: .utf8, isNullable: false), value: item, keysSorted: false)),
  ]

  private static let extended: [(name: String, field: Field)] = [
    ("arrow.uuid", extending(.fixedSizeBinary(byteWidth: 16), "arrow.uuid")),
    ("arrow.json", extending(.utf8, "arrow.json")),
    ("arrowudf.json", extending(.utf8, "arrowudf.json")), ("arrowudf.decimal", extending(.utf8, "arrowudf.decimal")),
    ("arrowudf.pickle", extending(.binary, "arrowudf.pickle")), ("hugeint", huge("hugeint")),
    ("uhugeint", huge("uhugeint")),
  ]

  private static let item = Field(name: "item", type: .int64)

  private static func extending(_ type: ColumnType, _ name: String, metadata: String? = nil) -> Field {
    var all = ["ARROW:extension:name": name]
    all["ARROW:extension:metadata"] = metadata
    return Field(name: "x", type: type, metadata: all)
  }

  /// As DuckDB exports its integers of 16 bytes.
  private static func huge(_ name: String) -> Field {
    extending(
      .fixedSizeBinary(byteWidth: 16), "arrow.opaque", metadata: #"{"type_name":"\#(name)","vendor_name":"DuckDB"}"#)
  }

  /// What the page calls a result column: an extension type by its name, of a nested type the first word.
  static func name(of field: Field) -> String {
    if let huge = all.first(where: { $0.field.metadata == field.metadata && $0.name.hasSuffix("hugeint") }) {
      return huge.name
    }
    return field.extensionName ?? String(field.type.description.prefix { $0 != "<" })
  }
}
