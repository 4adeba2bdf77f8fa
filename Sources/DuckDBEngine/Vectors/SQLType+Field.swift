import Columnar

extension SQLType {
  /// The Arrow field in which values of this type travel; nil when there is none.
  ///
  /// It is what DuckDB itself exports when it is asked to lose nothing: types that Arrow lacks are extension types.
  func field(named name: String) -> Columnar.Field? {
    switch self {
    case .plain(.hugeint): Columnar.Field.opaque(name, ExtensionName.hugeint)
    case .plain(.uhugeint): Columnar.Field.opaque(name, ExtensionName.uhugeint)
    case .plain(.uuid):
      Columnar.Field.extended(
        name: name, type: .fixedSizeBinary(byteWidth: 16), extensionName: ExtensionName.uuid)
    case .plain(.json): Columnar.Field.extended(name: name, type: .utf8, extensionName: ExtensionName.json)
    default: columnType.map { Columnar.Field(name: name, type: $0) }
    }
  }

  /// The type of the columns of such values.
  private var columnType: ColumnType? {
    switch self {
    case .plain(let plain): plain.columnType
    case .decimal(let width, let scale): .decimal128(precision: width, scale: scale)
    case .enumeration(let names): .dictionary(index: Self.indexType(names: names.count), value: .utf8, isOrdered: false)
    case .list(let element): element.field(named: "item").map { ColumnType.list($0) }
    case .array(let element, let count): element.field(named: "item").map { ColumnType.fixedSizeList($0, count: count) }
    case .structure(let members): Self.structure(members)
    case .map(let key, let value): Self.map(key, value)
    case .union, .unsupported: nil
    }
  }

  /// How DuckDB stores a position in an enumeration: the smallest type for the number of names, not for the last one.
  private static func indexType(names: Int) -> ColumnType {
    switch names {
    case ...0xFF: .uint8
    case ...0xFFFF: .uint16
    default: .uint32
    }
  }

  private static func structure(_ members: [Field]) -> ColumnType? {
    let fields = members.compactMap { $0.type.field(named: $0.name) }
    return fields.count == members.count ? .struct(fields) : nil
  }

  private static func map(_ key: SQLType, _ value: SQLType) -> ColumnType? {
    guard var key = key.field(named: "key"), let value = value.field(named: "value") else { return nil }
    key.isNullable = false
    return .map(key: key, value: value, keysSorted: false)
  }
}

extension SQLType.Plain {
  fileprivate var columnType: ColumnType? {
    switch self {
    case .null: .null
    case .boolean: .bool
    case .tinyint: .int8
    case .smallint: .int16
    case .integer: .int32
    case .bigint: .int64
    case .utinyint: .uint8
    case .usmallint: .uint16
    case .uinteger: .uint32
    case .ubigint: .uint64
    case .float: .float32
    case .double: .float64
    case .varchar: .utf8
    case .blob: .binary
    case .date: .date32
    case .time: .time64(.microsecond)
    case .timeNS: .time64(.nanosecond)
    case .timestampS: .timestamp(.second, timeZone: nil)
    case .timestampMS: .timestamp(.millisecond, timeZone: nil)
    case .timestamp: .timestamp(.microsecond, timeZone: nil)
    case .timestampNS: .timestamp(.nanosecond, timeZone: nil)
    case .timestampTZ: .timestamp(.microsecond, timeZone: "UTC")
    case .interval: .interval(.monthDayNano)
    // A time with an offset and a string of bits have no Arrow type; the others are extension types.
    case .timeTZ, .bit, .hugeint, .uhugeint, .uuid, .json: nil
    }
  }
}

extension Columnar.Field {
  /// A type that only DuckDB knows, as 16 bytes.
  fileprivate static func opaque(_ name: String, _ metadata: String) -> Columnar.Field {
    .extended(
      name: name, type: .fixedSizeBinary(byteWidth: 16), extensionName: ExtensionName.opaque,
      extensionMetadata: metadata)
  }
}
