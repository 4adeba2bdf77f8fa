import Columnar

/// Writes ``TabularFormat/json``.
struct JSONWriter: TabularWriter {
  private let sink: OutputSink
  private var rows: JSONRows
  private var isEmpty = true

  init(sink: OutputSink, zones: @escaping TimeZoneLookup) {
    self.sink = sink
    rows = JSONRows(zones: zones)
  }

  mutating func begin(_ schema: Schema) throws(OutputError) {
    rows.begin(schema)
    isEmpty = true
    try sink.write(Array("[".utf8))
  }

  mutating func write(_ batch: RecordBatch) throws {
    guard batch.rowCount > 0 else { return }
    let wasEmpty = isEmpty
    isEmpty = false
    try rows.write(batch, before: { $0 && wasEmpty ? "\n" : ",\n" }, after: "", to: sink)
  }

  mutating func end() throws(OutputError) {
    try sink.write(Array((isEmpty ? "]\n" : "\n]\n").utf8))
    try sink.flush()
  }
}
