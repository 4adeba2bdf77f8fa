/// Writes the rows of one result in some format.
///
/// Called as `begin`, any number of `write`, `end`. Belongs to one thread.
package protocol ResultWriter {
  /// Starts a result with these columns.
  mutating func begin(_ columns: [DuckDBColumn]) throws(OutputError)
  /// Adds rows, which have the columns of `begin`.
  mutating func write(_ rows: DuckDBRows) throws(OutputError)
  /// Ends the result and flushes the sink.
  mutating func end() throws(OutputError)
}
