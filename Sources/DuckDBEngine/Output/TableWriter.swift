/// A table drawn with lines, for people: names and types in the head, numbers to the right.
///
/// Of a long result the first and the last rows are shown, and only those are kept in memory.
/// Nothing is written before the end, because the widths depend on all rows shown.
package struct TableWriter: ResultWriter {
  private let sink: OutputSink
  private let maxRows: Int
  private let width: Int?
  private var columns: [DuckDBColumn] = []
  private var head: [[String]] = []
  /// A ring of the latest rows behind the head; `rowCount` says where it begins.
  private var tail: [[String]] = []
  private var rowCount = 0

  private var headCapacity: Int { maxRows - maxRows / 2 }
  private var tailCapacity: Int { maxRows / 2 }

  /// Makes a writer.
  ///
  /// - Parameters:
  ///   - maxRows: how many rows are shown at most.
  ///   - width: the width of the terminal, into which long cells are shortened; nil for no limit.
  ///     A table of more columns than fit at three characters each is wider.
  package init(sink: OutputSink, maxRows: Int = 40, width: Int? = nil) {
    self.sink = sink
    self.maxRows = max(0, maxRows)
    self.width = width
  }

  package mutating func begin(_ columns: [DuckDBColumn]) throws(OutputError) {
    self.columns = columns
    head = []
    tail = []
    rowCount = 0
  }

  package mutating func write(_ rows: DuckDBRows) throws(OutputError) {
    for row in 0..<rows.count {
      defer { rowCount += 1 }
      if rowCount < headCapacity {
        head.append(cells(rows, row))
      } else if tail.count < tailCapacity {
        tail.append(cells(rows, row))
      } else if row >= rows.count - tailCapacity {
        // Rows that later ones of this chunk will push out again are not even turned into text.
        tail[(rowCount - headCapacity) % tailCapacity] = cells(rows, row)
      }
    }
  }

  package mutating func end() throws(OutputError) {
    var shown = head + tail
    let isCut = rowCount > maxRows
    if isCut, tailCapacity > 0 {
      let start = (rowCount - headCapacity) % tailCapacity
      shown = head + [columns.map { _ in "" }] + tail[start...] + tail[..<start]
    }
    let names = columns.map { TableLayout.visible($0.name) }
    let types = columns.map(\.type.shortName)
    var layout = TableLayout(columns: columns, rows: [names, types] + shown)
    layout.shrink(to: width)
    try sink.write(layout.rule("┌", "┬", "┐"))
    try sink.write(layout.centered(names))
    try sink.write(layout.centered(types))
    try sink.write(layout.rule("├", "┼", "┤"))
    for (index, row) in shown.enumerated() {
      let isGap = isCut && index == headCapacity
      try sink.write(isGap ? layout.gap() : layout.aligned(row))
    }
    try sink.write(layout.rule("└", "┴", "┘"))
    try sink.write(footer(isCut: isCut))
    try sink.flush()
  }

  private func cells(_ rows: DuckDBRows, _ row: Int) -> [String] {
    columns.indices.map { TableLayout.visible(rows[row, $0].description) }
  }

  private func footer(isCut: Bool) -> String {
    let rows = "\(Self.grouped(rowCount)) \(rowCount == 1 ? "row" : "rows")"
    return isCut ? "\(rows) (\(Self.grouped(maxRows)) shown)\n" : "\(rows)\n"
  }

  private static func grouped(_ number: Int) -> String {
    let digits = String(number)
    return digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
    }.joined()
  }
}
