/// What somebody may have meant who wrote a name that is not there.
enum NearestName {
  /// The name that takes the fewest changes of letters; nil when none is near.
  static func of(_ word: String, among names: [String]) -> String? {
    let near = names.map { ($0, distance(Array(word.lowercased()), Array($0))) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= max(1, word.count / 3), near.1 < near.0.count else { return nil }
    return near.0
  }

  /// How many letters to put in, take out, change or exchange with their neighbours.
  private static func distance(_ one: [Character], _ other: [Character]) -> Int {
    guard one.count < 64 else { return .max }
    var rows = [Array(0...other.count)]
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (one[i] == other[j] ? 0 : 1))
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
