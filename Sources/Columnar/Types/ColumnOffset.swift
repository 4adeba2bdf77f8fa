/// The integers that can be the offsets of a variable width column: `Int32` and `Int64`.
public protocol ColumnOffset: FixedWidthColumnElement, FixedWidthInteger {
  /// The text type with such offsets.
  static var textType: ColumnType { get }
  /// The binary type with such offsets.
  static var binaryType: ColumnType { get }
  /// The list type with such offsets.
  static func listType(of field: Field) -> ColumnType
}

extension Int32: ColumnOffset {
  /// `utf8`.
  public static var textType: ColumnType { .utf8 }
  /// `binary`.
  public static var binaryType: ColumnType { .binary }
  /// `list`.
  public static func listType(of field: Field) -> ColumnType { .list(field) }
}

extension Int64: ColumnOffset {
  /// `large_utf8`.
  public static var textType: ColumnType { .largeUTF8 }
  /// `large_binary`.
  public static var binaryType: ColumnType { .largeBinary }
  /// `large_list`.
  public static func listType(of field: Field) -> ColumnType { .largeList(field) }
}
