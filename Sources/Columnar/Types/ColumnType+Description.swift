extension ColumnType: CustomStringConvertible {
  /// The name that Arrow gives the type, with its parameters as Arrow writes them.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .decimal128(let precision, let scale): "decimal128(\(precision), \(scale))"
    case .decimal256(let precision, let scale): "decimal256(\(precision), \(scale))"
    case .date32: "date32[day]"
    case .date64: "date64[ms]"
    case .time32(let unit): "time32[\(unit)]"
    case .time64(let unit): "time64[\(unit)]"
    case .timestamp(let unit, nil): "timestamp[\(unit)]"
    case .timestamp(let unit, let timeZone?): "timestamp[\(unit), tz=\(timeZone)]"
    case .duration(let unit): "duration[\(unit)]"
    case .interval(let unit): "\(unit)_interval"
    case .utf8: "utf8"
    case .largeUTF8: "large_utf8"
    case .utf8View: "utf8_view"
    case .binary: "binary"
    case .largeBinary: "large_binary"
    case .binaryView: "binary_view"
    case .fixedSizeBinary(let byteWidth): "fixed_size_binary[\(byteWidth)]"
    default: nestedDescription
    }
  }

  private var nestedDescription: String {
    switch self {
    case .list(let field): "list<\(field)>"
    case .largeList(let field): "large_list<\(field)>"
    case .fixedSizeList(let field, let count): "fixed_size_list<\(field)>[\(count)]"
    case .listView(let field): "list_view<\(field)>"
    case .largeListView(let field): "large_list_view<\(field)>"
    case .struct(let fields): "struct<\(fields.map(\.description).joined(separator: ", "))>"
    case .map(let key, let value, let keysSorted):
      "map<\(key.type), \(value.type)\(keysSorted ? ", keys_sorted" : "")>"
    case .dictionary(let index, let value, let isOrdered):
      "dictionary<values=\(value), indices=\(index), ordered=\(isOrdered ? 1 : 0)>"
    default: "unknown"
    }
  }
}
