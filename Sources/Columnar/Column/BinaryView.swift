/// The rows of a binary column. It keeps the column's memory alive.
public struct BinaryView: Sendable {
  @usableFromInline let rows: VariableWidthRows

  init(rows: VariableWidthRows) { self.rows = rows }

  /// The number of rows.
  public var count: Int { rows.count }

  /// The bytes of `row`, copied; nil when it is null.
  public subscript(row: Int) -> [UInt8]? {
    rows.isNull(row) ? nil : [UInt8](rows.bytes(at: row))
  }

  /// The bytes of `row`, without a copy. For a null row they are unspecified, mostly none.
  @inlinable
  @_lifetime(borrow self)
  public func bytes(at row: Int) -> RawSpan {
    _overrideLifetime(RawSpan(_unsafeBytes: rows.bytes(at: row)), borrowing: self)
  }
}
