import Columnar

/// Rows as JSON objects.
struct JSONRows {
  private let cells: CellMaker
  /// What comes in front of the value in each column.
  private var heads: [[UInt8]] = []

  init(zones: @escaping TimeZoneLookup) { cells = CellMaker(form: .json, zones: zones) }

  mutating func begin(_ schema: Schema) {
    heads = schema.fields.enumerated().map { index, field in
      var head: [UInt8] = index > 0 ? [UInt8(ascii: ",")] : []
      cells.appendName(field.name, to: &head)
      return head
    }
  }

  /// Hands over the objects, some at a time, in texts in which each stands between `before` and `after`.
  func write(
    _ batch: RecordBatch, before: (_ isFirst: Bool) -> StaticString, after: StaticString, to sink: OutputSink
  ) throws {
    var isFirst = true
    for piece in batch.pieces {
      let columns = try zip(piece.columns, piece.schema.fields).map { try cells.cells($0, $1) }
      var lines: [UInt8] = []
      for row in 0..<piece.rowCount {
        before(isFirst).withUTF8Buffer { lines += $0 }
        isFirst = false
        lines.append(UInt8(ascii: "{"))
        for (index, column) in columns.enumerated() {
          lines += heads[index]
          lines += column[row]
        }
        lines.append(UInt8(ascii: "}"))
        after.withUTF8Buffer { lines += $0 }
      }
      try sink.write(lines)
    }
  }
}
