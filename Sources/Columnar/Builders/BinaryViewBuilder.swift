/// Builds a `binary_view` column row by row: up to 12 bytes in the row, longer values in one buffer.
public struct BinaryViewBuilder: ColumnBuilder, ~Copyable {
  @usableFromInline var rows: ViewBuilder

  /// Creates a builder without rows.
  public init() { self.init(byteLimit: Int(Int32.max)) }

  /// A builder whose longer values may not pass `byteLimit` bytes.
  package init(byteLimit: Int) { rows = ViewBuilder(type: .binaryView, byteLimit: byteLimit) }

  /// The number of rows so far.
  public var count: Int { rows.count }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) { self.rows.reserveRows(rows) }

  /// Makes room for `rows` rows, and `bytes` bytes of longer values, in total.
  public mutating func reserveCapacity(_ rows: Int, bytes: Int) {
    self.rows.reserveRows(rows)
    self.rows.reserveBytes(bytes)
  }

  /// Adds a row with the bytes of `bytes`.
  ///
  /// Throws `capacityExceeded` when the longer values would pass 2,147,483,647 bytes together. The builder is then as
  /// it was before.
  @inlinable
  public mutating func append(_ bytes: RawSpan) throws(ColumnError) {
    try bytes.withUnsafeBytes { bytes throws(ColumnError) in try rows.append(bytes) }
  }

  /// Adds a row with the given bytes. Throws as `append(_: RawSpan)` does.
  @inlinable
  package mutating func append(bytes: UnsafeRawBufferPointer) throws(ColumnError) { try rows.append(bytes) }

  /// Adds a null row.
  @inlinable
  public mutating func appendNull() { rows.appendNull() }

  /// Takes back all rows but the first `count`.
  public mutating func truncate(to count: Int) { rows.truncate(to: count) }

  /// Ends building. The rows are not copied.
  public consuming func finish() -> Column { rows.finish() }
}
