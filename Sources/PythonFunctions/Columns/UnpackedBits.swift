import Columnar

extension Buffer {
  /// A byte for each of some bits, 1 for one that is set, or for one that is not.
  ///
  /// - Parameters:
  ///   - bits: where they lie, from `bitOffset` on.
  ///   - isInverted: whether 1 stands for a bit that is not set.
  static func unpacking(
    _ bits: UnsafePointer<UInt8>, bitOffset: Int, count: Int, isInverted: Bool = false
  ) -> Buffer {
    let memory = GrowableBuffer(byteCapacity: count)
    let target = memory.base.assumingMemoryBound(to: UInt8.self)
    let inversion: UInt8 = isInverted ? 0xFF : 0
    let (first, shift) = (bits + bitOffset >> 3, bitOffset & 7)
    let (ones, rest): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x7F7F_7F7F_7F7F_7F7F)
    for place in 0..<count / 8 {
      var byte = first[place] >> UInt8(shift)
      // The bits reach into the next byte, which is there then.
      if shift != 0 { byte |= first[place + 1] << UInt8(8 - shift) }
      // The byte eight times, of each one its own bit, and 1 for what is not 0.
      let spread = UInt64(byte ^ inversion) &* ones & 0x8040_2010_0804_0201
      let eight = ((spread & rest) &+ rest | spread) >> 7 & ones
      UnsafeMutableRawPointer(target + place * 8).storeBytes(of: eight, as: UInt64.self)
    }
    for place in count & ~7..<count {
      let bit = shift + place
      target[place] = (first[bit >> 3] >> UInt8(bit & 7) ^ inversion) & 1
    }
    return memory.freeze(byteCount: count)
  }
}
