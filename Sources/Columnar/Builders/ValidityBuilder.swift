/// Records which rows are null. A row that has a value costs nothing here.
///
/// There is no bitmap until the first null. From then on all bits up to the capacity are set, and
/// only nulls write.
@usableFromInline
package struct ValidityBuilder: ~Copyable {
  @usableFromInline package private(set) var bits = GrowableBuffer()
  @usableFromInline package var nullCount = 0

  package init() {}

  @inlinable
  package mutating func markNull(row: Int) {
    if row &>> 3 >= bits.byteCapacity { grow(toFit: row + 1) }
    let byte = bits.base.assumingMemoryBound(to: UInt8.self) + (row &>> 3)
    byte.pointee &= ~(1 &<< UInt8(truncatingIfNeeded: row & 7))
    nullCount &+= 1
  }

  @usableFromInline
  package mutating func grow(toFit rows: Int) {
    let written = bits.byteCapacity
    bits.grow(toFit: (rows + 7) / 8, keeping: written)
    bits.fill(from: written, with: 0xFF)
  }

  /// Sets the bits of rows `count ..< rows` again, as they were before these rows were there.
  package mutating func truncate(to count: Int, from rows: Int) {
    precondition(count >= 0, "a builder cannot have \(count) rows")
    let bytes = bits.base.assumingMemoryBound(to: UInt8.self)
    for row in min(count, rows)..<rows where row &>> 3 < bits.byteCapacity {
      let bit: UInt8 = 1 &<< UInt8(truncatingIfNeeded: row & 7)
      if bytes[row &>> 3] & bit == 0 {
        bytes[row &>> 3] |= bit
        nullCount &-= 1
      }
    }
  }

  /// The bitmap of `count` rows; nil when none of them is null.
  package consuming func finish(count: Int) -> Buffer? {
    guard nullCount > 0 else { return nil }
    grow(toFit: count)
    let byteCount = (count + 7) / 8
    bits.clearBits(from: count, byteCount: byteCount)
    return bits.freeze(byteCount: byteCount)
  }
}
