// Taking rows back, for a caller that builds nested rows part by part and finds out halfway that one is no good.

extension FixedWidthBuilder {
  /// Takes back all rows but the first `count`.
  package mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: rowCount)
    rowCount = min(rowCount, count)
  }
}

extension FixedSizeBinaryBuilder {
  /// Takes back all rows but the first `count`.
  package mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: rowCount)
    rowCount = min(rowCount, count)
  }
}

extension BooleanBuilder {
  /// Takes back all rows but the first `count`.
  package mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: bits.count)
    bits.truncate(to: count)
  }
}

extension GenericStringBuilder {
  /// Takes back all rows but the first `count`.
  package mutating func truncate(to count: Int) { rows.truncate(to: count) }
}

extension GenericBinaryBuilder {
  /// Takes back all rows but the first `count`.
  package mutating func truncate(to count: Int) { rows.truncate(to: count) }
}

extension GenericListBuilder {
  /// Takes back all rows but the first `count`; their elements are taken back from their own builder.
  package mutating func truncate(to count: Int) {
    guard count < rowCount else { return }
    validity.truncate(to: count, from: rowCount)
    rowCount = count
    total = offsets.base.assumingMemoryBound(to: Offset.self)[count]
  }
}

extension StructBuilder {
  /// Takes back all rows but the first `count`; those of the fields are taken back from their own builders.
  package mutating func truncate(to count: Int) {
    validity.truncate(to: count, from: rowCount)
    rowCount = min(rowCount, count)
  }
}

extension VariableWidthBuilder {
  fileprivate mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    validity.truncate(to: count, from: self.count)
    self.count = count
    byteCount = Int(offsets.base.assumingMemoryBound(to: Offset.self)[count])
  }
}

extension ValidityBuilder {
  /// Sets the bits of rows `count ..< rows` again, as they were before these rows were there.
  fileprivate mutating func truncate(to count: Int, from rows: Int) {
    let bytes = bits.base.assumingMemoryBound(to: UInt8.self)
    for row in min(count, rows)..<rows where row &>> 3 < bits.byteCapacity {
      let bit: UInt8 = 1 &<< UInt8(truncatingIfNeeded: row & 7)
      if bytes[row &>> 3] & bit == 0 {
        bytes[row &>> 3] |= bit
        nullCount &-= 1
      }
    }
  }
}

extension BitPacker {
  fileprivate mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    let bytes = memory.base.assumingMemoryBound(to: UInt8.self)
    for bit in count..<self.count { bytes[bit &>> 3] &= ~(1 &<< UInt8(truncatingIfNeeded: bit & 7)) }
    self.count = count
  }
}
