/// Builds a fixed width column row by row.
///
/// Appending is a compare and a store; memory grows twofold when it is full.
public struct FixedWidthBuilder<T: FixedWidthColumnElement>: ~Copyable {
  @usableFromInline var memory: GrowableBuffer
  @usableFromInline var validity = ValidityBuilder()
  @usableFromInline var capacity = 0
  @usableFromInline var rowCount = 0

  /// The number of rows so far.
  public var count: Int { rowCount }

  /// Creates a builder without rows.
  public init() { memory = GrowableBuffer() }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) {
    guard rows > capacity else { return }
    memory.grow(
      toFit: rows * MemoryLayout<T>.stride, keeping: rowCount * MemoryLayout<T>.stride)
    capacity = memory.byteCapacity / MemoryLayout<T>.stride
  }

  /// Adds a row with a value.
  @inlinable
  public mutating func append(_ value: T) {
    if rowCount == capacity { reserveCapacity(rowCount + 1) }
    memory.base.assumingMemoryBound(to: T.self)[rowCount] = value
    rowCount &+= 1
  }

  /// Adds a null row. Its value in memory is zero.
  @inlinable
  public mutating func appendNull() {
    if rowCount == capacity { reserveCapacity(rowCount + 1) }
    (memory.base + rowCount &* MemoryLayout<T>.stride)
      .initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<T>.stride)
    validity.markNull(row: rowCount)
    rowCount &+= 1
  }

  /// Ends building. The rows are not copied.
  public consuming func finish() -> Column {
    let count = rowCount
    let nullCount = validity.nullCount
    return Column(
      unchecked: T.columnType, count: count, nullCount: nullCount,
      validity: validity.finish(count: count),
      buffers: [memory.freeze(byteCount: count * MemoryLayout<T>.stride)])
  }
}
