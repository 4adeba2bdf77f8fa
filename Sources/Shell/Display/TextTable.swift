import Tabular

/// Rows of texts as lines, each column as wide as its widest text.
enum TextTable {
  /// - Parameter texts: how many columns hold texts, which begin together; those after them hold numbers, which end together.
  static func lines(_ rows: [[String]], texts: Int) -> [String] {
    var widths: [Int] = []
    for row in rows {
      for (column, text) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], DisplayWidth.of(text))
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - DisplayWidth.of(text))
        return column < texts ? text + space : space + text
      }
      return cells.joined(separator: "  ") + "\n"
    }
  }
}

/// Seconds, to thousandths.
func secondsText(_ seconds: Double) -> String {
  let thousandths = Int((seconds * 1_000).rounded())
  let fraction = String(thousandths % 1_000)
  return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
}
