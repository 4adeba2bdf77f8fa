/// Builds a `fixed_size_binary` column row by row.
public struct FixedSizeBinaryBuilder: ColumnBuilder, ~Copyable {
  /// The bytes that each row has.
  public let byteWidth: Int
  @usableFromInline var memory = GrowableBuffer()
  @usableFromInline var validity = ValidityBuilder()
  @usableFromInline var rowCount = 0

  /// Creates a builder without rows. Throws `invalidType` for a width below zero or over 2,147,483,647.
  public init(byteWidth: Int) throws(ColumnError) {
    try ColumnType.fixedSizeBinary(byteWidth: byteWidth).checkParameters()
    self.byteWidth = byteWidth
  }

  /// The number of rows so far.
  public var count: Int { rowCount }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) {
    memory.grow(toFit: rows * byteWidth, keeping: rowCount * byteWidth)
  }

  /// Adds a row with the bytes of `bytes`. Throws `lengthMismatch` when there are not ``byteWidth`` of them; the builder
  /// is then as it was before.
  @inlinable
  public mutating func append(_ bytes: RawSpan) throws(ColumnError) {
    try bytes.withUnsafeBytes { bytes throws(ColumnError) in try append(bytes: bytes) }
  }

  /// Adds a row with the given bytes. Throws as `append(_: RawSpan)` does.
  @inlinable
  package mutating func append(bytes: UnsafeRawBufferPointer) throws(ColumnError) {
    guard bytes.count == byteWidth else { throw lengthError(bytes.count) }
    if (rowCount + 1) &* byteWidth > memory.byteCapacity { reserveCapacity(rowCount + 1) }
    if let source = bytes.baseAddress {
      (memory.base + rowCount &* byteWidth).copyMemory(from: source, byteCount: byteWidth)
    }
    rowCount &+= 1
  }

  /// Adds a null row. Its bytes in memory are zero.
  @inlinable
  public mutating func appendNull() {
    if (rowCount + 1) &* byteWidth > memory.byteCapacity { reserveCapacity(rowCount + 1) }
    (memory.base + rowCount &* byteWidth).initializeMemory(as: UInt8.self, repeating: 0, count: byteWidth)
    validity.markNull(row: rowCount)
    rowCount &+= 1
  }

  /// Takes back all rows but the first `count`.
  public mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: rowCount)
    rowCount = min(rowCount, count)
  }

  /// Ends building. The rows are not copied.
  public consuming func finish() -> Column {
    let (count, byteWidth, nullCount) = (rowCount, byteWidth, validity.nullCount)
    return Column(
      unchecked: .fixedSizeBinary(byteWidth: byteWidth), count: count, nullCount: nullCount,
      validity: validity.finish(count: count), buffers: [memory.freeze(byteCount: count * byteWidth)])
  }

  @usableFromInline
  func lengthError(_ byteCount: Int) -> ColumnError {
    ColumnError(
      code: .lengthMismatch,
      message: "row \(rowCount) has \(byteCount) bytes where each row has \(byteWidth); use binary instead")
  }
}
