public import Columnar

/// Writes the rows of one result in some format.
///
/// Called as `begin`, any number of `write`, `end`. Belongs to one thread.
public protocol TabularWriter {
  /// Starts a result with these columns.
  mutating func begin(_ schema: Schema) throws(OutputError)
  /// Adds rows, which have the schema of `begin`.
  ///
  /// - Throws: `OutputError`; `ColumnError` for a column that breaks the rules of its type, or is in a time zone that
  ///   nobody knows; what the lookup of time zones throws.
  mutating func write(_ batch: RecordBatch) throws
  /// Ends the result and flushes the sink.
  mutating func end() throws(OutputError)
}

extension RecordBatch {
  /// Pieces whose texts do not take much memory.
  var pieces: some Sequence<RecordBatch> {
    let size = 2_048
    return stride(from: 0, to: rowCount, by: size).lazy.map { slice($0..<Swift.min($0 + size, rowCount)) }
  }
}
