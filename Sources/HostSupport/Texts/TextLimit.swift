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
  /// One message of Python's `logging` or `warnings`.
  package static let logMessage = 65_536
  /// A line of a text of the database's, and the whole of it.
  package static let databaseLine = 4_000
  package static let databaseText = 20_000
}

extension String {
  /// The first so many Unicode scalars, and how many more there are; the text itself if it is no longer.
  package func cut(to limit: Int) -> String {
    // A text of few bytes, which almost all are, is not gone through.
    guard utf8.count > limit,
      let end = unicodeScalars.index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex
    else { return self }
    return self[..<end] + Self.leftOut(unicodeScalars.distance(from: end, to: endIndex))
  }

  /// The same for each line, and then for the whole.
  package func cut(lines line: Int, whole: Int) -> String {
    guard utf8.count > line else { return self }
    let lines = split(separator: "\n", omittingEmptySubsequences: false)
    return lines.lazy.map { String($0).cut(to: line) }.joined(separator: "\n").cut(to: whole)
  }

  /// What stands in place of so many characters.
  package static func leftOut(_ count: Int) -> String {
    var digits = Array(String(count))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return "… (\(String(digits)) more character\(count == 1 ? "" : "s"))"
  }
}
