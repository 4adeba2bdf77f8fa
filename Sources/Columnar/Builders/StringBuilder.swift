/// Builds a `utf8` column row by row.
public typealias StringBuilder = GenericStringBuilder<Int32>

/// Builds a `large_utf8` column row by row.
public typealias LargeStringBuilder = GenericStringBuilder<Int64>

/// Builds a text column row by row, with offsets of a chosen width.
///
/// Use it by its names ``StringBuilder`` and ``LargeStringBuilder``.
public struct GenericStringBuilder<Offset: ColumnOffset>: ColumnBuilder, ~Copyable {
  @usableFromInline var rows: VariableWidthBuilder<Offset>

  /// Creates a builder without rows.
  public init() { self.init(byteLimit: Int(clamping: Offset.max)) }

  /// A builder whose data may not pass `byteLimit` bytes.
  package init(byteLimit: Int) {
    rows = VariableWidthBuilder(type: Offset.textType, byteLimit: byteLimit)
  }

  /// The number of rows so far.
  public var count: Int { rows.count }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) { self.rows.reserveRows(rows) }

  /// Makes room for `rows` rows, and `bytes` bytes of text, in total.
  public mutating func reserveCapacity(_ rows: Int, bytes: Int) {
    self.rows.reserveRows(rows)
    self.rows.reserveBytes(bytes)
  }

  /// Adds a row with a text.
  ///
  /// Throws `capacityExceeded` when the text of all rows would pass what the offsets can address
  /// (2,147,483,647 bytes for `utf8`). The builder is then as it was before.
  @inlinable
  public mutating func append(_ string: borrowing String) throws(ColumnError) {
    try string.utf8Span.span.withUnsafeBytes { bytes throws(ColumnError) in
      try rows.append(bytes)
    }
  }

  /// Adds a row with a text that is known to be UTF-8. Throws as ``append(_:)`` does.
  @inlinable
  package mutating func append(utf8 bytes: UnsafeRawBufferPointer) throws(ColumnError) {
    try rows.append(bytes)
  }

  /// Adds a null row.
  @inlinable
  public mutating func appendNull() { rows.appendNull() }

  /// Takes back all rows but the first `count`.
  public mutating func truncate(to count: Int) { rows.truncate(to: count) }

  /// Ends building. The rows are not copied.
  public consuming func finish() -> Column { rows.finish() }
}

extension GenericStringBuilder<Int64> {
  /// A builder whose column gets 32-bit offsets where they reach.
  package init(reach: OffsetReach) { rows = VariableWidthBuilder(type: Int64.textType, reach: reach) }
}
