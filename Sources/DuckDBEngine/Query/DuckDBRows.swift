import Columnar

/// Some rows of a result, at most 2,048 with DuckDB's usual build. They are copies and stay valid for ever.
///
/// A value is made when it is asked for, so this is for results of a few rows; the others are read faster as batches.
public struct DuckDBRows: Sendable {
  private let batch: RecordBatch
  private let types: [SQLType]

  /// - Parameter batch: with exact intervals.
  init(batch: RecordBatch, types: [SQLType]) {
    self.batch = batch
    self.types = types
  }

  /// The number of rows.
  public var count: Int { batch.rowCount }

  /// The value of a column in a row, both counted from 0 and within bounds.
  public subscript(row: Int, column: Int) -> SQLValue { SQLValue(batch.columns[column], row, types[column]) }

  /// The values of one row, in the order of the columns.
  public func row(_ index: Int) -> [SQLValue] { types.indices.map { self[index, $0] } }
}
