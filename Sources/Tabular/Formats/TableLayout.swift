/// The widths of a table's columns, and lines drawn with them.
struct TableLayout {
  private static let smallestWidth = 3

  private let isNumeric: [Bool]
  private(set) var widths: [Int]

  init(isNumeric: [Bool], rows: [[String]]) {
    self.isNumeric = isNumeric
    widths = isNumeric.indices.map { column in
      rows.reduce(1) { max($0, DisplayWidth.of($1[column])) }
    }
  }

  /// Takes width from the widest columns until the table fits, if it can.
  mutating func shrink(to limit: Int?) {
    guard let limit else { return }
    // Each column has a line and two spaces beside its text, and the table one more line.
    let available = limit - 3 * widths.count - 1
    var cap = widths.max() ?? 0
    while cap > Self.smallestWidth, widths.reduce(0, { $0 + min($1, cap) }) > available {
      // Far from the goal the cap is lowered in large steps; the last ones are exact.
      cap -= max(1, min(cap - limit, cap - Self.smallestWidth))
    }
    widths = widths.map { min($0, max(cap, Self.smallestWidth)) }
  }

  func rule(_ left: String, _ middle: String, _ right: String) -> String {
    left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: middle) + right + "\n"
  }

  func centered(_ cells: [String]) -> String {
    line(cells) { text, _, space in
      String(repeating: " ", count: space / 2) + text + String(repeating: " ", count: space - space / 2)
    }
  }

  func aligned(_ cells: [String]) -> String {
    line(cells) { text, column, space in
      let padding = String(repeating: " ", count: space)
      return isNumeric[column] ? padding + text : text + padding
    }
  }

  /// The row that stands for the rows left out.
  func gap() -> String { centered(widths.map { $0 < 5 ? "·" : "· · ·" }) }

  private func line(_ cells: [String], _ pad: (String, Int, Int) -> String) -> String {
    let texts = cells.enumerated().map { column, cell in
      let text = DisplayWidth.shortened(cell, to: widths[column])
      return " " + pad(text, column, max(0, widths[column] - DisplayWidth.of(text))) + " "
    }
    return "│" + texts.joined(separator: "│") + "│\n"
  }

  /// A text with its control characters, which would break the table, spelled out.
  static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isControl(scalar): result += "\\x" + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }
}
