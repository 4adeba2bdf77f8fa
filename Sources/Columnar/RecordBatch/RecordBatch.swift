/// Columns of equal length under a schema.
public struct RecordBatch: Sendable {
  /// The names and types of the columns.
  public let schema: Schema
  /// The columns, in the order of the schema.
  public let columns: [Column]
  /// The number of rows, of every column.
  public let rowCount: Int

  /// Puts columns under a schema.
  ///
  /// `rowCount` is needed only for rows without columns; otherwise it is taken from the columns,
  /// or checked against them.
  ///
  /// Throws `lengthMismatch` or `typeMismatch`, naming the column that does not fit.
  public init(schema: Schema, columns: [Column], rowCount: Int? = nil) throws(ColumnError) {
    guard columns.count == schema.count else {
      throw ColumnError(
        code: .lengthMismatch,
        message: "the schema has \(schema.count) fields, but \(columns.count) columns were given; "
          + "pass one column per field")
    }
    let expected = rowCount ?? columns.first?.count ?? 0
    guard expected >= 0 else {
      throw ColumnError(
        code: .lengthMismatch, message: "a batch cannot have \(expected) rows; pass 0 or more")
    }
    for (index, column) in columns.enumerated() {
      let field = schema[index]
      guard column.type == field.type else {
        throw ColumnError(
          code: .typeMismatch,
          message: "column \(index) ('\(field.name)') is \(column.type), but the schema says "
            + "\(field.type); change the schema or convert the column")
      }
      guard column.count == expected else {
        throw ColumnError(
          code: .lengthMismatch,
          message: "column \(index) ('\(field.name)') has \(column.count) rows where the batch has "
            + "\(expected); pass columns of equal length")
      }
    }
    self.init(unchecked: schema, columns: columns, rowCount: expected)
  }

  private init(unchecked schema: Schema, columns: [Column], rowCount: Int) {
    self.schema = schema
    self.columns = columns
    self.rowCount = rowCount
  }

  /// The first column with that name; nil when there is none.
  public func column(named name: String) -> Column? {
    schema.index(of: name).map { columns[$0] }
  }

  /// The rows of `range`, which must be inside `0 ..< rowCount`, without a copy.
  public func slice(_ range: Range<Int>) -> RecordBatch {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rowCount,
      "rows \(range) of a batch of \(rowCount) rows")
    return RecordBatch(
      unchecked: schema, columns: columns.map { $0.slice(range) }, rowCount: range.count)
  }
}
