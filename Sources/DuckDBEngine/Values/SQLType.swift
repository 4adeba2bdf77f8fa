/// A type of DuckDB's, as far as reading its values needs it.
public indirect enum SQLType: Sendable, Hashable {
  /// One of the types without parameters.
  case plain(Plain)
  /// Fixed point, with `width` digits of which `scale` follow the point.
  case decimal(width: Int, scale: Int)
  /// One of some texts.
  case enumeration([String])
  /// Any number of values of one type.
  case list(SQLType)
  /// A fixed number of values of one type.
  case array(SQLType, count: Int)
  /// Named values.
  case structure([Field])
  /// Keys with values.
  case map(key: SQLType, value: SQLType)
  /// One value out of several named kinds.
  case union([Field])
  /// A type that this version cannot read, by the name or number that DuckDB gives it.
  case unsupported(String)

  /// A type without parameters; its raw value is DuckDB's name for it.
  public enum Plain: String, Sendable, Hashable {
    /// No value at all, and truth values.
    case null = "\"NULL\"", boolean = "BOOLEAN"
    /// Signed integers of 8 to 64 bits.
    case tinyint = "TINYINT", smallint = "SMALLINT", integer = "INTEGER", bigint = "BIGINT"
    /// Unsigned integers of 8 to 64 bits.
    case utinyint = "UTINYINT", usmallint = "USMALLINT", uinteger = "UINTEGER", ubigint = "UBIGINT"
    /// Integers of 128 bits, and floating point.
    case hugeint = "HUGEINT", uhugeint = "UHUGEINT", float = "FLOAT", double = "DOUBLE"
    /// Texts and bytes.
    case varchar = "VARCHAR", json = "JSON", blob = "BLOB", bit = "BIT", uuid = "UUID"
    /// Dates, and times of day.
    case date = "DATE", time = "TIME", timeNS = "TIME_NS", timeTZ = "TIME WITH TIME ZONE"
    /// Timestamps in seconds, milliseconds and microseconds.
    case timestampS = "TIMESTAMP_S", timestampMS = "TIMESTAMP_MS", timestamp = "TIMESTAMP"
    /// Timestamps in nanoseconds or in UTC, and intervals.
    case timestampNS = "TIMESTAMP_NS", timestampTZ = "TIMESTAMP WITH TIME ZONE", interval = "INTERVAL"
  }

  /// A named part of a structure or union.
  public struct Field: Sendable, Hashable {
    /// The name; empty in a structure without names.
    public var name: String
    /// The type.
    public var type: SQLType

    /// Makes a field from its parts.
    public init(name: String, type: SQLType) {
      self.name = name
      self.type = type
    }
  }

  static let unknown = unsupported("unknown")

  /// Whether it is a plain type, or has one of that type in it.
  func contains(_ wanted: Plain) -> Bool {
    switch self {
    case .plain(let plain): plain == wanted
    case .list(let element), .array(let element, _): element.contains(wanted)
    case .map(let key, let value): key.contains(wanted) || value.contains(wanted)
    case .structure(let fields), .union(let fields): fields.contains { $0.type.contains(wanted) }
    case .decimal, .enumeration, .unsupported: false
    }
  }
}
