extension Column {
  /// The rows at some places, in that order; -1 stands for a null. What rows share, such as a dictionary, is not copied.
  ///
  /// No row may be named so often that the column outgrows its offsets: each at most once is always right.
  package func gathering(_ rows: [Int]) -> Column {
    guard type.layout != .null else { return .null(count: rows.count) }
    var (buffers, children) = (buffers, children)
    switch type.layout {
    case .null: break
    case .bits:
      let bits = buffers[0].baseAddress.assumingMemoryBound(to: UInt8.self)
      buffers = [Self.bits(rows.count) { rows[$0] >= 0 && bits.isSet(offset + rows[$0]) }]
    case .fixedWidth(let byteWidth): buffers = [elements(buffers[0], byteWidth, rows)]
    case .views: buffers[0] = elements(buffers[0], 16, rows)
    case .listViews(let byteWidth): buffers = buffers.map { elements($0, byteWidth, rows) }
    case .variableWidth(let byteWidth):
      buffers = byteWidth == 8 ? texts(Int64.self, rows) : texts(Int32.self, rows)
    case .list(let byteWidth):
      let (offsets, places) = byteWidth == 8 ? lists(Int64.self, rows) : lists(Int32.self, rows)
      (buffers, children) = ([offsets], [children[0].gathering(places)])
    case .fixedSizeList(let size):
      let places = rows.flatMap { row in (0..<size).map { row < 0 ? -1 : (offset + row) * size + $0 } }
      children = [children[0].gathering(places)]
    case .structure:
      let places = rows.map { $0 < 0 ? -1 : offset + $0 }
      children = children.map { $0.gathering(places) }
    }
    let hasNulls = nullCount > 0 || rows.contains(-1)
    let validity = hasNulls ? Self.bits(rows.count) { rows[$0] >= 0 && !isNull(rows[$0]) } : nil
    return Column(
      unchecked: type, count: rows.count, nullCount: hasNulls ? nil : 0, validity: validity, buffers: buffers,
      children: children, dictionary: dictionary)
  }

  /// The same rows in memory that nobody else has, for memory that its owner cannot be made to keep.
  package func copiedMemory() -> Column {
    Column(
      unchecked: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer.map(\.copied),
      buffers: buffers.map(\.copied), children: children.map { $0.copiedMemory() },
      dictionary: dictionary?.copiedMemory())
  }

  /// The same rows in the same memory, which somebody else keeps as it is.
  ///
  /// - Parameter owner: keeps it for as long as columns use it.
  package func sharing(_ owner: BufferOwner) -> Column {
    func shared(_ buffer: Buffer) -> Buffer {
      Buffer(sharing: buffer.baseAddress, byteCount: buffer.byteCount, owner: owner)
    }
    return Column(
      unchecked: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer.map(shared),
      buffers: buffers.map(shared), children: children.map { $0.sharing(owner) },
      dictionary: dictionary?.sharing(owner))
  }

  private static func bits(_ count: Int, _ isSet: (Int) -> Bool) -> Buffer {
    let memory = GrowableBuffer(byteCapacity: (count + 7) / 8)
    let bytes = memory.base.assumingMemoryBound(to: UInt8.self)
    for place in 0..<(count + 7) / 8 {
      var byte: UInt8 = 0
      for bit in 0..<min(8, count - place * 8) where isSet(place * 8 + bit) { byte |= 1 << UInt8(bit) }
      bytes[place] = byte
    }
    return memory.freeze(byteCount: (count + 7) / 8)
  }

  private func elements(_ buffer: Buffer, _ byteWidth: Int, _ rows: [Int]) -> Buffer {
    let memory = GrowableBuffer(byteCapacity: rows.count * byteWidth)
    for (place, row) in rows.enumerated() {
      let target = memory.base + place * byteWidth
      if row < 0 {
        target.initializeMemory(as: UInt8.self, repeating: 0, count: byteWidth)
      } else {
        target.copyMemory(from: buffer.baseAddress + (offset + row) * byteWidth, byteCount: byteWidth)
      }
    }
    return memory.freeze(byteCount: rows.count * byteWidth)
  }

  private func texts<Offset: ColumnOffset>(_: Offset.Type, _ rows: [Int]) -> [Buffer] {
    let (from, data) = unsafeOffsets(as: Offset.self)
    var offsets: [Offset] = [0]
    offsets.reserveCapacity(rows.count + 1)
    var total = 0
    for row in rows {
      if row >= 0, !isNull(row) { total += Int(from[row + 1]) - Int(from[row]) }
      offsets.append(Offset(truncatingIfNeeded: total))
    }
    let memory = GrowableBuffer(byteCapacity: total)
    var place = 0
    for row in rows where row >= 0 && !isNull(row) {
      let count = Int(from[row + 1]) - Int(from[row])
      (memory.base + place).copyMemory(from: data + Int(from[row]), byteCount: count)
      place += count
    }
    return [Buffer(copying: offsets), memory.freeze(byteCount: total)]
  }

  private func lists<Offset: ColumnOffset>(_: Offset.Type, _ rows: [Int]) -> (offsets: Buffer, places: [Int]) {
    let from = unsafeListOffsets(as: Offset.self)
    var offsets: [Offset] = [0]
    var places: [Int] = []
    for row in rows {
      if row >= 0, !isNull(row) { places += Int(from[row])..<Int(from[row + 1]) }
      offsets.append(Offset(truncatingIfNeeded: places.count))
    }
    return (Buffer(copying: offsets), places)
  }
}

extension Buffer {
  fileprivate var copied: Buffer {
    Buffer(copyingBytes: UnsafeRawBufferPointer(start: baseAddress, count: byteCount))
  }
}

extension UnsafePointer<UInt8> {
  fileprivate func isSet(_ bit: Int) -> Bool { self[bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) != 0 }
}
