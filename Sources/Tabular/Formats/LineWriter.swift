import Columnar

/// Writes ``TabularFormat/line``.
struct LineWriter: TabularWriter {
  private let sink: OutputSink
  private let cells: CellMaker
  /// What stands in front of the value of each column.
  private var heads: [[UInt8]] = []
  private var isFirst = true

  init(sink: OutputSink, zones: @escaping TimeZoneLookup) {
    self.sink = sink
    cells = CellMaker(form: .sql, zones: zones)
  }

  mutating func begin(_ schema: Schema) throws(OutputError) {
    let names = schema.fields.map { TableCell($0.name).text }
    let widths = names.map { DisplayWidth.of($0) }
    let widest = widths.max() ?? 0
    heads = zip(names, widths).map { Array((String(repeating: " ", count: widest - $1) + $0 + " = ").utf8) }
    isFirst = true
  }

  mutating func write(_ batch: RecordBatch) throws {
    for piece in batch.pieces {
      let columns = try zip(piece.columns, piece.schema.fields).map { try cells.cells($0, $1) }
      var lines: [UInt8] = []
      for row in 0..<piece.rowCount {
        if !isFirst { lines.append(UInt8(ascii: "\n")) }
        isFirst = false
        for (head, column) in zip(heads, columns) {
          lines += head
          lines += column[row]
          lines.append(UInt8(ascii: "\n"))
        }
      }
      try sink.write(lines)
    }
  }

  mutating func end() throws(OutputError) { try sink.flush() }
}
