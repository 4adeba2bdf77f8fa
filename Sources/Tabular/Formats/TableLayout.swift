/// A cell of a table, with its control characters spelled out.
struct TableCell {
  let text: String
  /// Whether there is no value, which is drawn paler where there are colours.
  var isNull = false

  init(_ text: String, isNull: Bool = false) {
    self.text = TableCell.visible(text)
    self.isNull = isNull
  }

  /// A text with what would break the table, or make a terminal do something, spelled out.
  private static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) || isReordering($0) }) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isControl(scalar): result += "\\x" + String(scalar.value, radix: 16)
      case _ where isReordering(scalar): result += "\\u" + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
  }

  /// Ends a line, or turns the direction of everything behind it, also of what is drawn.
  private static func isReordering(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// The widths of a table's columns, and lines drawn with them.
struct TableLayout {
  /// So narrow may a column get for another one to be shown.
  private static let readableWidth = 8
  private static let smallestWidth = 3

  /// Nil is the column that stands for those left out.
  private(set) var columns: [Int?]
  private(set) var widths: [Int]
  private let isNumeric: [Bool]
  private let isStyled: Bool

  /// - Parameters:
  ///   - columns: of those that could be shown, in order; nil where others, which cannot be, stand between them.
  ///   - cells: of the head and of the rows, in each a cell for each column of `isNumeric`.
  init(isNumeric: [Bool], cells: [[TableCell]], hiddenBehind gap: Int?, to limit: Int?, isStyled: Bool) {
    self.isNumeric = isNumeric
    self.isStyled = isStyled
    let natural = isNumeric.indices.map { column in
      cells.reduce(1) { max($0, DisplayWidth.of($1[column].text)) }
    }
    columns = Array(isNumeric.indices)
    if let limit { columns = Self.fitting(natural, gap, limit) }
    widths = columns.map { column in column.map { natural[$0] } ?? 1 }
    shrink(to: limit)
  }

  /// The columns that there is room for, from both ends, and nil in the place of the others.
  private static func fitting(_ natural: [Int], _ gap: Int?, _ limit: Int) -> [Int?] {
    func cost(_ column: Int) -> Int { min(natural[column], readableWidth) + 3 }
    if gap == nil, natural.indices.reduce(1, { $0 + cost($1) }) <= limit { return Array(natural.indices) }
    // One line, and the column of the gap.
    var room = limit - 1 - 4
    var (leading, trailing) = (0, 0)
    let most = (gap ?? natural.count / 2, natural.count - (gap ?? natural.count / 2))
    while leading < most.0 || trailing < most.1 {
      let takesLeading = leading < most.0 && (leading <= trailing || trailing == most.1)
      let column = takesLeading ? leading : natural.count - 1 - trailing
      guard cost(column) <= room || leading + trailing == 0 else { break }
      room -= cost(column)
      if takesLeading { leading += 1 } else { trailing += 1 }
    }
    if leading + trailing == natural.count, gap == nil { return Array(natural.indices) }
    // There is hardly room for one; that there are others is told below the table.
    if limit < 12 { return [0] }
    return Array(0..<leading) + [nil] + Array(natural.count - trailing..<natural.count)
  }

  /// Takes width from the widest columns until the table fits, if it can.
  private mutating func shrink(to limit: Int?) {
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

  func names(_ cells: [TableCell]) -> String { centered(columns.map { $0.map { cells[$0] } ?? TableCell("…") }) }

  func types(_ cells: [TableCell]) -> String {
    centered(columns.map { $0.map { TableCell(cells[$0].text, isNull: true) } ?? TableCell(" ") })
  }

  private func centered(_ cells: [TableCell]) -> String {
    line(cells) { text, _, space in
      String(repeating: " ", count: space / 2) + text + String(repeating: " ", count: space - space / 2)
    }
  }

  func row(_ cells: [TableCell]) -> String {
    line(columns.map { $0.map { cells[$0] } ?? TableCell("…") }) { text, column, space in
      let padding = String(repeating: " ", count: space)
      return columns[column].map { isNumeric[$0] } ?? false ? padding + text : text + padding
    }
  }

  /// The row that stands for the rows left out.
  func gap() -> String { centered(widths.map { TableCell($0 < 5 ? "·" : "· · ·") }) }

  private func line(_ cells: [TableCell], _ pad: (String, Int, Int) -> String) -> String {
    let texts = cells.enumerated().map { column, cell in
      let text = DisplayWidth.shortened(cell.text, to: widths[column])
      let padded = " " + pad(text, column, max(0, widths[column] - DisplayWidth.of(text))) + " "
      return isStyled && cell.isNull ? "\u{1B}[2m\(padded)\u{1B}[22m" : padded
    }
    return "│" + texts.joined(separator: "│") + "│\n"
  }
}
