import Columnar
import Essentials

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
  /// What the system knows of a time zone by its name, its abbreviation or, as in `+05:30` and `GMT+5`, its distance from UTC.
  ///
  /// - Throws: `ColumnError` with the code `invalidType` for one that it does not know.
  static func known(timeZone name: String, seconds: Int64) throws(ColumnError) -> TimeZoneSpan {
    if let zone = SystemZones.zone(name) ?? TimeZone.abbreviationDictionary[name].flatMap(SystemZones.zone) {
      let span = zone.span(at: seconds)
      return TimeZoneSpan(seconds: span.seconds, offsetSeconds: span.offset)
    }
    guard let offset = fixed(name) else {
      throw ColumnError(code: .invalidType, message: "the time zone \(name) of a column is not known")
    }
    return TimeZoneSpan(seconds: .min..<Int64.max, offsetSeconds: Int32(offset))
  }

  /// The distance that a name says itself, in seconds.
  private static func fixed(_ name: String) -> Int? {
    guard !["UTC", "GMT", "Etc/UTC"].contains(name) else { return 0 }
    // Without a word before it both parts are written out.
    let text = name.utf8.count == 6 && name.contains(":") ? "GMT" + name : name
    guard let parts = text.wholeMatch(of: /(?:GMT|UTC)([+\-])([0-9][0-9]?)(?::?([0-9][0-9]))?/)?.output,
      let hours = Int(parts.2), let minutes = Int(parts.3 ?? "0"), hours < 24, minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (parts.1 == "-" ? -60 : 60)
  }
}
