import Foundation
import Testing
import TestSupport

@testable import Tabular

/// The system's time zones, compared with what Python makes of the same files.
@Suite struct ZoneTests {
  private struct Zone: Decodable {
    let name: String
    /// Moments, and how far the clocks are ahead of UTC then.
    let offsets: [[Int64]]
  }

  /// Every zone of the system, at moments of three centuries and at those around the changes of some years.
  private static let script = """
    import datetime, json, os, random, sys, zoneinfo

    random.seed(7)
    utc, zones = datetime.timezone.utc, []
    for name in sorted(zoneinfo.available_timezones()):
        if not any(os.path.isfile(f"{folder}/{name}") for folder in zoneinfo.TZPATH):
            continue
        zone = zoneinfo.ZoneInfo(name)
        def offset(moment):
            return int(datetime.datetime.fromtimestamp(moment, zone).utcoffset() / datetime.timedelta(seconds=1))
        moments = [random.randrange(-3786825600, 7258118400) for _ in range(60)]
        # From hour to hour, and from second to second where something changes.
        for year in (1942, 1970, 2024, 2037, 2038, 2100):
            start = int(datetime.datetime(year, 1, 1, tzinfo=utc).timestamp())
            days = [start + day * 86400 for day in range(0, 368)]
            for before, after in zip(days, days[1:]):
                if offset(before) != offset(after):
                    while after - before > 1:
                        middle = (before + after) // 2
                        before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
                    moments += [before, after]
        zones.append({"name": name, "offsets": [[moment, offset(moment)] for moment in moments]})
    json.dump(zones, sys.stdout)
    """

  @Test(.timeLimit(.minutes(30)), .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe")))
  func `every zone has the distances that Python finds`() throws {
    let program = try RunningProgram(
      "\(Checkout.environment())/bin/python", ["-c", Self.script], in: "/", environment: [:])
    let end = try program.end()
    let zones = try JSONDecoder().decode([Zone].self, from: Data(end.output.utf8))
    #expect(zones.count > 300)
    for expected in zones {
      guard let zone = SystemZones.zone(expected.name) else {
        Issue.record("\(expected.name) cannot be read")
        continue
      }
      let wrong = expected.offsets.filter { pair in
        let (seconds, offset) = zone.span(at: pair[0])
        return !seconds.contains(pair[0]) || Int64(offset) != pair[1]
      }
      #expect(wrong.isEmpty, "\(expected.name)")
    }
  }

  @Test func `the spans of a zone follow each other and cover all of time`() throws {
    for name in ["Europe/Berlin", "Africa/Casablanca", "Asia/Tokyo", "America/Santiago", "UTC"] {
      guard let zone = SystemZones.zone(name) else { continue }
      var next = Int64.min
      for _ in 0..<1_000 where next < Int64.max {
        let span = zone.span(at: next).seconds
        #expect(span.lowerBound == next && span.upperBound > next)
        next = span.upperBound
      }
      #expect(zone.span(at: .max - 1).seconds.contains(.max - 1))
    }
  }

  @Test(arguments: [
    ("CET-1CEST,M3.5.0,M10.5.0/3", 1_711_846_799, 3_600), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_711_846_800, 7_200),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_704_067_200, 0), ("<+0330>-3:30", 0, 12_600), ("EST5", 0, -18_000),
    // Summer for ever, and days by their numbers.
    ("XXX3EDT4,0/0,J365/23", 1_704_067_200, -14_400), ("AAA0BBB,J60/0,J61/0", 1_709_251_200, 3_600),
    ("AAA0BBB,59/0,60/0", 1_709_164_800, 3_600),
  ])
  func `rules are those of POSIX`(rule: String, seconds: Int, offset: Int) throws {
    #expect(try Int(#require(ZoneRule(rule)).span(at: Int64(seconds)).offset) == offset)
  }

  @Test(arguments: [
    "", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x",
    "<CET-1",
    "CET-999",
  ])
  func `what is no rule is none`(text: String) { #expect(ZoneRule(text) == nil) }

  @Test func `files that are cut or changed are read or refused`() throws {
    guard let file = FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin") else { return }
    let bytes = Array(file)
    for count in 0..<bytes.count - 1 { _ = ZoneFile(Array(bytes.prefix(count)))?.span(at: 0) }
    var random = SplitMix64(seed: 3)
    for _ in 0..<3_000 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
      let zone = ZoneFile(changed)
      for moment in [.min, -1 << 40, 0, 1 << 33, 1 << 59, .max - 1] as [Int64] { _ = zone?.span(at: moment) }
    }
  }

  @Test(arguments: ["../../../etc/passwd", "/etc/passwd", "Europe/", "", ".", "Europe", "zone.tab", "Europe/\0Berlin"])
  func `names lead to zones only`(name: String) { #expect(SystemZones.zone(name) == nil) }
}
