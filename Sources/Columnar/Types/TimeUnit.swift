/// The unit that times and durations are counted in.
public enum TimeUnit: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// 1 s.
  case second = "s"
  /// 1/1,000 s.
  case millisecond = "ms"
  /// 1/1,000,000 s.
  case microsecond = "us"
  /// 1/1,000,000,000 s.
  case nanosecond = "ns"

  /// How many of the unit make a second.
  public var perSecond: Int64 {
    switch self {
    case .second: 1
    case .millisecond: 1_000
    case .microsecond: 1_000_000
    case .nanosecond: 1_000_000_000
    }
  }

  /// Arrow's abbreviation.
  public var description: String { rawValue }
}
