/// Builds a fixed width column row by row.
///
/// Appending is a compare and a store; memory grows twofold when it is full.
///
/// The integers behind dates, times, durations and dictionary indices are built with ``init(type:)``, and so are
/// decimals, as `Int128` or ``Int256``.
public struct FixedWidthBuilder<T: FixedWidthColumnElement>: ColumnBuilder, ~Copyable {
  private let type: ColumnType
  @usableFromInline var memory: GrowableBuffer
  @usableFromInline var validity = ValidityBuilder()
  @usableFromInline var capacity = 0
  @usableFromInline var rowCount = 0

  /// The number of rows so far.
  public var count: Int { rowCount }

  /// Creates a builder without rows.
  public init() {
    type = T.columnType
    memory = GrowableBuffer()
  }

  /// Creates a builder for columns of a type whose rows are stored as `T`: `FixedWidthBuilder<Int64>` for
  /// `timestamp[us]`, `FixedWidthBuilder<Int128>` for `decimal128(10, 2)`. The values are not checked.
  ///
  /// Throws `typeMismatch` when rows of that type are not stored as `T`, and for dictionaries, which
  /// ``Column/dictionaryEncoded(indices:dictionary:isOrdered:)`` makes; `invalidType` for a type that makes no sense.
  public init(type: ColumnType) throws(ColumnError) {
    try type.checkParameters()
    guard T.stores(type), type.dictionaryType == nil else {
      throw ColumnError(
        code: .typeMismatch,
        message: "\(type) columns cannot be built from \(T.self) values; use the builder for this type")
    }
    self.type = type
    memory = GrowableBuffer()
  }

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

  /// Adds rows whose values lie one after the other at an address, which need not be aligned.
  package mutating func append(copying values: UnsafeRawPointer, count: Int) {
    guard count > 0 else { return }
    if rowCount + count > capacity { reserveCapacity(max(rowCount + count, capacity * 2)) }
    (memory.base + rowCount * MemoryLayout<T>.stride)
      .copyMemory(from: values, byteCount: count * MemoryLayout<T>.stride)
    rowCount += count
  }

  /// Takes back all rows but the first `count`.
  public mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: rowCount)
    rowCount = min(rowCount, count)
  }

  /// Ends building. The rows are not copied.
  public consuming func finish() -> Column {
    let count = rowCount
    let (type, nullCount) = (type, validity.nullCount)
    return Column(
      unchecked: type, count: count, nullCount: nullCount,
      validity: validity.finish(count: count),
      buffers: [memory.freeze(byteCount: count * MemoryLayout<T>.stride)])
  }
}
