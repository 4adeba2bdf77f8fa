import Columnar

/// Writes ``TabularFormat/markdown``.
struct MarkdownWriter: TabularWriter {
  private let sink: OutputSink
  private let cells: CellMaker

  init(sink: OutputSink, zones: @escaping TimeZoneLookup) {
    self.sink = sink
    cells = CellMaker(form: .sql, zones: zones)
  }

  mutating func begin(_ schema: Schema) throws(OutputError) {
    var lines: [UInt8] = [UInt8(ascii: "|")]
    for field in schema.fields { Self.append(Array(field.name.utf8)[...], to: &lines) }
    lines += "\n|".utf8
    for field in schema.fields { lines += field.isNumeric ? "---:|".utf8 : "---|".utf8 }
    lines.append(UInt8(ascii: "\n"))
    try sink.write(lines)
  }

  mutating func write(_ batch: RecordBatch) throws {
    for piece in batch.pieces {
      let columns = try zip(piece.columns, piece.schema.fields).map { try cells.cells($0, $1) }
      var lines: [UInt8] = []
      for row in 0..<piece.rowCount {
        lines.append(UInt8(ascii: "|"))
        for column in columns { Self.append(column[row], to: &lines) }
        lines.append(UInt8(ascii: "\n"))
      }
      try sink.write(lines)
    }
  }

  mutating func end() throws(OutputError) { try sink.flush() }

  /// A cell is one line, and a bar in it is none of the table's.
  private static func append(_ text: ArraySlice<UInt8>, to line: inout [UInt8]) {
    line.append(UInt8(ascii: " "))
    for byte in text {
      switch Unicode.Scalar(byte) {
      case "|": line += "\\|".utf8
      case "\n": line += "<br>".utf8
      case "\r": continue
      default: line.append(byte)
      }
    }
    line += " |".utf8
  }
}
