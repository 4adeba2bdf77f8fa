import Columnar

/// Writes ``TabularFormat/table``.
struct TableWriter: TabularWriter {
  private let sink: OutputSink
  private let cells: CellMaker
  private let maxRows: Int
  private let width: Int?
  private var schema = Schema([])
  private var head: [[String]] = []
  /// The latest rows behind the head.
  private var tail: [[String]] = []
  private var rowCount = 0

  private var headCapacity: Int { maxRows - maxRows / 2 }
  private var tailCapacity: Int { maxRows / 2 }

  init(sink: OutputSink, zones: @escaping TimeZoneLookup, maxRows: Int, width: Int?) {
    self.sink = sink
    cells = CellMaker(form: .sql, zones: zones)
    self.maxRows = max(0, maxRows)
    self.width = width
  }

  mutating func begin(_ schema: Schema) throws(OutputError) {
    self.schema = schema
    head = []
    tail = []
    rowCount = 0
  }

  mutating func write(_ batch: RecordBatch) throws {
    let headCount = min(max(0, headCapacity - rowCount), batch.rowCount)
    if headCount > 0 { head += try rows(of: batch, 0..<headCount) }
    // Rows that later ones will push out again are not even turned into text.
    let tailStart = max(headCount, batch.rowCount - tailCapacity)
    if tailStart < batch.rowCount {
      tail = (tail + (try rows(of: batch, tailStart..<batch.rowCount))).suffix(tailCapacity)
    }
    rowCount += batch.rowCount
  }

  mutating func end() throws(OutputError) {
    let isCut = rowCount > maxRows
    let hasGap = isCut && tailCapacity > 0
    let names = schema.fields.map { TableLayout.visible($0.name) }
    let types = schema.fields.map(\.shortTypeName)
    let shown = head + tail
    var layout = TableLayout(isNumeric: schema.fields.map(\.isNumeric), rows: [names, types] + shown)
    layout.shrink(to: width)
    var lines = layout.rule("┌", "┬", "┐")
    lines += layout.centered(names)
    lines += layout.centered(types)
    lines += layout.rule("├", "┼", "┤")
    for (index, row) in shown.enumerated() {
      if hasGap, index == headCapacity { lines += layout.gap() }
      lines += layout.aligned(row)
    }
    lines += layout.rule("└", "┴", "┘")
    lines += footer(isCut: isCut)
    try sink.write(Array(lines.utf8))
    try sink.flush()
  }

  private func rows(of batch: RecordBatch, _ range: Range<Int>) throws -> [[String]] {
    let batch = batch.slice(range)
    let columns = try zip(batch.columns, batch.schema.fields).map { try cells.cells($0, $1) }
    return (0..<range.count).map { row in
      columns.map { TableLayout.visible(String(decoding: $0[row], as: UTF8.self)) }
    }
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
