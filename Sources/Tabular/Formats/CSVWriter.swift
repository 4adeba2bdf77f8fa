import Columnar

/// Writes ``TabularFormat/csv``.
struct CSVWriter: TabularWriter {
  private let sink: OutputSink
  private let cells: CellMaker

  init(sink: OutputSink, zones: @escaping TimeZoneLookup) {
    self.sink = sink
    cells = CellMaker(form: .sql, zones: zones)
  }

  mutating func begin(_ schema: Schema) throws(OutputError) {
    var line: [UInt8] = []
    for (index, field) in schema.fields.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      Self.append(Array(field.name.utf8)[...], to: &line)
    }
    line.append(UInt8(ascii: "\n"))
    try sink.write(line)
  }

  mutating func write(_ batch: RecordBatch) throws {
    for piece in batch.pieces {
      let columns = try zip(piece.columns, piece.schema.fields).map { try cells.cells($0, $1) }
      var lines: [UInt8] = []
      for row in 0..<piece.rowCount {
        for (index, column) in columns.enumerated() {
          if index > 0 { lines.append(UInt8(ascii: ",")) }
          if !column.isNull(row) { Self.append(column[row], to: &lines) }
        }
        lines.append(UInt8(ascii: "\n"))
      }
      try sink.write(lines)
    }
  }

  mutating func end() throws(OutputError) { try sink.flush() }

  private static func append(_ field: ArraySlice<UInt8>, to line: inout [UInt8]) {
    let isSpecial = field.contains { byte in
      switch Unicode.Scalar(byte) {
      case ",", "\"", "\n", "\r": true
      default: false
      }
    }
    guard isSpecial || field.isEmpty else { return line += field }
    line.append(UInt8(ascii: "\""))
    for byte in field {
      if byte == UInt8(ascii: "\"") { line.append(byte) }
      line.append(byte)
    }
    line.append(UInt8(ascii: "\""))
  }
}
