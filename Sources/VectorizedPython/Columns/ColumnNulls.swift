import Columnar

/// Which rows of a column are null: bits that are 0, as Arrow has them.
struct ColumnNulls {
  private let bytes: UnsafePointer<UInt8>
  /// The bit of row 0.
  private let offset: Int

  init(_ bytes: UnsafePointer<UInt8>, offset: Int) { (self.bytes, self.offset) = (bytes, offset) }

  /// Whether a row is null.
  @inline(__always)
  subscript(row: Int) -> Bool {
    let bit = offset &+ row
    return (bytes[bit &>> 3] &>> UInt8(truncatingIfNeeded: bit & 7)) & 1 == 0
  }

  /// The bits of eight rows, all of which there must be.
  @inline(__always)
  func eight(from row: Int) -> UInt8 {
    let bit = offset &+ row
    let shift = UInt8(truncatingIfNeeded: bit & 7)
    let low = bytes[bit &>> 3] &>> shift
    return shift == 0 ? low : low | (bytes[(bit &>> 3) &+ 1] &<< (8 &- shift))
  }

  /// The bits of rows that are null in no column, and how many are null in one; no bits where none is.
  static func validity(_ columns: [ColumnNulls], count: Int) -> (Buffer?, nullCount: Int) {
    let byteCount = (count + 7) / 8
    let bits = GrowableBuffer(byteCapacity: byteCount)
    var valueCount = 0
    for place in 0..<count / 8 {
      var byte: UInt8 = 0xFF
      for column in columns { byte &= column.eight(from: place &* 8) }
      valueCount &+= byte.nonzeroBitCount
      bits.base.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
    }
    if count & 7 != 0 {
      var byte: UInt8 = 0
      for row in (count & ~7)..<count where !columns.contains(where: { $0[row] }) { byte |= 1 &<< UInt8(row & 7) }
      valueCount &+= byte.nonzeroBitCount
      bits.base.storeBytes(of: byte, toByteOffset: byteCount - 1, as: UInt8.self)
    }
    return valueCount == count ? (nil, 0) : (bits.freeze(byteCount: byteCount), count - valueCount)
  }
}
