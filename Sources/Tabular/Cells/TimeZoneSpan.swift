import Columnar
import Foundation

/// A stretch of time in which the clocks of a time zone keep one distance from UTC.
public struct TimeZoneSpan: Sendable, Hashable {
  /// From when on, and until when, in seconds since 1970-01-01 00:00 UTC.
  public var seconds: Range<Int64>
  /// How far the clocks are ahead of UTC.
  public var offsetSeconds: Int32

  /// Makes a span from its parts.
  public init(seconds: Range<Int64>, offsetSeconds: Int32) {
    self.seconds = seconds
    self.offsetSeconds = offsetSeconds
  }
}

/// Answers with a span of time around a moment, given a time zone's name and the moment in seconds since 1970-01-01
/// 00:00 UTC. The longer the span, the seldomer it is asked.
public typealias TimeZoneLookup = (_ timeZone: String, _ seconds: Int64) throws -> TimeZoneSpan

extension TimeZoneSpan {
  /// What Foundation knows of a time zone by its name, its abbreviation or, as in `+05:30`, its distance from UTC.
  ///
  /// - Throws: `ColumnError` with the code `invalidType` for one that it does not know.
  static func known(timeZone name: String, seconds: Int64) throws(ColumnError) -> TimeZoneSpan {
    guard let zone = TimeZone(identifier: name) ?? TimeZone(abbreviation: name) ?? fixed(name) else {
      throw ColumnError(code: .invalidType, message: "the time zone \(name) of a column is not known")
    }
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))
    return TimeZoneSpan(seconds: seconds..<seconds + 1, offsetSeconds: Int32(offset))
  }

  private static func fixed(_ name: String) -> TimeZone? {
    let parts = name.dropFirst().split(separator: ":", omittingEmptySubsequences: false).map { UInt16($0) }
    guard name.utf8.count == 6, let sign = name.first, sign == "+" || sign == "-", parts.count == 2,
      let hours = parts[0],
      let minutes = parts[1], hours < 24, minutes < 60
    else { return nil }
    return TimeZone(secondsFromGMT: (Int(hours) * 60 + Int(minutes)) * (sign == "-" ? -60 : 60))
  }
}
