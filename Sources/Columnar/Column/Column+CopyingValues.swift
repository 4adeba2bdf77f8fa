extension Column {
  /// Copies a vector in the layout of vectorised engines: an array of values and, unless all are
  /// valid, a mask of 64-bit words with a set bit for each row that has a value.
  ///
  /// `type` must have a fixed width, else `typeMismatch` is thrown, and no dictionary. `bool` arrives as one byte per
  /// row, false if zero, and is packed.
  package init(
    type: ColumnType, copyingValues values: UnsafeRawPointer, count: Int,
    validityWords: UnsafePointer<UInt64>?
  ) throws(ColumnError) {
    guard type.dictionaryType == nil else { throw blockError(type) }
    try type.checkParameters()
    let data: Buffer
    switch type.layout {
    case .fixedWidth(let byteWidth):
      data = Buffer(copyingBytes: UnsafeRawBufferPointer(start: values, count: count * byteWidth))
    case .bits:
      data = Buffer.packing(values.assumingMemoryBound(to: UInt8.self), count: count)
    default:
      throw blockError(type)
    }
    let validity = validityWords.map { Buffer.copyingBits(of: $0, count: count) }
    let nullCount =
      validity.map { count - Bitmap(unchecked: $0, offset: 0, count: count).countSet() } ?? 0
    self.init(
      unchecked: type, count: count, nullCount: nullCount, validity: nullCount == 0 ? nil : validity,
      buffers: [data])
  }
}

private func blockError(_ type: ColumnType) -> ColumnError {
  ColumnError(
    code: .typeMismatch, message: "\(type) values cannot be copied as a block; use a builder for this type")
}

extension Buffer {
  /// One bit per byte of `bytes`, set unless the byte is zero.
  fileprivate static func packing(_ bytes: UnsafePointer<UInt8>, count: Int) -> Buffer {
    let byteCount = (count + 7) / 8
    let memory = GrowableBuffer(byteCapacity: byteCount)
    let packed = memory.base.assumingMemoryBound(to: UInt8.self)
    for index in 0..<byteCount {
      var byte: UInt8 = 0
      for bit in 0..<min(8, count - index * 8) where bytes[index * 8 + bit] != 0 {
        byte |= 1 << UInt8(bit)
      }
      packed[index] = byte
    }
    return memory.freeze(byteCount: byteCount)
  }

  /// The first `count` bits of the words; the bits after them are zero.
  fileprivate static func copyingBits(of words: UnsafePointer<UInt64>, count: Int) -> Buffer {
    let byteCount = (count + 7) / 8
    var memory = GrowableBuffer(byteCapacity: byteCount)
    memory.copy(UnsafeRawBufferPointer(start: words, count: byteCount), toByteOffset: 0)
    memory.clearBits(from: count, byteCount: byteCount)
    return memory.freeze(byteCount: byteCount)
  }
}
