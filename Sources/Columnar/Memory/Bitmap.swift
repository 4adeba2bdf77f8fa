#if _endian(big)
  #error("Arrow data is little endian, and bitmaps are read here a word at a time.")
#endif

/// Bits packed as Arrow packs them: the least significant bit of a byte first.
///
/// As the validity of a column, a set bit means that the row has a value.
public struct Bitmap: Sendable {
  /// The memory that the bits are in.
  public let buffer: Buffer
  /// The position in `buffer` of the first bit, in bits.
  public let offset: Int
  /// The number of bits.
  public let count: Int

  /// Shows `count` bits of `buffer`, from bit `offset` on.
  ///
  /// Throws `invalidLayout` when the buffer is too small for them.
  public init(buffer: Buffer, offset: Int = 0, count: Int) throws(ColumnError) {
    guard let bytes = Bitmap.byteCount(bits: count, offset: offset), bytes <= buffer.byteCount else {
      throw ColumnError(
        code: .invalidLayout,
        message: "\(count) bits from bit \(offset) on do not fit into a buffer of "
          + "\(buffer.byteCount) bytes; pass a larger buffer or fewer bits")
    }
    self.init(unchecked: buffer, offset: offset, count: count)
  }

  init(unchecked buffer: Buffer, offset: Int, count: Int) {
    self.buffer = buffer
    self.offset = offset
    self.count = count
  }

  /// Packs the given bits.
  public init(_ bits: some Sequence<Bool>) {
    var packed = BitPacker()
    for bit in bits { packed.append(bit) }
    let count = packed.count
    self.init(unchecked: packed.finish(), offset: 0, count: count)
  }

  /// A bitmap of `count` set bits.
  public static func allSet(count: Int) -> Bitmap {
    let byteCount = (count + 7) / 8
    var memory = GrowableBuffer(byteCapacity: byteCount)
    memory.fill(from: 0, with: 0xFF)
    memory.clearBits(from: count, byteCount: byteCount)
    return Bitmap(unchecked: memory.freeze(byteCount: byteCount), offset: 0, count: count)
  }

  /// The bit at `index`, which must be below ``count``.
  @inlinable
  public subscript(index: Int) -> Bool {
    precondition(index >= 0 && index < count, "bit \(index) of a bitmap of \(count) bits")
    let position = offset &+ index
    let byte = buffer.baseAddress.load(fromByteOffset: position &>> 3, as: UInt8.self)
    return (byte &>> UInt8(truncatingIfNeeded: position & 7)) & 1 != 0
  }

  /// The bits of `range`, without a copy.
  public func slice(_ range: Range<Int>) -> Bitmap {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "bits \(range) of a bitmap of \(count)")
    return Bitmap(unchecked: buffer, offset: offset + range.lowerBound, count: range.count)
  }

  /// The bytes that `bits` bits from bit `offset` on reach into; nil when that makes no sense.
  static func byteCount(bits: Int, offset: Int) -> Int? {
    guard bits >= 0, offset >= 0 else { return nil }
    let (end, overflow) = bits.addingReportingOverflow(offset)
    return overflow ? nil : end / 8 + (end % 8 == 0 ? 0 : 1)
  }
}

extension GrowableBuffer {
  /// Clears the bits from `bit` to the end of the byte that it is in, so that what follows the last
  /// row is always zero.
  mutating func clearBits(from bit: Int, byteCount: Int) {
    guard bit & 7 != 0, bit >> 3 < byteCount else { return }
    base.assumingMemoryBound(to: UInt8.self)[bit >> 3] &= (1 << UInt8(bit & 7)) - 1
  }
}
