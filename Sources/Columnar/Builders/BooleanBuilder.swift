/// Builds a `bool` column row by row.
public struct BooleanBuilder: ColumnBuilder, ~Copyable {
  @usableFromInline var bits = BitPacker()
  @usableFromInline var validity = ValidityBuilder()

  /// Creates a builder without rows.
  public init() {}

  /// The number of rows so far.
  public var count: Int { bits.count }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) { bits.reserveCapacity(rows) }

  /// Adds a row with a value.
  @inlinable
  public mutating func append(_ value: Bool) { bits.append(value) }

  /// Adds a null row. Its bit in memory is zero.
  @inlinable
  public mutating func appendNull() {
    validity.markNull(row: bits.count)
    bits.append(false)
  }

  /// Takes back all rows but the first `count`.
  public mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: bits.count)
    bits.truncate(to: count)
  }

  /// Ends building. The rows are not copied.
  public consuming func finish() -> Column {
    let count = bits.count
    let nullCount = validity.nullCount
    return Column(
      unchecked: .bool, count: count, nullCount: nullCount, validity: validity.finish(count: count),
      buffers: [bits.finish()])
  }
}
