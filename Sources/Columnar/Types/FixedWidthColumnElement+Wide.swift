#if !(os(macOS) && arch(x86_64))
  extension Float16: FixedWidthColumnElement {
    /// `float16`.
    public static var columnType: ColumnType { .float16 }
  }
#endif

extension Int128: FixedWidthColumnElement {
  /// `decimal128` with all of its digits, and none after the point.
  public static var columnType: ColumnType { .decimal128(precision: 38, scale: 0) }
  /// Every `decimal128`.
  public static func stores(_ type: ColumnType) -> Bool {
    if case .decimal128 = type { true } else { false }
  }
}

extension Int256: FixedWidthColumnElement {
  /// `decimal256` with all of its digits, and none after the point.
  public static var columnType: ColumnType { .decimal256(precision: 76, scale: 0) }
  /// Every `decimal256`.
  public static func stores(_ type: ColumnType) -> Bool {
    if case .decimal256 = type { true } else { false }
  }
}

extension DayTimeInterval: FixedWidthColumnElement {
  /// `day_time_interval`.
  public static var columnType: ColumnType { .interval(.dayTime) }
}

extension MonthDayNanoInterval: FixedWidthColumnElement {
  /// `month_day_nano_interval`.
  public static var columnType: ColumnType { .interval(.monthDayNano) }
}
