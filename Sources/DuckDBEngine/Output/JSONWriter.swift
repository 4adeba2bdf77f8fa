/// One JSON array of objects, a row on each line. Values as in `SQLValue.appendJSON`; when columns
/// have the same name, so have the members.
package struct JSONWriter: ResultWriter {
  private let sink: OutputSink
  private var columns: [DuckDBColumn] = []
  private var isFirst = true

  /// Makes a writer.
  package init(sink: OutputSink) { self.sink = sink }

  package mutating func begin(_ columns: [DuckDBColumn]) throws(OutputError) {
    self.columns = columns
    isFirst = true
    try sink.write("[")
  }

  package mutating func write(_ rows: DuckDBRows) throws(OutputError) {
    for row in 0..<rows.count {
      var line = isFirst ? "\n" : ",\n"
      isFirst = false
      JSONText.appendRow(rows, row, columns, to: &line)
      try sink.write(line)
    }
  }

  package mutating func end() throws(OutputError) {
    try sink.write(isFirst ? "]\n" : "\n]\n")
    try sink.flush()
  }
}
