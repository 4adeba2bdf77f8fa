/// What a calendar interval is made of, and so how it is stored.
public enum IntervalUnit: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Months, as an `Int32`; twelve are a year.
  case yearMonth = "month"
  /// Days and milliseconds, as a ``DayTimeInterval``.
  case dayTime = "day_time"
  /// Months, days and nanoseconds, as a ``MonthDayNanoInterval``.
  case monthDayNano = "month_day_nano"

  /// The first part of the type's name in Arrow.
  public var description: String { rawValue }
}

/// A row of an `interval(.dayTime)` column. The parts are independent: neither carries into the other.
public struct DayTimeInterval: Sendable, Hashable, BitwiseCopyable {
  /// Whole days.
  public var days: Int32
  /// Milliseconds in addition to the days.
  public var milliseconds: Int32

  /// Creates an interval.
  public init(days: Int32, milliseconds: Int32) {
    self.days = days
    self.milliseconds = milliseconds
  }
}

/// A row of an `interval(.monthDayNano)` column. The parts are independent: none carries into another.
public struct MonthDayNanoInterval: Sendable, Hashable, BitwiseCopyable {
  /// Whole months.
  public var months: Int32
  /// Days in addition to the months.
  public var days: Int32
  /// Nanoseconds in addition to the days.
  public var nanoseconds: Int64

  /// Creates an interval.
  public init(months: Int32, days: Int32, nanoseconds: Int64) {
    self.months = months
    self.days = days
    self.nanoseconds = nanoseconds
  }
}
