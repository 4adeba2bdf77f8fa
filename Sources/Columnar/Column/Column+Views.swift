extension Column {
  /// The rows as values, with the offset applied; a null row has an unspecified value.
  ///
  /// Costs nothing per row. Throws `typeMismatch` when the column's type is not exactly that of `T`; nothing is
  /// converted. `Int128` and ``Int256`` read decimals of any precision and scale. For the integers behind dates, times
  /// and dictionary indices there is ``storage(as:)``.
  @_lifetime(borrow self)
  public func values<T: FixedWidthColumnElement>(as element: T.Type) throws(ColumnError) -> Span<T> {
    guard T.stores(type) && type.storageType == nil else { throw mismatch(asked: "\(T.columnType)") }
    return _overrideLifetime(elements(T.self), borrowing: self)
  }

  /// The rows as they are stored, with the offset applied: days as `Int32`, timestamps as `Int64` in their unit, the
  /// indices of a dictionary encoded column, and whatever ``values(as:)`` reads.
  ///
  /// Costs nothing per row. A null row has an unspecified value. Throws `typeMismatch` when rows are not stored as `T`.
  @_lifetime(borrow self)
  public func storage<T: FixedWidthColumnElement>(as element: T.Type) throws(ColumnError) -> Span<T> {
    guard T.stores(type) else { throw mismatch(asked: "stored \(T.columnType)") }
    return _overrideLifetime(elements(T.self), borrowing: self)
  }

  /// The rows of a `bool` column; a null row has an unspecified bit.
  ///
  /// Throws `typeMismatch` for other types.
  public func booleans() throws(ColumnError) -> Bitmap {
    guard type == .bool else { throw mismatch(asked: "bool") }
    return Bitmap(unchecked: buffers[0], offset: offset, count: count)
  }

  /// The rows of a `utf8`, `large_utf8` or `utf8_view` column.
  ///
  /// Throws `typeMismatch` for other types.
  public func strings() throws(ColumnError) -> StringView {
    guard type.isText else { throw mismatch(asked: "utf8, large_utf8 or utf8_view") }
    return StringView(rows: VariableWidthRows(self))
  }

  /// The rows of a column of bytes, whatever the layout, or the bytes of a text column.
  ///
  /// Throws `typeMismatch` for other types.
  public func binary() throws(ColumnError) -> BinaryView {
    switch type {
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary, .utf8, .largeUTF8, .utf8View:
      return BinaryView(rows: VariableWidthRows(self))
    default:
      throw mismatch(asked: "binary, large_binary, binary_view or fixed_size_binary")
    }
  }

  @_lifetime(borrow self)
  private func elements<T: FixedWidthColumnElement>(_ element: T.Type) -> Span<T> {
    let start = (buffers[0].baseAddress + offset * MemoryLayout<T>.stride).assumingMemoryBound(to: T.self)
    return _overrideLifetime(Span(_unsafeStart: start, count: count), borrowing: self)
  }

  func mismatch(asked: String) -> ColumnError {
    ColumnError(
      code: .typeMismatch,
      message: "the column is \(type) and cannot be read as \(asked); ask for \(type) or convert it first")
  }
}
