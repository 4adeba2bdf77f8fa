extension Column {
  /// The rows as values, with the offset applied; a null row has an unspecified value.
  ///
  /// Costs nothing per row. Throws `typeMismatch` when the column's type is not exactly that of
  /// `T`; nothing is converted.
  @_lifetime(borrow self)
  public func values<T: FixedWidthColumnElement>(as element: T.Type) throws(ColumnError) -> Span<T> {
    guard type == T.columnType else { throw mismatch(asked: "\(T.columnType)") }
    let start = (buffers[0].baseAddress + offset * MemoryLayout<T>.stride)
      .assumingMemoryBound(to: T.self)
    return _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
  }

  /// The rows of a `bool` column; a null row has an unspecified bit.
  ///
  /// Throws `typeMismatch` for other types.
  public func booleans() throws(ColumnError) -> Bitmap {
    guard type == .bool else { throw mismatch(asked: "bool") }
    return Bitmap(unchecked: buffers[0], offset: offset, count: count)
  }

  /// The rows of a `utf8` or `large_utf8` column.
  ///
  /// Throws `typeMismatch` for other types.
  public func strings() throws(ColumnError) -> StringView {
    guard type == .utf8 || type == .largeUTF8 else { throw mismatch(asked: "utf8 or large_utf8") }
    return StringView(rows: VariableWidthRows(self))
  }

  /// The rows of a `binary` or `large_binary` column, or the bytes of a text column.
  ///
  /// Throws `typeMismatch` for other types.
  public func binary() throws(ColumnError) -> BinaryView {
    guard case .variableWidth = type.layout else {
      throw mismatch(asked: "binary or large_binary")
    }
    return BinaryView(rows: VariableWidthRows(self))
  }

  private func mismatch(asked: String) -> ColumnError {
    ColumnError(
      code: .typeMismatch,
      message: "the column is \(type) and cannot be read as \(asked); ask for \(type) or convert it first")
  }
}
