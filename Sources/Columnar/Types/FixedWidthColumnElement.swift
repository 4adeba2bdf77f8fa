/// A Swift type whose values are the rows of a fixed width column, bit for bit.
///
/// `Int8` to `Int64`, `UInt8` to `UInt64`, `Float16`, `Float` and `Double` conform, and for decimals and intervals
/// `Int128`, ``Int256``, ``DayTimeInterval`` and ``MonthDayNanoInterval``. `Int` does not: the width of a column should
/// not depend on the machine. Do not add conformances.
public protocol FixedWidthColumnElement: BitwiseCopyable, Sendable, Hashable {
  /// The type of the columns that hold such values.
  static var columnType: ColumnType { get }
  /// Whether the rows of a column of `type` lie in memory as such values.
  static func stores(_ type: ColumnType) -> Bool
}

extension FixedWidthColumnElement {
  /// True for ``columnType``, and for integers also for dates, times and dictionary indices of their width.
  public static func stores(_ type: ColumnType) -> Bool {
    type == columnType || type.storageType == columnType
  }
}

extension Int8: FixedWidthColumnElement {
  /// `int8`.
  public static var columnType: ColumnType { .int8 }
}

extension Int16: FixedWidthColumnElement {
  /// `int16`.
  public static var columnType: ColumnType { .int16 }
}

extension Int32: FixedWidthColumnElement {
  /// `int32`.
  public static var columnType: ColumnType { .int32 }
}

extension Int64: FixedWidthColumnElement {
  /// `int64`.
  public static var columnType: ColumnType { .int64 }
}

extension UInt8: FixedWidthColumnElement {
  /// `uint8`.
  public static var columnType: ColumnType { .uint8 }
}

extension UInt16: FixedWidthColumnElement {
  /// `uint16`.
  public static var columnType: ColumnType { .uint16 }
}

extension UInt32: FixedWidthColumnElement {
  /// `uint32`.
  public static var columnType: ColumnType { .uint32 }
}

extension UInt64: FixedWidthColumnElement {
  /// `uint64`.
  public static var columnType: ColumnType { .uint64 }
}

extension Float: FixedWidthColumnElement {
  /// `float32`.
  public static var columnType: ColumnType { .float32 }
}

extension Double: FixedWidthColumnElement {
  /// `float64`.
  public static var columnType: ColumnType { .float64 }
}
