import Columnar
import Essentials

/// Which rows of a batch have equal arguments, so that a deterministic function is called once for all of them.
///
/// Equal means equal in every byte: 0.0 and -0.0 are two values, and so are two NaNs that differ.
struct DistinctRows {
  /// For each row the number of its group.
  let groups: [Int]
  let groupCount: Int

  /// Looking for equal rows costs some 20 ns a row and is in vain where there are none: after this many rows it is given
  /// up unless half of them were there before.
  private static let trial = 128

  /// Nil where rows are not compared, because of the columns' types, or differ too much to be worth it.
  init?(_ columns: [Column]) {
    guard let first = columns.first, first.count > 1 else { return nil }
    let parts = columns.compactMap(RowBytes.init)
    guard parts.count == columns.count else { return nil }
    let count = first.count
    var groups: [Int] = []
    groups.reserveCapacity(count)
    var representatives: [Int] = []
    // Open addressing: a power of two, never more than half full.
    let capacity = (count * 2).nextPowerOfTwo
    var table = [Int32](repeating: -1, count: capacity)
    for row in 0..<count {
      if row == Self.trial, representatives.count > Self.trial / 2 { return nil }
      let hash = parts.reduce(UInt64(0)) { $1.hash(row, $0) }
      var place = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while true {
        let group = Int(table[place])
        if group < 0 {
          table[place] = Int32(representatives.count)
          groups.append(representatives.count)
          representatives.append(row)
          break
        }
        if parts.allSatisfy({ $0.isEqual(row, representatives[group]) }) {
          groups.append(group)
          break
        }
        place = (place + 1) & (capacity - 1)
      }
    }
    guard representatives.count < count else { return nil }
    self.groups = groups
    groupCount = representatives.count
  }
}

extension Int {
  fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}

/// The bytes of a column's rows, of a dictionary encoded column those of the indices. The column must be kept alive.
private struct RowBytes {
  private enum Rows {
    case fixed(UnsafeRawPointer, byteWidth: Int)
    case offsets(UnsafePointer<Int32>, UnsafePointer<UInt8>)
    case largeOffsets(UnsafePointer<Int64>, UnsafePointer<UInt8>)
    case bits(UnsafePointer<UInt8>, offset: Int)
  }

  private let rows: Rows
  private let validity: (bytes: UnsafePointer<UInt8>, bitOffset: Int)?
  /// Which rows stand for a null of the dictionary, which is a null like that of a row; nil for none.
  private let dictionaryNulls: [Bool]?

  /// Nil for nested types and views.
  init?(_ column: Column) {
    validity = column.unsafeValidity
    if let dictionary = column.dictionary, dictionary.nullCount > 0 {
      guard let indices = try? column.dictionaryIndices() else { return nil }
      dictionaryNulls = indices.map { $0 < 0 || dictionary.isNull($0) }
    } else {
      dictionaryNulls = nil
    }
    switch column.type.layout {
    case .fixedWidth(let byteWidth): rows = .fixed(column.unsafeValues, byteWidth: byteWidth)
    case .variableWidth(offsetByteWidth: 4):
      let (offsets, data) = column.unsafeOffsets(as: Int32.self)
      rows = .offsets(offsets, data)
    case .variableWidth:
      let (offsets, data) = column.unsafeOffsets(as: Int64.self)
      rows = .largeOffsets(offsets, data)
    case .bits:
      let (bytes, offset) = column.unsafeBits
      rows = .bits(bytes, offset: offset)
    case .null, .views, .list, .listViews, .fixedSizeList, .structure: return nil
    }
  }

  /// Nil for a null row.
  private func bytes(_ row: Int) -> UnsafeRawBufferPointer? {
    if let validity {
      let bit = validity.bitOffset + row
      if validity.bytes[bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) == 0 { return nil }
    }
    if let dictionaryNulls, dictionaryNulls[row] { return nil }
    switch rows {
    case .fixed(let values, let byteWidth):
      return UnsafeRawBufferPointer(start: values + row * byteWidth, count: byteWidth)
    case .offsets(let offsets, let data):
      return UnsafeRawBufferPointer(start: data + Int(offsets[row]), count: Int(offsets[row + 1] - offsets[row]))
    case .largeOffsets(let offsets, let data):
      return UnsafeRawBufferPointer(start: data + Int(offsets[row]), count: Int(offsets[row + 1] - offsets[row]))
    case .bits(let bytes, let offset):
      // A byte of either value, to point at.
      let value = bytes[(offset + row) >> 3] >> UInt8(truncatingIfNeeded: (offset + row) & 7) & 1
      return UnsafeRawBufferPointer(start: Self.booleans.utf8Start + Int(value), count: 1)
    }
  }

  private static let booleans: StaticString = "01"

  /// Mixes a row into a hash, eight bytes at a time.
  @inline(__always)
  func hash(_ row: Int, _ seed: UInt64) -> UInt64 {
    guard let bytes = bytes(row) else { return Self.mix(seed, .max) }
    var hash = Self.mix(seed, UInt64(bytes.count))
    var index = 0
    while index + 8 <= bytes.count {
      hash = Self.mix(hash, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < bytes.count {
      rest = rest << 8 | UInt64(bytes[index])
      index += 1
    }
    return Self.mix(hash, rest)
  }

  /// The two halves of a product, folded: every bit of the input reaches the low bits, which choose the place.
  @inline(__always)
  private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    let product = (hash ^ value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }

  @inline(__always)
  func isEqual(_ row: Int, _ other: Int) -> Bool {
    guard let left = bytes(row), let right = bytes(other) else { return bytes(row) == nil && bytes(other) == nil }
    guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return left.count == right.count }
    return left.count == right.count && memcmp(leftStart, rightStart, left.count) == 0
  }
}
