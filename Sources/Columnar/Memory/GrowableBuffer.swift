#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Writable memory on its way to becoming a ``Buffer``.
///
/// Its capacity is a multiple of 64 bytes and grows at least twofold, so that appending is cheap
/// on average. Without capacity it points at the static zero area and owns nothing.
@usableFromInline
package struct GrowableBuffer: ~Copyable {
  @usableFromInline package private(set) var base: UnsafeMutableRawPointer
  @usableFromInline package private(set) var byteCapacity: Int

  /// Owns room for at least `byteCapacity` bytes; nothing is written there yet.
  package init(byteCapacity: Int = 0) {
    let rounded = Self.roundedUp(byteCapacity)
    self.byteCapacity = rounded
    self.base =
      rounded == 0
      ? UnsafeMutableRawPointer(mutating: Buffer.empty.baseAddress)
      : Self.allocate(rounded)
  }

  deinit {
    if byteCapacity > 0 { base.deallocate() }
  }

  /// Makes room for `needed` bytes, carrying over the first `byteCount`.
  package mutating func grow(toFit needed: Int, keeping byteCount: Int) {
    guard needed > byteCapacity else { return }
    let larger = Self.roundedUp(max(needed, byteCapacity &* 2))
    let memory = Self.allocate(larger)
    memory.copyMemory(from: base, byteCount: byteCount)
    if byteCapacity > 0 { base.deallocate() }
    base = memory
    byteCapacity = larger
  }

  /// Sets every byte from `start` up to the capacity.
  package mutating func fill(from start: Int, with byte: UInt8) {
    guard start < byteCapacity else { return }
    (base + start).initializeMemory(as: UInt8.self, repeating: byte, count: byteCapacity - start)
  }

  package mutating func copy(_ bytes: UnsafeRawBufferPointer, toByteOffset offset: Int) {
    precondition(offset + bytes.count <= byteCapacity, "copying past the end of a buffer")
    guard let source = bytes.baseAddress else { return }
    (base + offset).copyMemory(from: source, byteCount: bytes.count)
  }

  /// Gives the memory away as an immutable buffer, its padding set to zero.
  package consuming func freeze(byteCount: Int) -> Buffer {
    precondition(byteCount <= byteCapacity, "a buffer cannot be larger than its memory")
    // The closure is the only one to touch the address, and runs once.
    nonisolated(unsafe) let base = base
    guard byteCapacity > 0 else {
      discard self
      return .empty
    }
    let padding = Self.roundedUp(byteCount) - byteCount
    (base + byteCount).initializeMemory(as: UInt8.self, repeating: 0, count: padding)
    discard self
    return Buffer(adopting: base, byteCount: byteCount) { base.deallocate() }
  }

  /// From how many bytes on the system is asked for large pages.
  private static let large = 4 << 20

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    #if os(Linux)
      // The first write to each page takes longer than what is written: of large pages there are fewer. The C library takes
      // so much from the system at once, and gives it back.
      if byteCount >= large {
        let skipped = -Int(bitPattern: memory) & 4_095
        _ = madvise(memory + skipped, byteCount - skipped, 14)  // MADV_HUGEPAGE
      }
    #endif
    return memory
  }

  private static func roundedUp(_ byteCount: Int) -> Int { (byteCount + 63) & ~63 }
}
