/// The rows of a text column. It keeps the column's memory alive.
public struct StringView: Sendable {
  @usableFromInline let rows: VariableWidthRows

  init(rows: VariableWidthRows) { self.rows = rows }

  /// The number of rows.
  public var count: Int { rows.count }

  /// The text of `row`, copied; nil when it is null.
  ///
  /// Bytes that are not UTF-8 become U+FFFD; ``Column/validate(_:)`` finds them beforehand.
  public subscript(row: Int) -> String? {
    rows.isNull(row) ? nil : String(decoding: rows.bytes(at: row), as: UTF8.self)
  }

  /// The UTF-8 bytes of `row`, without a copy. For a null row they are unspecified, mostly none.
  @inlinable
  @_lifetime(borrow self)
  public func bytes(at row: Int) -> RawSpan {
    _overrideLifetime(RawSpan(_unsafeBytes: rows.bytes(at: row)), borrowing: self)
  }
}
