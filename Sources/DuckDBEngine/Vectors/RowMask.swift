import Columnar

/// Which rows have a value, when not all have: a bit for each, 64 to a word, as DuckDB and Arrow both have it.
struct RowMask {
  let count: Int
  private(set) var words: [UInt64]
  private(set) var nullCount: Int

  /// Copies bits; nil when all of them are set, which needs no mask.
  init?(bits: UnsafePointer<UInt8>, bitOffset: Int, count: Int) {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    let byteCount = (count + 7) / 8
    let source = bits + bitOffset >> 3
    let shift = bitOffset & 7
    words.withUnsafeMutableBytes { target in
      guard let start = target.baseAddress else { return }
      if shift == 0 {
        start.copyMemory(from: source, byteCount: byteCount)
        return
      }
      for byte in 0..<byteCount {
        // The memory may end with the last bit.
        let continues = byte * 8 + 8 - shift < count
        target[byte] = source[byte] >> UInt8(shift) | (continues ? source[byte + 1] << UInt8(8 - shift) : 0)
      }
    }
    self.init(words: words, count: count)
  }

  /// Asks for every row; nil when all have a value.
  init?(count: Int, isValid: (Int) -> Bool) {
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for row in 0..<count where isValid(row) { words[row >> 6] |= 1 << UInt64(row & 63) }
    self.init(words: words, count: count)
  }

  /// The nulls of a column; nil when it has none.
  init?(_ column: Column) {
    if column.type == .null {
      self.init(words: [UInt64](repeating: 0, count: (column.count + 63) / 64), count: column.count)
    } else if let validity = column.unsafeValidity {
      self.init(bits: validity.bytes, bitOffset: validity.bitOffset, count: column.count)
    } else {
      return nil
    }
  }

  private init?(words: [UInt64], count: Int) {
    self.words = words
    self.count = count
    if count & 63 != 0 { self.words[count >> 6] &= Self.upTo(count) }
    nullCount = count - self.words.reduce(0) { $0 + $1.nonzeroBitCount }
    if nullCount == 0 { return nil }
  }

  /// The bits of the last word that belong to rows.
  private static func upTo(_ count: Int) -> UInt64 { (1 << UInt64(count & 63)) - 1 }

  /// Whether a row has a value.
  subscript(row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

  /// The bits as the validity of a column.
  var buffer: Buffer {
    words.withUnsafeBytes { Buffer(copyingBytes: UnsafeRawBufferPointer(rebasing: $0[..<((count + 7) / 8)])) }
  }

  /// Words for a vector, in which rows behind the last one have a value.
  var vectorWords: [UInt64] {
    var words = words
    if count & 63 != 0 { words[count >> 6] |= ~Self.upTo(count) }
    return words
  }

  /// The mask of the children of which `size` belong to each row.
  func repeated(_ size: Int) -> RowMask? { RowMask(count: count * size) { self[$0 / size] } }

  /// Rows that have a value in both.
  static func & (left: RowMask, right: RowMask) -> RowMask? {
    RowMask(words: zip(left.words, right.words).map { $0 & $1 }, count: left.count)
  }

  /// The mask of a child whose parent has one.
  static func combined(_ own: RowMask?, _ parent: RowMask?) -> RowMask? {
    guard let own, let parent else { return own ?? parent }
    return own & parent
  }
}
