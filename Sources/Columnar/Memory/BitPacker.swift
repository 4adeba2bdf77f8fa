/// Packs bits as they are appended.
@usableFromInline
package struct BitPacker: ~Copyable {
  /// Zero from `count` bits on, so that only set bits need a write.
  @usableFromInline package private(set) var memory: GrowableBuffer
  @usableFromInline package var count = 0

  package init() { memory = GrowableBuffer() }

  @inlinable
  package mutating func append(_ bit: Bool) {
    if count &>> 3 >= memory.byteCapacity { reserveCapacity(count + 1) }
    let byte = memory.base.assumingMemoryBound(to: UInt8.self) + (count &>> 3)
    byte.pointee |= (bit ? 1 : 0) &<< UInt8(truncatingIfNeeded: count & 7)
    count &+= 1
  }

  /// Makes room for `bits` bits in total.
  @usableFromInline
  package mutating func reserveCapacity(_ bits: Int) {
    let written = memory.byteCapacity
    memory.grow(toFit: (bits + 7) / 8, keeping: written)
    memory.fill(from: written, with: 0)
  }

  /// Takes back all bits but the first `count`.
  package mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    let bytes = memory.base.assumingMemoryBound(to: UInt8.self)
    for bit in count..<self.count { bytes[bit &>> 3] &= ~(1 &<< UInt8(truncatingIfNeeded: bit & 7)) }
    self.count = count
  }

  package consuming func finish() -> Buffer {
    let byteCount = (count + 7) / 8
    return memory.freeze(byteCount: byteCount)
  }
}
