import Columnar

extension UDFType {
  /// The SQL name of the type of a result, as DuckDB writes it.
  public var sqlName: String {
    switch self {
    case .any, .json: "JSON"
    case .null: "\"NULL\""
    case .bool: "BOOLEAN"
    case .int: "BIGINT"
    case .int8: "TINYINT"
    case .int16: "SMALLINT"
    case .int32: "INTEGER"
    case .uint8: "UTINYINT"
    case .uint16: "USMALLINT"
    case .uint32: "UINTEGER"
    case .uint64: "UBIGINT"
    case .int128: "HUGEINT"
    case .float: "DOUBLE"
    case .float32: "FLOAT"
    case .string, .decimalText: "VARCHAR"
    case .bytes, .pickle: "BLOB"
    case .decimal(let digits): "DECIMAL(\((digits ?? .standard).precision),\((digits ?? .standard).scale))"
    case .date: "DATE"
    case .time: "TIME"
    case .timestamp(_, _?): "TIMESTAMP WITH TIME ZONE"
    case .timestamp(.second, nil): "TIMESTAMP_S"
    case .timestamp(.millisecond, nil): "TIMESTAMP_MS"
    case .timestamp(.microsecond, nil): "TIMESTAMP"
    case .timestamp(.nanosecond, nil), .nanoseconds: "TIMESTAMP_NS"
    case .duration, .interval: "INTERVAL"
    case .uuid: "UUID"
    case .list(let element): "\(element.sqlName)[]"
    case .map(let key, let value): "MAP(\(key.sqlName), \(value.sqlName))"
    case .structure(let structure):
      "STRUCT(\(structure.fields.map { "\(Self.identifier($0.name)) \($0.type.sqlName)" }.joined(separator: ", ")))"
    case .enumeration(let enumeration):
      "ENUM(\(enumeration.values.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")))"
    }
  }

  /// A name as SQL has it, in quotes where it needs them.
  package static func identifier(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    return isPlain && name.first?.isNumber == false ? name : quoted(name)
  }

  /// A name in quotes, which is one in SQL whatever it is.
  package static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

  /// The SQL name of what a parameter takes: `Any` takes everything.
  package var sqlParameterName: String { self == .any ? "ANY" : sqlName }
}
