/// How far the offsets of a column reach that is built with 64-bit ones, and gets 32-bit ones where these do.
///
/// Whether a column is large is then known when it is finished, and no row pays for it: narrowing the offsets of a column
/// is one pass over them.
package struct OffsetReach: Sendable, Hashable {
  /// The most bytes, or elements, that 32-bit offsets are taken for. Tests set it lower.
  package var short: Int
  /// Whether a column may have more, and is then a large one; else more is `capacityExceeded`.
  package var mayBeLong: Bool

  package init(short: Int = Int(Int32.max), mayBeLong: Bool = false) {
    self.short = short
    self.mayBeLong = mayBeLong
  }

  var limit: Int { mayBeLong ? .max : short }
}

extension GrowableBuffer {
  /// The first `count` offsets with 32 bits each, which must hold them.
  borrowing func narrowedOffsets(count: Int) -> Buffer {
    let memory = GrowableBuffer(byteCapacity: count * MemoryLayout<Int32>.stride)
    let (source, target) = (base.assumingMemoryBound(to: Int64.self), memory.base.assumingMemoryBound(to: Int32.self))
    for index in 0..<count { target[index] = Int32(truncatingIfNeeded: source[index]) }
    return memory.freeze(byteCount: count * MemoryLayout<Int32>.stride)
  }
}
