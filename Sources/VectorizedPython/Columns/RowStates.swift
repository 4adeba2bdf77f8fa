import Columnar

enum RowState: UInt8 {
  case null, value, rerun
}

/// A state for each row of a batch, in bytes that are looked at eight at once.
final class RowStates {
  let memory: UnsafeMutablePointer<RowState>
  private let raw: UnsafeMutableRawPointer
  private let count: Int

  init(count: Int) {
    self.count = count
    let capacity = (count + 15) & ~7
    memory = .allocate(capacity: capacity)
    memory.initialize(repeating: .null, count: capacity)
    raw = UnsafeMutableRawPointer(memory)
  }

  deinit { memory.deallocate() }

  subscript(row: Int) -> RowState {
    get { memory[row] }
    set { memory[row] = newValue }
  }

  func fill(_ rows: Range<Int>, with state: RowState) {
    (memory + rows.lowerBound).update(repeating: state, count: rows.count)
  }

  /// Makes rows that have values null where a column is.
  func clear(_ rows: Range<Int>, where nulls: ColumnNulls) {
    var row = rows.lowerBound
    while row &+ 8 <= rows.upperBound {
      // A byte of 0 or 1 for each bit.
      let spread = (UInt64(nulls.eight(from: row)) &* 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201
      let kept = ((spread &+ 0x7F7F_7F7F_7F7F_7F7F) &>> 7) & 0x0101_0101_0101_0101
      let states = raw.loadUnaligned(fromByteOffset: row, as: UInt64.self)
      raw.storeBytes(of: states & UInt64(littleEndian: kept), toByteOffset: row, as: UInt64.self)
      row &+= 8
    }
    while row < rows.upperBound {
      if nulls[row] { memory[row] = .null }
      row &+= 1
    }
  }

  /// Makes rows that have values null where a register of truth values is 0.
  static func clear(_ states: UnsafeMutablePointer<RowState>, _ count: Int, where valid: UnsafePointer<Int64>) {
    let bytes = UnsafeMutableRawPointer(states).assumingMemoryBound(to: UInt8.self)
    for row in 0..<count { bytes[row] &= UInt8(truncatingIfNeeded: valid[row]) }
  }

  /// The bits of a column's validity, and how many rows are null; no bits where none is.
  func validity() -> (Buffer?, nullCount: Int) {
    let bits = GrowableBuffer(byteCapacity: (count + 7) / 8)
    var valueCount = 0
    for place in 0..<(count + 7) / 8 {
      let states = UInt64(littleEndian: raw.load(fromByteOffset: place * 8, as: UInt64.self))
      // Values and rows that are still to come are not null; behind the last row all are.
      let byte = Self.packed(states | (states &>> 1))
      valueCount &+= byte.nonzeroBitCount
      bits.base.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
    }
    return valueCount == count ? (nil, 0) : (bits.freeze(byteCount: (count + 7) / 8), count - valueCount)
  }

  /// The lowest bits of eight bytes as the bits of one.
  @inline(__always)
  private static func packed(_ bytes: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: ((bytes & 0x0101_0101_0101_0101) &* 0x0102_0408_1020_4080) &>> 56)
  }

  /// Bytes of 0 and 1 as bits.
  static func packed(_ bytes: UnsafeRawPointer, count: Int) -> Buffer {
    let bits = GrowableBuffer(byteCapacity: (count + 7) / 8)
    for place in 0..<count / 8 {
      let eight = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
      bits.base.storeBytes(of: packed(eight), toByteOffset: place, as: UInt8.self)
    }
    if count & 7 != 0 {
      var last: UInt8 = 0
      for row in (count & ~7)..<count {
        last |= (bytes.load(fromByteOffset: row, as: UInt8.self) & 1) &<< UInt8(truncatingIfNeeded: row & 7)
      }
      bits.base.storeBytes(of: last, toByteOffset: count / 8, as: UInt8.self)
    }
    return bits.freeze(byteCount: (count + 7) / 8)
  }
}
