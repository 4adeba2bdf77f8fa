/// Builds offsets and data of a variable width column; the public builders are its faces.
@usableFromInline
package struct VariableWidthBuilder<Offset: ColumnOffset>: ~Copyable {
  @usableFromInline package let type: ColumnType
  /// One offset more than rows. The first is written when memory is first reserved.
  @usableFromInline package private(set) var offsets = GrowableBuffer()
  @usableFromInline package private(set) var data = GrowableBuffer()
  @usableFromInline package var validity = ValidityBuilder()
  @usableFromInline package var count = 0
  @usableFromInline package var byteCount = 0
  @usableFromInline package private(set) var rowCapacity = 0
  /// Never above the limit of the offsets, so that one comparison guards memory and limit.
  @usableFromInline package private(set) var byteCapacity = 0
  private let byteLimit: Int
  /// Up to how many bytes the column gets 32-bit offsets, whatever they are here.
  private let shortReach: Int?

  package init(type: ColumnType, byteLimit: Int) {
    self.type = type
    self.byteLimit = byteLimit
    shortReach = nil
  }

  @inlinable
  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ColumnError) {
    let end = byteCount + bytes.count
    if end > byteCapacity { try growData(toFit: end) }
    if count == rowCapacity { reserveRows(count + 1) }
    if let source = bytes.baseAddress {
      (data.base + byteCount).copyMemory(from: source, byteCount: bytes.count)
    }
    byteCount = end
    count &+= 1
    offsets.base.assumingMemoryBound(to: Offset.self)[count] = Offset(truncatingIfNeeded: end)
  }

  @inlinable
  package mutating func appendNull() {
    if count == rowCapacity { reserveRows(count + 1) }
    validity.markNull(row: count)
    count &+= 1
    offsets.base.assumingMemoryBound(to: Offset.self)[count] = Offset(truncatingIfNeeded: byteCount)
  }

  @usableFromInline
  package mutating func reserveRows(_ rows: Int) {
    guard rows > rowCapacity else { return }
    let width = MemoryLayout<Offset>.stride
    offsets.grow(toFit: (rows + 1) * width, keeping: rowCapacity == 0 ? 0 : (count + 1) * width)
    if rowCapacity == 0 { offsets.base.storeBytes(of: 0, as: Offset.self) }
    rowCapacity = offsets.byteCapacity / width - 1
  }

  /// Makes room as far as the limit allows; going past it fails in `append`.
  package mutating func reserveBytes(_ bytes: Int) {
    data.grow(toFit: min(bytes, byteLimit), keeping: byteCount)
    byteCapacity = min(data.byteCapacity, byteLimit)
  }

  @usableFromInline
  package mutating func growData(toFit bytes: Int) throws(ColumnError) {
    guard bytes <= byteLimit else {
      let larger: ColumnType = type == .utf8 ? .largeUTF8 : .largeBinary
      throw ColumnError(
        code: .capacityExceeded,
        message: "row \(count) would bring the data of a \(type) column to \(bytes) bytes, and "
          + "\(byteLimit) is the most that its offsets can address; use \(larger) or smaller batches")
    }
    reserveBytes(bytes)
  }

  package mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    validity.truncate(to: count, from: self.count)
    self.count = count
    byteCount = Int(offsets.base.assumingMemoryBound(to: Offset.self)[count])
  }

  package consuming func finish() -> Column {
    let width = MemoryLayout<Offset>.stride
    let (count, byteCount, nullCount) = (count, byteCount, validity.nullCount)
    let isNarrowed = shortReach.map { byteCount <= $0 } ?? false
    let type = isNarrowed ? type == .largeUTF8 ? .utf8 : .binary : type
    let ends =
      rowCapacity == 0
      ? Buffer.zeros(byteCount: width)
      : isNarrowed ? offsets.narrowedOffsets(count: count + 1) : offsets.freeze(byteCount: (count + 1) * width)
    return Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity.finish(count: count),
      buffers: [ends, data.freeze(byteCount: byteCount)])
  }
}

extension VariableWidthBuilder<Int64> {
  /// A builder whose column gets 32-bit offsets where they reach.
  init(type: ColumnType, reach: OffsetReach) {
    self.type = type
    byteLimit = reach.limit
    shortReach = reach.short
  }
}
