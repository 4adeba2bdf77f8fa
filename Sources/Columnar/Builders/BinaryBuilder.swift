/// Builds a `binary` column row by row.
public typealias BinaryBuilder = GenericBinaryBuilder<Int32>

/// Builds a `large_binary` column row by row.
public typealias LargeBinaryBuilder = GenericBinaryBuilder<Int64>

/// Builds a binary column row by row, with offsets of a chosen width.
///
/// Use it by its names ``BinaryBuilder`` and ``LargeBinaryBuilder``.
public struct GenericBinaryBuilder<Offset: ColumnOffset>: ColumnBuilder, ~Copyable {
  @usableFromInline var rows: VariableWidthBuilder<Offset>

  /// Creates a builder without rows.
  public init() { self.init(byteLimit: Int(clamping: Offset.max)) }

  /// A builder whose data may not pass `byteLimit` bytes.
  package init(byteLimit: Int) {
    rows = VariableWidthBuilder(type: Offset.binaryType, byteLimit: byteLimit)
  }

  /// The number of rows so far.
  public var count: Int { rows.count }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) { self.rows.reserveRows(rows) }

  /// Makes room for `rows` rows, and `bytes` bytes of data, in total.
  public mutating func reserveCapacity(_ rows: Int, bytes: Int) {
    self.rows.reserveRows(rows)
    self.rows.reserveBytes(bytes)
  }

  /// Adds a row with the bytes of `bytes`.
  ///
  /// Throws `capacityExceeded` when the data of all rows would pass what the offsets can address
  /// (2,147,483,647 bytes for `binary`). The builder is then as it was before.
  @inlinable
  public mutating func append(_ bytes: RawSpan) throws(ColumnError) {
    try bytes.withUnsafeBytes { bytes throws(ColumnError) in
      try rows.append(bytes)
    }
  }

  /// Adds a row with the bytes of `bytes`. Throws as `append(_: RawSpan)` does.
  @inlinable
  public mutating func append(_ bytes: borrowing [UInt8]) throws(ColumnError) {
    try append(bytes.span.bytes)
  }

  /// Adds a row with the given bytes. Throws as `append(_: RawSpan)` does.
  @inlinable
  package mutating func append(bytes: UnsafeRawBufferPointer) throws(ColumnError) {
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

extension GenericBinaryBuilder<Int64> {
  /// A builder whose column gets 32-bit offsets where they reach.
  package init(reach: OffsetReach) { rows = VariableWidthBuilder(type: Int64.binaryType, reach: reach) }
}
