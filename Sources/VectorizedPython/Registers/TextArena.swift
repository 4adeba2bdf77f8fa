/// Memory for the texts that kernels make of a chunk's rows; it stays where it is until the next chunk.
final class TextArena {
  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var block = 0
  private var used = 0
  /// The bytes of the texts that have been made for the chunk.
  private(set) var total = 0
  /// What the texts of one chunk may take. Rows whose texts take more are left to CPython, whose memory is accounted for.
  static let limit = 8 << 20
  /// What one text may take: a larger one is for CPython to make, or to refuse.
  static let textLimit = 1 << 20

  deinit { for block in blocks { block.deallocate() } }

  func reset() {
    // One block is enough for most; the others go.
    for spare in blocks.dropFirst() { spare.deallocate() }
    if blocks.count > 1 { blocks.removeLast(blocks.count - 1) }
    (block, used, total) = (0, 0, 0)
  }

  /// Room for so many bytes, of which the caller may take fewer; nil when there is none left.
  func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
    guard count >= 0, count <= Self.textLimit, total + count <= Self.limit else { return nil }
    if blocks.isEmpty || used + count > blocks[block].count {
      let size = max(count, 1 << 18)
      if !blocks.isEmpty { block += 1 }
      blocks.append(.allocate(byteCount: size, alignment: 16))
      block = blocks.count - 1
      used = 0
    }
    guard let base = blocks[block].baseAddress else { return nil }
    return (base + used).assumingMemoryBound(to: UInt8.self)
  }

  /// Takes so many bytes of those that were reserved last.
  func take(_ count: Int) {
    used += count
    total += count
  }
}
