package import Columnar

extension Column {
  /// The rows of columns of one type, one column after the other, as one column.
  ///
  /// Where values are dictionary encoded themselves, the last column's dictionary must hold those of the others. Throws
  /// `limitExceeded` where 32-bit offsets do not reach.
  package static func joined(_ columns: [Column]) throws(IPCError) -> Column {
    guard columns.count != 1, let first = columns.first, let last = columns.last else {
      guard let only = columns.first else { throw .invalid("a dictionary has no values") }
      return only
    }
    var parts: [Column] = []
    for column in columns where column.count > 0 { parts.append(try column.compacted()) }
    guard !parts.isEmpty else { return last }
    let type = first.type
    let count = parts.reduce(0) { $0 + $1.count }
    let hasNulls = parts.contains { $0.nullCount > 0 } && type != .null
    let validity = hasNulls ? Bitmap(parts.flatMap { part in (0..<part.count).map { !part.isNull($0) } }).buffer : nil
    let joined = try joinedBuffers(parts, type)
    var children: [Column] = []
    for index in first.children.indices { children.append(try Column.joined(parts.map { $0.children[index] })) }
    return try assembled(
      type, count: count, nullCount: nil, validity: validity, buffers: joined, children: children,
      dictionary: last.dictionary)
  }

  private static func joinedBuffers(_ parts: [Column], _ type: ColumnType) throws(IPCError) -> [Buffer] {
    func all(_ index: Int) -> [Buffer] { parts.map { $0.buffers[index] } }
    switch type.layout {
    case .null, .fixedSizeList, .structure: return []
    case .bits:
      let bits = parts.flatMap { part in
        let bits = part.unsafeBits.bytes
        return withExtendedLifetime(part) { (0..<part.count).map { bits[$0 >> 3] >> UInt8($0 & 7) & 1 != 0 } }
      }
      return [Bitmap(bits).buffer]
    case .fixedWidth: return [Buffer.joined(all(0))]
    case .variableWidth(let byteWidth):
      let ends = parts.map { $0.buffers[1].byteCount }
      return [try offsets(of: parts, byteWidth, advancingBy: ends, type), Buffer.joined(all(1))]
    case .list(let byteWidth):
      return [try offsets(of: parts, byteWidth, advancingBy: parts.map { $0.children[0].count }, type)]
    case .listViews(let byteWidth):
      let starts = try numbers(of: parts, byteWidth, advancingBy: parts.map { $0.children[0].count }, type)
      return [starts, Buffer.joined(all(1))]
    case .views: return try joinedViews(parts, type)
    }
  }

  /// The offsets of all parts, of which each starts where the one before ends.
  private static func offsets(
    of parts: [Column], _ byteWidth: Int, advancingBy ends: [Int], _ type: ColumnType
  ) throws(IPCError) -> Buffer {
    let starts = try numbers(of: parts, byteWidth, advancingBy: ends, type)
    let end = ends.reduce(0, +)
    return Buffer.joined([starts, byteWidth == 8 ? Buffer(copying: [Int64(end)]) : Buffer(copying: [Int32(end)])])
  }

  /// The numbers of the rows of all parts, increased by the sum of what the parts before have.
  private static func numbers(
    of parts: [Column], _ byteWidth: Int, advancingBy steps: [Int], _ type: ColumnType
  ) throws(IPCError) -> Buffer {
    guard byteWidth == 8 || steps.reduce(0, +) <= Int(Int32.max) else {
      throw IPCError(
        code: .limitExceeded,
        message: "a dictionary of type \(type) is larger than its offsets reach; send it with 64-bit offsets")
    }
    return byteWidth == 8 ? advanced(parts, Int64.self, steps) : advanced(parts, Int32.self, steps)
  }

  private static func advanced<Offset: ColumnOffset>(
    _ parts: [Column], _ type: Offset.Type, _ steps: [Int]
  ) -> Buffer {
    var base: Offset = 0
    var numbers: [Offset] = []
    for (part, step) in zip(parts, steps) {
      withExtendedLifetime(part) {
        let source = part.buffers[0].baseAddress.assumingMemoryBound(to: Offset.self)
        for row in 0..<part.count { numbers.append(source[row] &+ base) }
      }
      base &+= Offset(truncatingIfNeeded: step)
    }
    return Buffer(copying: numbers)
  }

  private static func joinedViews(_ parts: [Column], _ type: ColumnType) throws(IPCError) -> [Buffer] {
    let views = Buffer.joined(parts.map { $0.buffers[0] })
    var memory = GrowableBuffer(byteCapacity: views.byteCount)
    memory.copy(UnsafeRawBufferPointer(start: views.baseAddress, count: views.byteCount), toByteOffset: 0)
    var data: [Buffer] = []
    var row = 0
    for part in parts {
      let base = Int32(truncatingIfNeeded: data.count)
      for _ in 0..<part.count {
        let address = memory.base + row * 16
        let view = ViewLayout(at: address)
        if !view.isInline {
          address.storeBytes(of: Int32(truncatingIfNeeded: view.bufferIndex) &+ base, toByteOffset: 8, as: Int32.self)
        }
        row += 1
      }
      data += part.buffers.dropFirst()
    }
    return [memory.freeze(byteCount: views.byteCount)] + data
  }
}

extension Buffer {
  /// The bytes of all, one buffer after the other, in a copy.
  static func joined(_ buffers: [Buffer]) -> Buffer {
    let total = buffers.reduce(0) { $0 + $1.byteCount }
    var memory = GrowableBuffer(byteCapacity: total)
    var end = 0
    for buffer in buffers {
      memory.copy(UnsafeRawBufferPointer(start: buffer.baseAddress, count: buffer.byteCount), toByteOffset: end)
      end += buffer.byteCount
    }
    return memory.freeze(byteCount: total)
  }
}
