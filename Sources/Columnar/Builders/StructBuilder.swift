/// Builds a `struct` column around the columns of its fields, which are built beside it.
///
/// Every row here is a row of every field, a null row too.
public struct StructBuilder: ColumnBuilder, ~Copyable {
  @usableFromInline var validity = ValidityBuilder()
  @usableFromInline var rowCount = 0

  /// Creates a builder without rows.
  public init() {}

  /// The number of rows so far.
  public var count: Int { rowCount }

  /// Does nothing: rows take no memory before one of them is null.
  public mutating func reserveCapacity(_ rows: Int) {}

  /// Adds a row with a value: what the fields have.
  @inlinable
  public mutating func append() { rowCount &+= 1 }

  /// Adds a null row. The fields need one too, null or not.
  @inlinable
  public mutating func appendNull() {
    validity.markNull(row: rowCount)
    rowCount &+= 1
  }

  /// Takes back all rows but the first `count`; those of the fields are taken back from their own builders.
  public mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: rowCount)
    rowCount = min(rowCount, count)
  }

  /// Ends building. Nothing is copied.
  ///
  /// Throws `lengthMismatch` unless there is a column of ``count`` rows for every field, and `typeMismatch` when a
  /// column is not of its field's type.
  public consuming func finish(fields: [Field], columns: [Column]) throws(ColumnError) -> Column {
    guard fields.count == columns.count else {
      throw ColumnError(
        code: .lengthMismatch,
        message: "\(columns.count) columns were given for \(fields.count) fields; pass one column per field")
    }
    for (field, column) in zip(fields, columns) { try checkChild(column, field, count: rowCount) }
    return finish(as: .struct(fields), columns)
  }

  consuming func finish(as type: ColumnType, _ children: [Column]) -> Column {
    let (count, nullCount) = (rowCount, validity.nullCount)
    return Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity.finish(count: count), buffers: [],
      children: children)
  }
}
