import Essentials
import Synchronization

/// The time zones that the system has files of.
enum SystemZones {
  private static let folders = [
    "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo",
  ]
  /// What was looked up before, also what there is not.
  private static let known = Mutex<[String: ZoneFile?]>([:])
  private static let mostKnown = 1_000

  /// A zone by its name in the database, as in `Europe/Berlin`; nil where there is none.
  static func zone(_ name: String) -> ZoneFile? {
    if let zone = known.withLock({ $0[name] }) { return zone }
    let zone = isName(name) ? folders.lazy.compactMap { read("\($0)/\(name)") }.first : nil
    known.withLock { known in
      if known.count >= mostKnown { known = [:] }
      known[name] = .some(zone)
    }
    return zone
  }

  /// Names lead to nothing but files of the folder.
  private static func isName(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return name.utf8.count < 100
      && parts.allSatisfy { part in
        !part.isEmpty && part.first != UInt8(ascii: ".") && part.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      }
  }

  private static func read(_ path: String) -> ZoneFile? {
    FileManager.default.contents(atPath: path).flatMap { ZoneFile(Array($0)) }
  }
}
