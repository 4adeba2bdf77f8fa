/// A Swift type whose values are the rows of a fixed width column, bit for bit.
///
/// `Int8` to `Int64`, `UInt8` to `UInt64`, `Float` and `Double` conform. `Int` does not: the width
/// of a column should not depend on the machine. Do not add conformances.
public protocol FixedWidthColumnElement: BitwiseCopyable, Sendable, Hashable {
  /// The type of the columns that hold such values.
  static var columnType: ColumnType { get }
}

extension Int8: FixedWidthColumnElement {
  public static var columnType: ColumnType { .int8 }
}

extension Int16: FixedWidthColumnElement {
  public static var columnType: ColumnType { .int16 }
}

extension Int32: FixedWidthColumnElement {
  public static var columnType: ColumnType { .int32 }
}

extension Int64: FixedWidthColumnElement {
  public static var columnType: ColumnType { .int64 }
}

extension UInt8: FixedWidthColumnElement {
  public static var columnType: ColumnType { .uint8 }
}

extension UInt16: FixedWidthColumnElement {
  public static var columnType: ColumnType { .uint16 }
}

extension UInt32: FixedWidthColumnElement {
  public static var columnType: ColumnType { .uint32 }
}

extension UInt64: FixedWidthColumnElement {
  public static var columnType: ColumnType { .uint64 }
}

extension Float: FixedWidthColumnElement {
  public static var columnType: ColumnType { .float32 }
}

extension Double: FixedWidthColumnElement {
  public static var columnType: ColumnType { .float64 }
}
