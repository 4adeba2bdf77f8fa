/// Some rows of a result, at most 2,048 with DuckDB's usual build. The values are copies and stay
/// valid for ever.
public struct DuckDBRows: Sendable {
  /// The number of rows.
  public let count: Int

  private let columns: [[SQLValue]]

  /// Makes rows from columns that each hold `count` values.
  init(count: Int, columns: [[SQLValue]]) {
    self.count = count
    self.columns = columns
  }

  /// The value of a column in a row, both counted from 0 and within bounds.
  public subscript(row: Int, column: Int) -> SQLValue { columns[column][row] }

  /// The values of one row, in the order of the columns.
  public func row(_ index: Int) -> [SQLValue] { columns.map { $0[index] } }
}
