extension Column {
  /// The most rows of a column, those before its offset included: as many as there can be bytes. It counts for types
  /// whose rows take no memory.
  static let rowLimit = ForeignMemory.byteLimit

  /// The checks that need no look at the rows. Every column has passed them.
  static func checkStructure(
    type: ColumnType, count: Int, offset: Int, nullCount: Int?, validity: Buffer?,
    buffers: [Buffer], children: [Column], dictionary: Column?
  ) throws(ColumnError) {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(ColumnError) {
      guard !condition else { return }
      throw ColumnError(
        code: .invalidLayout,
        message: "a \(type) column of \(count) rows from row \(offset) on \(problem())")
    }

    try type.checkParameters()
    try require(count >= 0 && offset >= 0, "cannot have negative bounds; correct length and offset")
    let (end, overflow) = count.addingReportingOverflow(offset)
    try require(!overflow && end <= rowLimit, "is too long; correct length and offset")
    try require(
      (nullCount ?? 0) >= 0 && (nullCount ?? 0) <= count,
      "cannot have \(nullCount ?? 0) nulls; correct the count, or leave it out to have it counted")
    try require(
      children.count == type.childCount,
      "has \(children.count) children; pass \(type.childCount)")
    for (index, (field, child)) in zip(type.childFields, children).enumerated() {
      try require(child.type == field.type, "has a child \(index) of type \(child.type); pass \(field.type)")
    }
    try require(
      dictionary?.type == type.dictionaryType,
      "has \(dictionary.map { "a dictionary of type \($0.type)" } ?? "no dictionary"); pass "
        + "\(type.dictionaryType.map { "one of type \($0)" } ?? "none")")
    try require(
      buffers.count == type.layout.bufferCount || (type.layout == .views && buffers.count > 1),
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
    case .views:
      try requireElements(end, of: 16, in: buffers[0], "views")
    case .listViews(let offsetByteWidth):
      try requireElements(end, of: offsetByteWidth, in: buffers[0], "offsets")
      try requireElements(end, of: offsetByteWidth, in: buffers[1], "sizes")
    case .variableWidth(let offsetByteWidth):
      try requireOffsets(of: offsetByteWidth, upTo: buffers[1].byteCount, "bytes of data")
    case .list(let offsetByteWidth):
      try requireOffsets(of: offsetByteWidth, upTo: children[0].count, "elements")
    case .fixedSizeList(let size):
      let (needed, overflow) = end.multipliedReportingOverflow(by: size)
      try require(
        !overflow && children[0].count >= needed,
        "has \(children[0].count) elements; it needs \(overflow ? "more than exist" : "\(needed)")")
    case .structure:
      for (index, child) in children.enumerated() {
        try require(child.count >= end, "has \(child.count) rows in child \(index); it needs \(end)")
      }
    }

    func requireOffsets(of byteWidth: Int, upTo limit: Int, _ what: String) throws(ColumnError) {
      // Arrow allows a column without rows to have no offsets at all.
      guard count > 0 || buffers[0].byteCount > 0 else { return }
      try requireElements(end + 1, of: byteWidth, in: buffers[0], "offsets")
      let address = buffers[0].baseAddress + end * byteWidth
      let last = byteWidth == 8 ? Int(address.load(as: Int64.self)) : Int(address.load(as: Int32.self))
      guard last >= 0, last <= limit else {
        throw ColumnError(
          code: .invalidOffsets,
          message: "a \(type) column of \(count) rows ends at offset \(last), but there are \(limit) \(what); "
            + "pass all of them")
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
        Int(bitPattern: buffer.baseAddress) % type.byteAlignment == 0,
        "has \(what) that are not aligned to \(type.byteAlignment) bytes; copy them to aligned memory first")
    }
  }
}
