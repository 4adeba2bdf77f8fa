import Columnar

extension Field {
  /// Whether values are numbers, which tables align to the right.
  var isNumeric: Bool {
    switch type {
    case .decimal128, .decimal256: true
    case .fixedSizeBinary: isHugeInteger || isUnsignedHugeInteger
    default: type.isInteger || type.isFloatingPoint
    }
  }

  /// DuckDB's name for the type in lower case, for the head of a table: the parts of structures and the names of
  /// enumerations are left out. What DuckDB does not have is named as in Arrow.
  var shortTypeName: String {
    switch storedMeaning {
    case nil: type.shortName
    case .hugeInteger: "hugeint"
    case .unsignedHugeInteger: "uhugeint"
    case .uuid: "uuid"
    case .json: "json"
    case .bits: "bit"
    case .zonedTime: "timetz"
    case .interval: "interval"
    case .union: "union"
    case .unreadable(let name): name.lowercased()
    }
  }
}

extension ColumnType {
  fileprivate var shortName: String {
    switch self {
    case .bool: "boolean"
    case .int8: "tinyint"
    case .int16: "smallint"
    case .int32: "integer"
    case .int64: "bigint"
    case .uint8: "utinyint"
    case .uint16: "usmallint"
    case .uint32: "uinteger"
    case .uint64: "ubigint"
    case .float32: "float"
    case .float64: "double"
    case .decimal128(let precision, let scale), .decimal256(let precision, let scale): "decimal(\(precision),\(scale))"
    case .utf8, .largeUTF8, .utf8View: "varchar"
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary: "blob"
    case .date32, .date64: "date"
    case .time64(.nanosecond): "time_ns"
    case .time32, .time64: "time"
    case .timestamp(_, _?): "timestamptz"
    case .timestamp(.second, nil): "timestamp_s"
    case .timestamp(.millisecond, nil): "timestamp_ms"
    case .timestamp(.microsecond, nil): "timestamp"
    case .timestamp(.nanosecond, nil): "timestamp_ns"
    case .duration, .interval: "interval"
    case .list(let element), .largeList(let element), .listView(let element), .largeListView(let element):
      "\(element.shortTypeName)[]"
    case .fixedSizeList(let element, let count): "\(element.shortTypeName)[\(count)]"
    case .struct: "struct"
    case .map(let key, let value, _): "map(\(key.shortTypeName), \(value.shortTypeName))"
    case .dictionary(_, let value, _): value.isText ? "enum" : value.shortName
    case .null, .float16: description
    }
  }
}
