import Columnar
import HostSupport

extension UDFType {
  /// The SQL name of the type of a result, as DuckDB writes it; the whole of it, however many values an Enum has.
  public var sqlName: String { sqlName(naming: { $0 }) { $0.joined(separator: ", ") } }

  /// The same for people: of many fields and values only some, and of long names the beginning.
  package var shownSQLName: String {
    sqlName(naming: { $0.cut(to: TextLimit.name) }) { $0.listed(each: TextLimit.type) }.cut(to: TextLimit.type)
  }

  private func sqlName(naming name: (String) -> String, listing: ([String]) -> String) -> String {
    func sqlName(_ type: UDFType) -> String { type.sqlName(naming: name, listing: listing) }
    return switch self {
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
    case .list(let element): "\(sqlName(element))[]"
    case .map(let key, let value): "MAP(\(sqlName(key)), \(sqlName(value)))"
    case .structure(let structure):
      "STRUCT(\(listing(structure.fields.map { "\(name(Self.identifier($0.name))) \(sqlName($0.type))" })))"
    case .enumeration(let enumeration):
      "ENUM(\(listing(enumeration.values.map { "'\(name($0.replacing("'", with: "''")))'" })))"
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
  package var shownParameterName: String { self == .any ? "ANY" : shownSQLName }
}
