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

  /// The bits of 64 rows, of which all must be there.
  @inline(__always)
  private func word(from row: Int) -> UInt64 {
    let bit = offset &+ row
    let raw = UnsafeRawPointer(bytes + (bit &>> 3))
    let low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
    let shift = UInt64(truncatingIfNeeded: bit & 7)
    return shift == 0 ? low : low &>> shift | UInt64(raw.load(fromByteOffset: 8, as: UInt8.self)) &<< (64 &- shift)
  }

  /// The bits of rows that are null in no column, and how many are null in one; no bits where none is.
  static func validity(_ columns: [ColumnNulls], count: Int) -> (Buffer?, nullCount: Int) {
    let byteCount = (count + 7) / 8
    let bits = GrowableBuffer(byteCapacity: byteCount)
    let words = count / 64
    var valueCount = 0
    for (place, column) in columns.enumerated() {
      valueCount = 0
      for word in 0..<words {
        var rows = column.word(from: word &* 64)
        if place > 0 { rows &= UInt64(littleEndian: bits.base.load(fromByteOffset: word &* 8, as: UInt64.self)) }
        valueCount &+= rows.nonzeroBitCount
        bits.base.storeBytes(of: rows.littleEndian, toByteOffset: word &* 8, as: UInt64.self)
      }
    }
    var byte: UInt8 = 0
    for row in words * 64..<count {
      if !columns.contains(where: { $0[row] }) { byte |= 1 &<< UInt8(row & 7) }
      guard row & 7 == 7 || row == count - 1 else { continue }
      valueCount &+= byte.nonzeroBitCount
      bits.base.storeBytes(of: byte, toByteOffset: row >> 3, as: UInt8.self)
      byte = 0
    }
    return valueCount == count ? (nil, 0) : (bits.freeze(byteCount: byteCount), count - valueCount)
  }
}
