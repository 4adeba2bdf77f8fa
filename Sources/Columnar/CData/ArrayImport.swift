internal import CArrowABI

/// Makes a column over the memory of a foreign array, of which all children share one owner.
struct ArrayImport {
  let owner: BufferOwner
  let array: ArrowArray
  let type: ColumnType
  let count: Int
  let offset: Int

  /// Throws `invalidLayout` when the array has been released, or has impossible bounds.
  init(_ array: UnsafePointer<ArrowArray>, _ type: ColumnType, owner: BufferOwner) throws(ColumnError) {
    func invalid(_ problem: String) -> ColumnError { Self.error(type, problem) }
    self.owner = owner
    self.array = array.pointee
    self.type = type
    count = Int(array.pointee.length)
    // Without rows, buffers may be missing or empty, and then no position in them can be read.
    offset = count == 0 ? 0 : Int(array.pointee.offset)
    guard array.pointee.release != nil else { throw invalid("has been released already") }
    guard count >= 0, array.pointee.offset >= 0, count <= Column.rowLimit, offset <= Column.rowLimit - count
    else { throw invalid("cannot have \(count) rows from row \(array.pointee.offset) on") }
    guard array.pointee.null_count >= -1 else { throw invalid("cannot have \(array.pointee.null_count) nulls") }
  }

  /// The column. Throws as `Column.init` does for parts that do not fit.
  func column() throws(ColumnError) -> Column {
    let hasViews = type.layout == .views
    // Views come with a buffer of the sizes of their data buffers at the end.
    let expected = type.layout == .null ? 0 : type.layout.bufferCount + (hasViews ? 2 : 1)
    guard array.n_buffers == expected || (hasViews && array.n_buffers > expected) else {
      throw invalid("has \(array.n_buffers) buffers, not \(expected)")
    }
    if array.n_buffers > 0 {
      guard let list = array.buffers, ForeignMemory.mayHold(pointers: array.n_buffers, at: list) else {
        throw invalid("has no list of \(array.n_buffers) buffers")
      }
    }
    return try Column(
      type: type, count: count, offset: offset,
      nullCount: count == 0 ? 0 : array.null_count < 0 ? nil : Int(array.null_count),
      validity: try validity(), buffers: try buffers(), children: try children(), dictionary: try dictionary())
  }

  private func validity() throws(ColumnError) -> Buffer? {
    guard type.layout != .null, count > 0, array.buffers?[0] != nil else { return nil }
    return try buffer(0, byteCount: (offset + count - 1) / 8 + 1, alignment: 1)
  }

  private func buffers() throws(ColumnError) -> [Buffer] {
    let alignment = type.byteAlignment
    switch type.layout {
    case .null, .fixedSizeList, .structure:
      return []
    case .bits:
      return [try buffer(1, byteCount: count == 0 ? 0 : (offset + count - 1) / 8 + 1, alignment: 1)]
    case .fixedWidth(let byteWidth):
      return [try buffer(1, elements: offset + count, of: byteWidth, alignment: alignment)]
    case .list(let byteWidth):
      return [try offsets(of: byteWidth).buffer]
    case .listViews(let byteWidth):
      return [
        try buffer(1, elements: offset + count, of: byteWidth, alignment: alignment),
        try buffer(2, elements: offset + count, of: byteWidth, alignment: alignment),
      ]
    case .variableWidth(let byteWidth):
      let offsets = try offsets(of: byteWidth)
      return [offsets.buffer, try buffer(2, byteCount: offsets.last, alignment: 1)]
    case .views:
      return try viewBuffers()
    }
  }

  /// The offsets, and the last of them, which says how large what they point into is.
  private func offsets(of byteWidth: Int) throws(ColumnError) -> (buffer: Buffer, last: Int) {
    guard count > 0 else { return (.zeros(byteCount: byteWidth), 0) }
    let buffer = try buffer(1, elements: offset + count + 1, of: byteWidth, alignment: byteWidth)
    let address = buffer.baseAddress + (offset + count) * byteWidth
    let last = byteWidth == 8 ? Int(address.load(as: Int64.self)) : Int(address.load(as: Int32.self))
    guard last >= 0 else {
      throw ColumnError(
        code: .invalidOffsets,
        message: "an imported \(type) array ends at the negative offset \(last); its producer must correct it")
    }
    return (buffer, last)
  }

  private func viewBuffers() throws(ColumnError) -> [Buffer] {
    guard count > 0 else { return [.empty] }
    let dataCount = Int(array.n_buffers) - 3
    let sizes = try buffer(dataCount + 2, elements: dataCount, of: 8, alignment: 8)
    var buffers = [try buffer(1, elements: offset + count, of: 16, alignment: type.byteAlignment)]
    for index in 0..<dataCount {
      let size = Int(sizes.baseAddress.load(fromByteOffset: index * 8, as: Int64.self))
      buffers.append(try buffer(index + 2, byteCount: size, alignment: 1))
    }
    return buffers
  }

  private func children() throws(ColumnError) -> [Column] {
    let fields = type.childFields
    guard array.n_children == fields.count else {
      throw invalid("has \(array.n_children) children, not \(fields.count)")
    }
    var columns: [Column] = []
    if let list = array.children, !ForeignMemory.isAligned(list) { throw invalid("has no list of children") }
    for (index, field) in fields.enumerated() {
      guard let child = array.children?[index], ForeignMemory.isAligned(child) else {
        throw invalid("lacks child \(index)")
      }
      do throws(ColumnError) {
        columns.append(try ArrayImport(child, field.type, owner: owner).column())
      } catch {
        throw error.inContext("child '\(field.name)'")
      }
    }
    return columns
  }

  private func dictionary() throws(ColumnError) -> Column? {
    guard let valueType = type.dictionaryType else { return nil }
    guard let dictionary = array.dictionary, ForeignMemory.isAligned(dictionary) else {
      throw invalid("lacks its dictionary")
    }
    do throws(ColumnError) {
      return try ArrayImport(dictionary, valueType, owner: owner).column()
    } catch {
      throw error.inContext("dictionary")
    }
  }

  private func buffer(
    _ index: Int, elements: Int, of byteWidth: Int, alignment: Int
  ) throws(ColumnError) -> Buffer {
    let (byteCount, overflow) = elements.multipliedReportingOverflow(by: byteWidth)
    guard !overflow else { throw invalid("cannot have \(elements) elements") }
    return try buffer(index, byteCount: byteCount, alignment: alignment)
  }

  private func buffer(_ index: Int, byteCount: Int, alignment: Int) throws(ColumnError) -> Buffer {
    guard byteCount >= 0 else { throw invalid("has a buffer \(index) of \(byteCount) bytes") }
    guard byteCount > 0 else { return .empty }
    guard let address = array.buffers?[index] else { throw invalid("lacks buffer \(index)") }
    guard ForeignMemory.mayHold(byteCount, at: address) else {
      throw invalid("says that it has \(byteCount) bytes in buffer \(index), and they are not there")
    }
    guard Int(bitPattern: address) % alignment == 0 else {
      return Buffer(copyingBytes: UnsafeRawBufferPointer(start: address, count: byteCount))
    }
    return Buffer(sharing: address, byteCount: byteCount, owner: owner)
  }

  private func invalid(_ problem: String) -> ColumnError { Self.error(type, problem) }

  private static func error(_ type: ColumnType, _ problem: String) -> ColumnError {
    ColumnError(
      code: .invalidLayout, message: "an imported \(type) array \(problem); its producer must correct it")
  }
}
