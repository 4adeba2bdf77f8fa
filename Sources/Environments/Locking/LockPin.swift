import HostSupport

/// A package in a lock, with the hashes of its files.
struct LockPin {
  let requirement: Requirement
  let hashCount: Int

  /// All of a lock; nil where there is anything else in it, such as an option that says where packages come from.
  static func all(in text: String) -> [LockPin]? {
    let joined = text.replacing(/\\[ \t]*(?:\r\n|\n|\r)/, with: " ")
    var pins: [LockPin] = []
    for line in joined.split(whereSeparator: \.isNewline) {
      let words = line.split { $0 == " " || $0 == "\t" }.prefix { !$0.hasPrefix("#") }
      if words.isEmpty { continue }
      let package = words.prefix { !$0.hasPrefix("-") }
      let hashes = words.dropFirst(package.count)
      guard let requirement = Requirement(package.joined(separator: " ")),
        hashes.allSatisfy({ $0.wholeMatch(of: /--hash=[a-z0-9]+:[0-9A-Fa-f]+/) != nil })
      else { return nil }
      pins.append(LockPin(requirement: requirement, hashCount: hashes.count))
    }
    return pins
  }
}
