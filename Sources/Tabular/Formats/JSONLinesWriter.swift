import Columnar

/// Writes ``TabularFormat/jsonl``.
struct JSONLinesWriter: TabularWriter {
  private let sink: OutputSink
  private var rows: JSONRows

  init(sink: OutputSink, zones: @escaping TimeZoneLookup) {
    self.sink = sink
    rows = JSONRows(zones: zones)
  }

  mutating func begin(_ schema: Schema) throws(OutputError) { rows.begin(schema) }

  mutating func write(_ batch: RecordBatch) throws {
    try rows.write(batch, before: { _ in "" }, after: "\n", to: sink)
  }

  mutating func end() throws(OutputError) { try sink.flush() }
}
