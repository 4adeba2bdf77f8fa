import Columnar

/// Writes ``TabularFormat/table``.
struct TableWriter: TabularWriter {
  private let sink: OutputSink
  private let cells: CellMaker
  private let maxRows: Int
  private let width: Int?
  private let isStyled: Bool
  private var schema = Schema([])
  /// The columns that can be shown at all.
  private var columns: [Int] = []
  private var head: [[TableCell]] = []
  /// The latest rows behind the head.
  private var tail: [[TableCell]] = []
  private var rowCount = 0

  private var headCapacity: Int { maxRows - maxRows / 2 }
  private var tailCapacity: Int { maxRows / 2 }
  /// How many columns there can be from either end: none takes less than a letter, two spaces and a line.
  private var mostFromEnd: Int { width.map { max(1, $0 / 4) } ?? .max }

  init(
    sink: OutputSink, zones: @escaping TimeZoneLookup, maxRows: Int, width: Int?, isStyled: Bool
  ) {
    self.sink = sink
    cells = CellMaker(form: .sql, zones: zones)
    self.maxRows = max(0, maxRows)
    self.width = width
    self.isStyled = isStyled
  }

  mutating func begin(_ schema: Schema) throws(OutputError) {
    self.schema = schema
    let count = schema.fields.count
    columns = Array(0..<count)
    if count / 2 > mostFromEnd { columns = Array(0..<mostFromEnd) + Array(count - mostFromEnd..<count) }
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
    let fields = columns.map { schema.fields[$0] }
    let names = fields.map { TableCell($0.name) }
    let types = fields.map { TableCell($0.shortTypeName) }
    let shown = head + tail
    let layout = TableLayout(
      isNumeric: fields.map(\.isNumeric), cells: [names, types] + shown,
      hiddenBehind: columns.count < schema.fields.count ? mostFromEnd : nil, to: width, isStyled: isStyled)
    var lines = layout.rule("┌", "┬", "┐")
    lines += layout.names(names)
    lines += layout.types(types)
    lines += layout.rule("├", "┼", "┤")
    for (index, row) in shown.enumerated() {
      if hasGap, index == headCapacity { lines += layout.gap() }
      lines += layout.row(row)
    }
    lines += layout.rule("└", "┴", "┘")
    lines += footer(isCut: isCut, columns: layout.columns.compactMap { $0 }.count)
    try sink.writeDrawn(Array(lines.utf8))
    try sink.flush()
  }

  private func rows(of batch: RecordBatch, _ range: Range<Int>) throws -> [[TableCell]] {
    let batch = batch.slice(range)
    let columns = try columns.map { try cells.cells(batch.columns[$0], batch.schema.fields[$0]) }
    return (0..<range.count).map { row in columns.map { TableCell(text($0[row]), isNull: $0.isNull(row)) } }
  }

  /// As much of a text as a terminal could show: making characters of the rest of a long one is for nothing.
  private func text(_ bytes: ArraySlice<UInt8>) -> String {
    guard let width, bytes.count > 16 * (width + 1) else { return String(decoding: bytes, as: UTF8.self) }
    var end = bytes.startIndex + 16 * (width + 1)
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }

  private func footer(isCut: Bool, columns shown: Int) -> String {
    var footer = "\(Self.grouped(rowCount)) \(rowCount == 1 ? "row" : "rows")"
    if isCut { footer += " (\(Self.grouped(maxRows)) shown)" }
    let count = schema.fields.count
    if shown < count { footer += ", \(Self.grouped(count)) columns (\(Self.grouped(count - shown)) hidden)" }
    return footer + "\n"
  }

  private static func grouped(_ number: Int) -> String {
    let digits = String(number)
    return digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
    }.joined()
  }
}
