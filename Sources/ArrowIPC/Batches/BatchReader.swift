internal import Columnar

/// Makes columns of a message's body, over its memory where that is aligned.
struct BatchReader {
  private let rowCount: Int
  private let nodes: FlatVector
  private let buffers: FlatVector
  private let variadicBufferCounts: FlatVector
  private let body: Buffer
  private let codec: (any Codec)?
  private let options: IPCReadOptions
  private let dictionaries: DictionaryStore

  private var node = 0
  private var buffer = 0
  private var variadic = 0
  /// How much of the body may still be referred to: each byte once.
  private var bodyLeft: Int
  private var decompressionLeft: Int

  init(
    _ table: FlatTable, body: Buffer, dictionaries: DictionaryStore, options: IPCReadOptions
  ) throws(IPCError) {
    let length = try table.integer(Slot.RecordBatch.length, default: Int64(0))
    guard length >= 0 else { throw .invalid("a batch cannot have \(length) rows") }
    rowCount = Int(length)
    try IPCReadOptions.require(rowCount, atMost: options.maxRows, "a batch has \(rowCount) rows", "maxRows")
    nodes = try table.vector(Slot.RecordBatch.nodes, stride: 16)
    buffers = try table.vector(Slot.RecordBatch.buffers, stride: 16)
    variadicBufferCounts = try table.vector(Slot.RecordBatch.variadicBufferCounts, stride: 8)
    if let compression = try table.table(Slot.RecordBatch.compression) {
      guard try compression.integer(Slot.BodyCompression.method, default: Int8(0)) == 0 else {
        throw IPCError(code: .unsupported, message: "bodies that are compressed as a whole cannot be read")
      }
      codec = try IPCCompression(code: try compression.integer(Slot.BodyCompression.codec, default: UInt8(0))).codec
    } else {
      codec = nil
    }
    (self.body, self.dictionaries, self.options) = (body, dictionaries, options)
    bodyLeft = body.byteCount
    decompressionLeft = options.maxDecompressedBytes
  }

  /// The bytes that the columns keep in memory: the whole body, or what it was decompressed to.
  var keptBytes: Int {
    codec == nil ? body.byteCount : options.maxDecompressedBytes - decompressionLeft + body.byteCount
  }

  /// The columns of a batch, checked as far as the options say.
  mutating func batch(_ schema: IPCSchema) throws(IPCError) -> RecordBatch {
    var columns: [Column] = []
    for field in schema.fields { columns.append(try column(field)) }
    try requireEnd()
    do throws(ColumnError) {
      let batch = try RecordBatch(schema: schema.schema, columns: columns, rowCount: rowCount)
      // The columns themselves have been checked; this finds nulls where the schema allows none.
      if options.validation != .none { try batch.validate(.structural) }
      return batch
    } catch {
      throw IPCError(code: .invalidColumn, message: error.message)
    }
  }

  /// The values of a dictionary, checked as far as the options say.
  mutating func dictionary(of type: ColumnType, _ children: [IPCField]) throws(IPCError) -> Column {
    let column = try column(type, children, nil)
    try requireEnd()
    guard column.count == rowCount else {
      throw .invalid("a dictionary has \(rowCount) rows, and its column \(column.count)")
    }
    try validate(column)
    return column
  }

  private func requireEnd() throws(IPCError) {
    guard node == nodes.count, buffer == buffers.count, variadic == variadicBufferCounts.count else {
      throw .invalid(
        "a batch has \(nodes.count) nodes and \(buffers.count) buffers, and its schema takes \(node) and \(buffer)")
    }
  }

  private mutating func column(_ field: IPCField) throws(IPCError) -> Column {
    do throws(IPCError) {
      let column = try column(field.field.type, field.children, field.dictionaryID)
      try validate(column)
      return column
    } catch {
      throw error.inContext("column '\(field.field.name)'")
    }
  }

  private func validate(_ column: Column) throws(IPCError) {
    if options.validation == .full { try column.checkReach(options) }
    do throws(ColumnError) {
      // Dictionaries have been checked when they came.
      try column.validate(options.validation, includingDictionaries: false)
    } catch {
      throw IPCError(code: .invalidColumn, message: error.message)
    }
  }

  private mutating func column(
    _ type: ColumnType, _ fields: [IPCField], _ dictionaryID: Int64?
  ) throws(IPCError) -> Column {
    let length = try nodes.integer(node, as: Int64.self)
    let nullCount = try nodes.integer(node, at: 8, as: Int64.self)
    node += 1
    guard length >= 0, nullCount >= -1 else {
      throw .invalid("a \(type) column cannot have \(length) rows and \(nullCount) nulls")
    }
    let count = Int(length)
    try IPCReadOptions.require(count, atMost: options.maxRows, "a \(type) column has \(count) rows", "maxRows")
    // A bitmap of a column without nulls says nothing, and need not be there.
    var validity: Buffer?
    if type.layout != .null {
      let bitmap = try nextBuffer(alignment: 1, isNeeded: count > 0 && nullCount != 0)
      validity = bitmap.byteCount == 0 ? nil : bitmap
    }
    let buffers = try columnBuffers(type, count)
    var children: [Column] = []
    if dictionaryID == nil {
      for (child, field) in zip(fields, type.childFields) {
        do throws(IPCError) {
          children.append(try column(field.type, child.children, child.dictionaryID))
        } catch {
          throw error.inContext("child '\(field.name)'")
        }
      }
    }
    var dictionary: Column?
    if let dictionaryID {
      dictionary = try dictionaries.column(dictionaryID, type: type, isNeeded: count > 0 && nullCount != length)
    }
    return try .assembled(
      type, count: count, nullCount: count == 0 || nullCount < 0 ? nil : Int(nullCount), validity: validity,
      buffers: buffers, children: children, dictionary: dictionary)
  }

  private mutating func columnBuffers(_ type: ColumnType, _ count: Int) throws(IPCError) -> [Buffer] {
    let (alignment, isNeeded) = (type.byteAlignment, count > 0)
    switch type.layout {
    case .null, .fixedSizeList, .structure: return []
    case .bits: return [try nextBuffer(alignment: 1, isNeeded: isNeeded)]
    case .fixedWidth: return [try nextBuffer(alignment: alignment, isNeeded: isNeeded)]
    case .list(let byteWidth):
      let offsets = try nextBuffer(alignment: alignment, isNeeded: isNeeded)
      return [isNeeded ? offsets : .zeros(byteCount: byteWidth)]
    case .variableWidth(let byteWidth):
      let offsets = try nextBuffer(alignment: alignment, isNeeded: isNeeded)
      return [isNeeded ? offsets : .zeros(byteCount: byteWidth), try nextBuffer(alignment: 1, isNeeded: isNeeded)]
    case .listViews:
      let offsets = try nextBuffer(alignment: alignment, isNeeded: isNeeded)
      return [offsets, try nextBuffer(alignment: alignment, isNeeded: isNeeded)]
    case .views:
      let dataCount = try variadicBufferCounts.integer(variadic, as: Int64.self)
      variadic += 1
      guard dataCount >= 0, dataCount < self.buffers.count - buffer else {
        throw .invalid("a \(type) column says that it has \(dataCount) buffers of data, and they are not there")
      }
      var result = [try nextBuffer(alignment: alignment, isNeeded: isNeeded)]
      for _ in 0..<dataCount { result.append(try nextBuffer(alignment: 1, isNeeded: isNeeded)) }
      return result
    }
  }

  /// The next buffer of the body; one of no bytes when it is not needed, or when the message says so.
  private mutating func nextBuffer(alignment: Int, isNeeded: Bool) throws(IPCError) -> Buffer {
    let start = try buffers.integer(buffer, as: Int64.self)
    let byteCount = try buffers.integer(buffer, at: 8, as: Int64.self)
    let number = buffer
    buffer += 1
    guard byteCount != 0 else { return .empty }
    guard start >= 0, byteCount > 0, byteCount <= body.byteCount, start <= Int64(body.byteCount) - byteCount else {
      throw .invalid(
        "buffer \(number) has \(byteCount) bytes from byte \(start) on, and the body has \(body.byteCount)")
    }
    bodyLeft -= Int(byteCount)
    guard bodyLeft >= 0 else { throw .invalid("the buffers of a batch overlap") }
    guard isNeeded else { return .empty }
    var content = body.slice(Int(start)..<Int(start + byteCount))
    if let codec { content = try codec.decompressed(content, budget: &decompressionLeft) }
    guard Int(bitPattern: content.baseAddress) % alignment == 0 else {
      return Buffer(copyingBytes: UnsafeRawBufferPointer(start: content.baseAddress, count: content.byteCount))
    }
    return content
  }
}
