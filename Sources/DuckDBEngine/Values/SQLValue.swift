/// A value out of a result, copied and independent of it.
///
/// `description` is the text that `CAST(x AS VARCHAR)` gives in DuckDB, with `TIMESTAMPTZ` in UTC.
public indirect enum SQLValue: Sendable, Hashable {
  /// What a stored timestamp counts.
  public enum TimestampUnit: Int64, Sendable, Hashable {
    /// Seconds.
    case seconds = 1
    /// Milliseconds.
    case milliseconds = 1_000
    /// Microseconds.
    case microseconds = 1_000_000
    /// Nanoseconds.
    case nanoseconds = 1_000_000_000
  }

  /// No value.
  case null
  /// A truth value.
  case boolean(Bool)
  /// Any integer that fits: all of the types up to 64 bits but large `UBIGINT` values.
  case integer(Int64)
  /// `HUGEINT`, and `UBIGINT` values that do not fit in 64 signed bits.
  case hugeInteger(Int128)
  /// `UHUGEINT`.
  case unsignedHugeInteger(UInt128)
  /// `FLOAT`.
  case float(Float)
  /// `DOUBLE`.
  case double(Double)
  /// `DECIMAL`: the digits without the point, of which `scale` follow it and at most `width` exist.
  case decimal(Int128, width: Int, scale: Int)
  /// `VARCHAR` and values of enumerations.
  case text(String)
  /// `JSON`: a text that is valid JSON.
  case json(String)
  /// `BLOB`.
  case blob([UInt8])
  /// `BIT`, first bit first.
  case bits([Bool])
  /// `UUID`, first byte in the highest bits.
  case uuid(UInt128)
  /// `DATE`: days since 1970-01-01; the extremes of the range stand for infinity.
  case date(days: Int32)
  /// `TIME` and `TIME_NS`: nanoseconds since midnight.
  case time(nanoseconds: Int64)
  /// `TIMETZ`: microseconds since midnight local time, and how far that is ahead of UTC.
  case zonedTime(microseconds: Int64, offsetSeconds: Int32)
  /// Timestamps: units since 1970-01-01 00:00, in UTC if `isUTC`; the extremes stand for infinity.
  case timestamp(Int64, TimestampUnit, isUTC: Bool)
  /// `INTERVAL`; the parts have their own signs.
  case interval(months: Int32, days: Int32, microseconds: Int64)
  /// `LIST` and `ARRAY`.
  case list([SQLValue])
  /// `STRUCT`; the names are empty in one without names.
  case structure([Field])
  /// `MAP`.
  case map([Entry])
  /// `UNION`: the name of the member that is there, and its value.
  case union(tag: String, SQLValue)
  /// A value of a type that cannot be read, by the type's name.
  case unsupported(String)

  /// A named value in a structure.
  public struct Field: Sendable, Hashable {
    /// The name; empty in a structure without names.
    public var name: String
    /// The value.
    public var value: SQLValue
  }

  /// A key with its value in a map.
  public struct Entry: Sendable, Hashable {
    /// The key.
    public var key: SQLValue
    /// The value.
    public var value: SQLValue
  }
}
