package import Columnar

extension Column {
  /// The same rows from position 0 of buffers that hold nothing else, as bodies have them. Copied are only bitmaps that
  /// start inside a byte, and offsets and views that point elsewhere now; dictionaries stay as they are.
  ///
  /// Throws `invalidColumn` when offsets or views point outside the column, which foreign ones may that were not validated.
  package func compacted() throws(IPCError) -> Column {
    guard count > 0 else { return try .withoutRows(of: type, like: self) }
    let validity = nullCount == 0 ? nil : validityBuffer.map { $0.bits(offset..<offset + count) }
    let parts = try compactedParts()
    return try .assembled(
      type, count: count, nullCount: type == .null ? nil : nullCount, validity: validity, buffers: parts.buffers,
      children: parts.children, dictionary: dictionary)
  }

  private func compactedParts() throws(IPCError) -> (buffers: [Buffer], children: [Column]) {
    let rows = offset..<offset + count
    switch type.layout {
    case .null: return ([], [])
    case .bits: return ([buffers[0].bits(rows)], [])
    case .fixedWidth(let byteWidth): return ([buffers[0].elements(rows, of: byteWidth)], [])
    case .variableWidth(let byteWidth):
      let (offsets, range) = try compactedOffsets(byteWidth, upTo: buffers[1].byteCount)
      return ([offsets, buffers[1].slice(range)], [])
    case .views: return (try compactedViews(), [])
    case .list(let byteWidth):
      let (offsets, range) = try compactedOffsets(byteWidth, upTo: children[0].count)
      return ([offsets], [try children[0].slice(range).compacted()])
    case .listViews(let byteWidth):
      return byteWidth == 8 ? try compactedListViews(Int64.self) : try compactedListViews(Int32.self)
    case .fixedSizeList(let size):
      return ([], [try children[0].slice(rows.lowerBound * size..<rows.upperBound * size).compacted()])
    case .structure:
      var columns: [Column] = []
      for child in children { columns.append(try child.slice(rows).compacted()) }
      return ([], columns)
    }
  }

  /// Offsets that start at 0, and what of the data or of the elements they refer to.
  private func compactedOffsets(_ byteWidth: Int, upTo limit: Int) throws(IPCError) -> (Buffer, Range<Int>) {
    byteWidth == 8
      ? try compactedOffsets(Int64.self, upTo: limit) : try compactedOffsets(Int32.self, upTo: limit)
  }

  private func compactedOffsets<Offset: ColumnOffset>(
    _ type: Offset.Type, upTo limit: Int
  ) throws(IPCError) -> (Buffer, Range<Int>) {
    let part = buffers[0].elements(offset..<offset + count + 1, of: MemoryLayout<Offset>.stride)
    let offsets = part.baseAddress.assumingMemoryBound(to: Offset.self)
    let (first, last) = (offsets[0], offsets[count])
    guard first >= 0, first <= last, Int(last) <= limit else { throw outside }
    guard first > 0 else { return (part, 0..<Int(last)) }
    let memory = GrowableBuffer(byteCapacity: part.byteCount)
    let target = memory.base.assumingMemoryBound(to: Offset.self)
    for row in 0...count { target[row] = offsets[row] &- first }
    return (memory.freeze(byteCount: part.byteCount), Int(first)..<Int(last))
  }

  /// List views of rows that have a list, and the elements from the first to the last that they refer to.
  private func compactedListViews<Offset: ColumnOffset>(
    _ type: Offset.Type
  ) throws(IPCError) -> (buffers: [Buffer], children: [Column]) {
    let rows = offset..<offset + count
    let width = MemoryLayout<Offset>.stride
    let (starts, sizes) = (buffers[0].elements(rows, of: width), buffers[1].elements(rows, of: width))
    let start = starts.baseAddress.assumingMemoryBound(to: Offset.self)
    let size = sizes.baseAddress.assumingMemoryBound(to: Offset.self)
    let (validity, limit) = (validity, children[0].count)
    var (low, high) = (limit, 0)
    for row in 0..<count where size[row] != 0 && validity?[row] != false {
      let (first, elements) = (Int(start[row]), Int(size[row]))
      guard first >= 0, elements >= 0, first <= limit, elements <= limit - first else { throw outside }
      (low, high) = (min(low, first), max(high, first + elements))
    }
    if low > high { (low, high) = (0, 0) }
    let movedStarts = GrowableBuffer(byteCapacity: starts.byteCount)
    let movedSizes = GrowableBuffer(byteCapacity: sizes.byteCount)
    let (newStart, newSize) = (
      movedStarts.base.assumingMemoryBound(to: Offset.self), movedSizes.base.assumingMemoryBound(to: Offset.self)
    )
    for row in 0..<count {
      let isThere = size[row] != 0 && validity?[row] != false
      newStart[row] = isThere ? start[row] - Offset(truncatingIfNeeded: low) : 0
      newSize[row] = isThere ? size[row] : 0
    }
    return (
      [movedStarts.freeze(byteCount: starts.byteCount), movedSizes.freeze(byteCount: sizes.byteCount)],
      [try children[0].slice(low..<high).compacted()]
    )
  }

  private var outside: IPCError {
    IPCError(
      code: .invalidColumn,
      message: "rows of a \(type) column point outside its data; validate the column with .full to learn which")
  }
}

extension Buffer {
  func elements(_ range: Range<Int>, of byteWidth: Int) -> Buffer {
    slice(range.lowerBound * byteWidth..<range.upperBound * byteWidth)
  }

  /// Bits from the start of a byte on, with zeros after the last one; in place where they lie so.
  func bits(_ range: Range<Int>) -> Buffer {
    let byteCount = (range.count + 7) / 8
    let shift = range.lowerBound & 7
    let source = (baseAddress + range.lowerBound / 8).assumingMemoryBound(to: UInt8.self)
    let unused = UInt8(truncatingIfNeeded: byteCount * 8 - range.count)
    if shift == 0, byteCount == 0 || source[byteCount - 1] & ~(UInt8.max >> unused) == 0 {
      return slice(range.lowerBound / 8..<range.lowerBound / 8 + byteCount)
    }
    let memory = GrowableBuffer(byteCapacity: byteCount)
    let target = memory.base.assumingMemoryBound(to: UInt8.self)
    let end = (range.upperBound + 7) / 8 - range.lowerBound / 8
    for index in 0..<byteCount {
      let high = index + 1 < end ? UInt16(source[index + 1]) << 8 : 0
      target[index] = UInt8(truncatingIfNeeded: (UInt16(source[index]) | high) >> UInt16(shift))
    }
    target[byteCount - 1] &= UInt8.max >> unused
    return memory.freeze(byteCount: byteCount)
  }
}
