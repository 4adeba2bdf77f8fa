extension Column {
  /// The checks that need no look at the rows. Every column has passed them.
  static func checkStructure(
    type: ColumnType, count: Int, offset: Int, nullCount: Int?, validity: Buffer?,
    buffers: [Buffer], children: [Column]
  ) throws(ColumnError) {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(ColumnError) {
      guard !condition else { return }
      throw ColumnError(
        code: .invalidLayout,
        message: "a \(type) column of \(count) rows from row \(offset) on \(problem())")
    }

    try require(count >= 0 && offset >= 0, "cannot have negative bounds; correct length and offset")
    let (end, overflow) = count.addingReportingOverflow(offset)
    try require(!overflow, "is too long; correct length and offset")
    try require(
      (nullCount ?? 0) >= 0 && (nullCount ?? 0) <= count,
      "cannot have \(nullCount ?? 0) nulls; correct the count, or leave it out to have it counted")
    try require(
      children.count == type.childCount,
      "has \(children.count) children; pass \(type.childCount)")
    try require(
      buffers.count == type.layout.bufferCount,
      "has \(buffers.count) buffers; pass \(type.layout.bufferCount), the validity not counted")

    if let validity {
      let needed = Bitmap.byteCount(bits: count, offset: offset) ?? Int.max
      try require(type != .null, "cannot have a validity bitmap; leave it out")
      try require(
        validity.byteCount >= needed,
        "has a validity bitmap of \(validity.byteCount) bytes; it needs \(needed)")
    } else {
      try require(
        type == .null || (nullCount ?? 0) == 0,
        "says that \(nullCount ?? 0) rows are null without a validity bitmap; pass one")
    }

    switch type.layout {
    case .null:
      break
    case .bits:
      let needed = Bitmap.byteCount(bits: count, offset: offset) ?? Int.max
      try require(
        buffers[0].byteCount >= needed, "has \(buffers[0].byteCount) bytes of bits; it needs \(needed)")
    case .fixedWidth(let byteWidth):
      try requireElements(end, of: byteWidth, in: buffers[0], "values")
    case .variableWidth(let offsetByteWidth):
      // Arrow allows a column without rows to have no offsets at all.
      guard count > 0 || buffers[0].byteCount > 0 else { break }
      try require(end < Int.max, "is too long; correct length and offset")
      try requireElements(end + 1, of: offsetByteWidth, in: buffers[0], "offsets")
      let address = buffers[0].baseAddress + end * offsetByteWidth
      let last =
        offsetByteWidth == 8
        ? Int(address.load(as: Int64.self)) : Int(address.load(as: Int32.self))
      guard last >= 0, last <= buffers[1].byteCount else {
        throw ColumnError(
          code: .invalidOffsets,
          message: "a \(type) column of \(count) rows ends at offset \(last), but there are "
            + "\(buffers[1].byteCount) bytes of data; pass all of its data")
      }
    }

    func requireElements(
      _ elements: Int, of byteWidth: Int, in buffer: Buffer, _ what: String
    ) throws(ColumnError) {
      let (needed, overflow) = elements.multipliedReportingOverflow(by: byteWidth)
      try require(
        !overflow && buffer.byteCount >= needed,
        "has \(buffer.byteCount) bytes of \(what); it needs \(overflow ? "more than exist" : "\(needed)")")
      try require(
        Int(bitPattern: buffer.baseAddress) % byteWidth == 0,
        "has \(what) that are not aligned to \(byteWidth) bytes; copy them to aligned memory first")
    }
  }
}
