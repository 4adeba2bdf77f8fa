import Columnar

/// What columns are made for.
enum ColumnUse: Sendable, Hashable {
  /// Arguments and results of functions: types that mean something to others than DuckDB.
  case functions
  /// Rows of results: all types. Moments are in the time zone of the session.
  case results(timeZone: String, intervals: IntervalForm)

  /// How results have intervals.
  enum IntervalForm: Sendable, Hashable {
    /// As Arrow has them, with nanoseconds, in which the longest do not fit.
    case arrow
    /// As DuckDB stores them.
    case exact
  }

  fileprivate var timeZone: String { if case .results(let timeZone, _) = self { timeZone } else { "UTC" } }
}

extension SQLType {
  /// The Arrow field in which values of this type travel; nil when there is none.
  ///
  /// It is what DuckDB itself exports when it is asked to lose nothing: types that Arrow lacks are extension types.
  func field(named name: String, for use: ColumnUse = .functions) -> Columnar.Field? {
    if let field = storedField(named: name, for: use) { return field }
    return switch self {
    case .plain(.hugeint): Columnar.Field.opaque(name, ExtensionName.hugeint)
    case .plain(.uhugeint): Columnar.Field.opaque(name, ExtensionName.uhugeint)
    case .plain(.uuid):
      Columnar.Field.extended(
        name: name, type: .fixedSizeBinary(byteWidth: 16), extensionName: ExtensionName.uuid)
    case .plain(.json): Columnar.Field.extended(name: name, type: .utf8, extensionName: ExtensionName.json)
    default: columnType(for: use).map { Columnar.Field(name: name, type: $0) }
    }
  }

  /// The field of a type that only results have: its values as DuckDB stores them, and for a type that cannot be read
  /// only where there are any.
  private func storedField(named name: String, for use: ColumnUse) -> Columnar.Field? {
    guard case .results(_, let intervals) = use else { return nil }
    switch self {
    case .plain(.interval) where intervals == .exact: return .opaque(name, ExtensionName.interval)
    case .plain(.bit): return .opaque(name, ExtensionName.bit, as: .binary)
    case .plain(.timeTZ): return .opaque(name, ExtensionName.zonedTime, as: .fixedSizeBinary(byteWidth: 8))
    case .unsupported(let typeName): return .opaque(name, ExtensionName.duckDBType(typeName), as: .struct([]))
    case .union(let members):
      let fields =
        [Columnar.Field(name: "tag", type: .uint8)] + members.compactMap { $0.type.field(named: $0.name, for: use) }
      return .extended(name: name, type: .struct(fields), extensionName: ExtensionName.union)
    default: return nil
    }
  }

  /// The type of the columns of such values.
  private func columnType(for use: ColumnUse) -> ColumnType? {
    switch self {
    case .plain(.timestampTZ): .timestamp(.microsecond, timeZone: use.timeZone)
    case .plain(let plain): plain.columnType
    case .decimal(let width, let scale): .decimal128(precision: width, scale: scale)
    case .enumeration(let names): .dictionary(index: Self.indexType(names: names.count), value: .utf8, isOrdered: false)
    case .list(let element): element.field(named: "item", for: use).map { ColumnType.list($0) }
    case .array(let element, let count):
      element.field(named: "item", for: use).map { ColumnType.fixedSizeList($0, count: count) }
    case .structure(let members): Self.structure(members, use)
    case .map(let key, let value): Self.map(key, value, use)
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

  private static func structure(_ members: [Field], _ use: ColumnUse) -> ColumnType? {
    let fields = members.compactMap { $0.type.field(named: $0.name, for: use) }
    return fields.count == members.count ? .struct(fields) : nil
  }

  private static func map(_ key: SQLType, _ value: SQLType, _ use: ColumnUse) -> ColumnType? {
    guard var key = key.field(named: "key", for: use), let value = value.field(named: "value", for: use)
    else { return nil }
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
    case .interval: .interval(.monthDayNano)
    // A time with an offset and a string of bits have no Arrow type; the others are extension types, or have parameters.
    case .timeTZ, .bit, .hugeint, .uhugeint, .uuid, .json, .timestampTZ: nil
    }
  }
}

extension Columnar.Field {
  /// A type that only DuckDB knows.
  fileprivate static func opaque(
    _ name: String, _ metadata: String, as type: ColumnType = .fixedSizeBinary(byteWidth: 16)
  ) -> Columnar.Field {
    .extended(name: name, type: type, extensionName: ExtensionName.opaque, extensionMetadata: metadata)
  }
}
