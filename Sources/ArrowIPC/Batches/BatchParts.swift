internal import Columnar

/// What a batch, or a dictionary, is in a message: a node for each column and each child, and their buffers, all in the
/// order of a walk that comes to a column before its children.
struct BatchParts: Sendable {
  let rowCount: Int
  private(set) var nodes: [[Int64]] = []
  private(set) var buffers: [Buffer] = []
  /// For each column of views, how many buffers of data it has.
  private(set) var variadicBufferCounts: [Int64] = []

  /// Throws `invalidColumn` for columns that were not validated and point outside their own memory.
  init(_ columns: [Column], rowCount: Int) throws(IPCError) {
    self.rowCount = rowCount
    for column in columns { append(try column.compacted()) }
  }

  private mutating func append(_ column: Column) {
    nodes.append([Int64(column.count), Int64(column.nullCount)])
    if column.type.layout != .null {
      buffers.append(column.nullCount == 0 ? .empty : column.validityBuffer ?? .empty)
    }
    if column.type.layout == .views { variadicBufferCounts.append(Int64(column.buffers.count - 1)) }
    buffers += column.buffers
    for child in column.children { append(child) }
  }

  /// Whether a message with the other's parts would say the same.
  func isSame(as other: BatchParts) -> Bool {
    rowCount == other.rowCount && nodes == other.nodes && variadicBufferCounts == other.variadicBufferCounts
      && buffers.count == other.buffers.count && zip(buffers, other.buffers).allSatisfy { $0.isSame(as: $1) }
  }

  /// The parts as a message's table and the pieces of its body, which one after the other are the body.
  func laidOut(_ compression: IPCCompression?) throws(IPCError) -> (table: FlatNode, body: [Buffer], byteCount: Int) {
    var body: [Buffer] = []
    var end = 0
    var places: [[Int64]] = []
    let codec = try compression.map { (compression) throws(IPCError) in try compression.codec }
    // So that whoever reads the body in place finds everything aligned, also for the widest instructions.
    let alignment = codec == nil ? 64 : 8
    for buffer in buffers {
      let pieces = try codec.map { (codec) throws(IPCError) in try codec.compressed(buffer) } ?? [buffer]
      let start = end
      for piece in pieces where piece.byteCount > 0 {
        body.append(piece)
        end += piece.byteCount
      }
      places.append([Int64(start), Int64(end - start)])
      let padding = (alignment - end % alignment) % alignment
      if padding > 0 { body.append(.zeros(byteCount: padding)) }
      end += padding
    }
    var slots: [Int: FlatField] = [
      Slot.RecordBatch.length: .int64(Int64(rowCount)), Slot.RecordBatch.nodes: .node(.structs(nodes)),
      Slot.RecordBatch.buffers: .node(.structs(places)),
    ]
    if let compression {
      slots[Slot.RecordBatch.compression] = .node(
        .table([Slot.BodyCompression.codec: .int8(compression.code), Slot.BodyCompression.method: .int8(0)]))
    }
    if !variadicBufferCounts.isEmpty {
      slots[Slot.RecordBatch.variadicBufferCounts] = .node(.structs(variadicBufferCounts.map { [$0] }))
    }
    return (.table(slots), body, end)
  }
}

extension Buffer {
  fileprivate func isSame(as other: Buffer) -> Bool {
    guard byteCount == other.byteCount else { return false }
    if baseAddress == other.baseAddress { return true }
    return UnsafeRawBufferPointer(start: baseAddress, count: byteCount)
      .elementsEqual(UnsafeRawBufferPointer(start: other.baseAddress, count: byteCount))
  }
}
