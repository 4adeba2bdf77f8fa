/// A JSON object on each line. Values as in `SQLValue.appendJSON`; when columns have the same name,
/// so have the members.
package struct JSONLinesWriter: ResultWriter {
  private let sink: OutputSink
  private var columns: [DuckDBColumn] = []

  /// Makes a writer.
  package init(sink: OutputSink) { self.sink = sink }

  package mutating func begin(_ columns: [DuckDBColumn]) throws(OutputError) { self.columns = columns }

  package mutating func write(_ rows: DuckDBRows) throws(OutputError) {
    for row in 0..<rows.count {
      var line = ""
      JSONText.appendRow(rows, row, columns, to: &line)
      try sink.write(line + "\n")
    }
  }

  package mutating func end() throws(OutputError) { try sink.flush() }
}

extension JSONText {
  static func appendRow(_ rows: DuckDBRows, _ row: Int, _ columns: [DuckDBColumn], to text: inout String) {
    appendObject(columns.indices.lazy.map { (columns[$0].name, rows[row, $0]) }, to: &text)
  }
}
