extension RecordBatch {
  /// Checks every column as ``Column/validate(_:)`` does, and that fields declared without nulls
  /// have none.
  ///
  /// Throws what the first failing column throws, its name in front, or `nullsNotAllowed`.
  public func validate(_ level: ValidationLevel) throws(ColumnError) {
    for (field, column) in zip(schema.fields, columns) {
      do throws(ColumnError) {
        try column.validate(level)
      } catch {
        throw error.inContext("column '\(field.name)'")
      }
      guard field.isNullable || column.nullCount == 0 else {
        throw ColumnError(
          code: .nullsNotAllowed,
          message: "column '\(field.name)' has \(column.nullCount) nulls, but its field is declared "
            + "without; declare it nullable or remove them")
      }
    }
  }
}
