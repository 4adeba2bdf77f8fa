/// Comma-separated values with a head line, quoted as RFC 4180 says; lines end with a line feed
/// alone, as DuckDB's own COPY writes them. No value is an empty field, an empty text is `""`.
package struct CSVWriter: ResultWriter {
  private let sink: OutputSink
  private var columnCount = 0

  /// Makes a writer.
  package init(sink: OutputSink) { self.sink = sink }

  package mutating func begin(_ columns: [DuckDBColumn]) throws(OutputError) {
    columnCount = columns.count
    try sink.write(columns.map { Self.field($0.name) }.joined(separator: ",") + "\n")
  }

  package mutating func write(_ rows: DuckDBRows) throws(OutputError) {
    for row in 0..<rows.count {
      var line = ""
      for column in 0..<columnCount {
        if column > 0 { line += "," }
        let value = rows[row, column]
        if value != .null { line += Self.field(value.description) }
      }
      try sink.write(line + "\n")
    }
  }

  package mutating func end() throws(OutputError) { try sink.flush() }

  private static func field(_ text: String) -> String {
    let isSpecial = text.utf8.contains { byte in
      switch Unicode.Scalar(byte) {
      case ",", "\"", "\n", "\r": true
      default: false
      }
    }
    if !isSpecial, !text.isEmpty { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
