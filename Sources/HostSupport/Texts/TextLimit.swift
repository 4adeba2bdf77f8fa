/// How much of a text goes into a message, in Unicode scalars: what Python code makes may be of any size.
///
/// What is left out is counted where it was cut: "… (29,999,000 more characters)".
package enum TextLimit {
  /// The message of an exception, and each of its notes.
  package static let message = 1_000
  /// A message that Clutch has written itself, such as all that is wrong with the signatures of a file.
  package static let ownMessage = 100_000
  /// How many notes of an exception are kept.
  package static let notes = 20
  /// The name of a type, a function or a logger.
  package static let name = 200
  /// The name of a file.
  package static let path = 4_096
  /// A line of source.
  package static let sourceLine = 200
  /// A value, as `repr` shows it.
  package static let value = 100
  /// How many arguments of a row are shown in a message.
  package static let arguments = 20
  /// How many names, values or fields of a list are shown in a message.
  package static let list = 50
  /// A type with what is in it, or the whole of a function's signature.
  package static let type = 20_000
  /// One message of Python's `logging` or `warnings`.
  package static let logMessage = 65_536
  /// A line of a text of the database's, and the whole of it.
  package static let databaseLine = 4_000
  package static let databaseText = 20_000
}

extension String {
  /// The first so many Unicode scalars, and how many more there are; the text itself if it is no longer.
  ///
  /// A text that has been cut already, to this size or another, ends with how much is left out of the first.
  package func cut(to limit: Int) -> String {
    // A text of few bytes, which almost all are, is not gone through.
    guard utf8.count > limit else { return self }
    let (kept, earlier) = Substring(self).beforeCut
    guard let end = kept.unicodeScalars.index(kept.startIndex, offsetBy: limit, limitedBy: kept.endIndex),
      end < kept.endIndex
    else { return self }
    return self[..<end] + Self.leftOut(kept.unicodeScalars.distance(from: end, to: kept.endIndex) + earlier)
  }

  /// The same for each line, and then for the whole.
  package func cut(lines line: Int, whole: Int) -> String {
    guard utf8.count > line else { return self }
    var shown = ""
    var room = whole
    var rest = Substring(self)
    while true {
      let end = rest.unicodeScalars.firstIndex(of: "\n")
      let next = String(rest[..<(end ?? rest.endIndex)])
      let cut = next.cut(to: line)
      let size = cut.unicodeScalars.count
      guard size + (end == nil ? 0 : 1) <= room else {
        let kept = Substring(next).beforeCut.kept.unicodeScalars.prefix(min(room, line))
        return shown + String(kept) + Self.leftOut(rest.fullCount - kept.count)
      }
      shown += cut
      guard let end else { return shown }
      shown += "\n"
      room -= size + 1
      rest = rest[rest.unicodeScalars.index(after: end)...]
    }
  }

  /// What stands in place of so many characters.
  package static func leftOut(_ count: Int) -> String {
    var digits = Array(String(count))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return "\(leftOutStart)\(String(digits)) more character\(count == 1 ? "" : "s"))"
  }

  fileprivate static let leftOutStart = "… ("
}

extension Substring {
  /// What was kept of a text, and how many characters were left out of it: none unless the text ends as `leftOut` says.
  fileprivate var beforeCut: (kept: Substring, leftOut: Int) {
    for end in [" more characters)", " more character)"] where hasSuffix(end) {
      // No count is longer than that of 64 bits with its commas.
      let scalars = unicodeScalars.dropLast(end.unicodeScalars.count)
      let digits = scalars.reversed().prefix(26).prefix { $0 == "," || ("0"..."9").contains($0) }
      let before = scalars.dropLast(digits.count)
      let start = String.leftOutStart.unicodeScalars
      guard before.suffix(start.count).elementsEqual(start),
        let count = Int(String(String.UnicodeScalarView(digits.reversed().filter { $0 != "," }))), count < 1 << 40
      else { return (self, 0) }
      return (self[..<before.dropLast(start.count).endIndex], count)
    }
    return (self, 0)
  }

  /// How many characters it has, with those that were left out at the ends of its lines.
  fileprivate var fullCount: Int {
    var count = 0
    var lines = 0
    for line in unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      let (kept, leftOut) = Substring(line).beforeCut
      count += kept.unicodeScalars.count + leftOut
      lines += 1
    }
    return count + lines - 1
  }
}
