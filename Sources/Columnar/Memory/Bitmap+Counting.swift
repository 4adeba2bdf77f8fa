extension Bitmap {
  /// The number of set bits. Counted 64 at a time, whatever the bit offset.
  public func countSet() -> Int {
    guard count > 0 else { return 0 }
    let end = offset + count
    let bytes = buffer.baseAddress.assumingMemoryBound(to: UInt8.self)
    let firstByte = offset >> 3
    let lastByte = (end - 1) >> 3
    // The masks of the bits that belong to this bitmap in its first and its last byte.
    let head = UInt8.max << UInt8(offset & 7)
    let tail = UInt8.max >> UInt8(7 - (end - 1) & 7)
    if firstByte == lastByte { return (bytes[firstByte] & head & tail).nonzeroBitCount }

    var total = (bytes[firstByte] & head).nonzeroBitCount + (bytes[lastByte] & tail).nonzeroBitCount
    var position = firstByte + 1
    while position + 8 <= lastByte {
      total += buffer.baseAddress.loadUnaligned(fromByteOffset: position, as: UInt64.self).nonzeroBitCount
      position += 8
    }
    while position < lastByte {
      total += bytes[position].nonzeroBitCount
      position += 1
    }
    return total
  }
}
