public import Columnar

/// Reads the batches of an Arrow IPC file (`.arrow`, also called Feather V2) in any order.
///
/// The schema and the dictionaries are read at once, batches when they are asked for, each with one read of its bytes. The
/// file may be anybody's: whatever is in it, it makes batches or an error. Can be used from any thread.
public struct ArrowFileReader: Sendable {
  /// The columns of the batches.
  public let schema: Schema
  /// Free text for applications, beside that of the schema.
  public let metadata: [String: String]

  private let source: FileSource
  private let blocks: [FileBlock]
  private let options: IPCReadOptions
  /// Has the schema and all dictionaries.
  private let decoder: MessageDecoder

  /// Opens a file. It is kept open as long as the reader is there.
  ///
  /// Throws `file` when it cannot be read, `truncated` or `invalidMessage` when it is no whole Arrow file, and what else is
  /// wrong with its schema or its dictionaries.
  public init(path: String, options: IPCReadOptions = IPCReadOptions()) throws(IPCError) {
    try self.init(.file(try OpenFile(path: path)), options)
  }

  /// Reads a file that is in memory, which is copied once. Throws as ``init(path:options:)`` does.
  public init(bytes: [UInt8], options: IPCReadOptions = IPCReadOptions()) throws(IPCError) {
    try self.init(.memory(Buffer(copying: bytes)), options)
  }

  private init(_ source: FileSource, _ options: IPCReadOptions) throws(IPCError) {
    let size = source.byteCount
    let footer = try FlatTable(root: try source.footer(options))
    try MetadataVersion.check(try footer.integer(Slot.Footer.version, default: Int16(0)))
    guard let table = try footer.table(Slot.Footer.schema) else { throw .invalid("the footer has no schema") }
    let fields = try IPCSchema(table, maxNesting: options.nestingLimit)
    schema = fields.schema
    metadata = try footer.keyValues(Slot.Footer.metadata)

    var decoder = MessageDecoder(schema: fields, options: options, mayReplaceDictionaries: false)
    let dictionaries = try footer.vector(Slot.Footer.dictionaries, stride: FileBlock.stride)
    for index in 0..<dictionaries.count {
      let (header, body) = try source.message(try FileBlock(dictionaries, index, fileByteCount: size), options)
      guard case .dictionary = try decoder.decode(header: header, body: body).content else {
        throw .invalid("message \(index) of a file's dictionaries is none")
      }
    }
    let list = try footer.vector(Slot.Footer.batches, stride: FileBlock.stride)
    var blocks: [FileBlock] = []
    for index in 0..<list.count { blocks.append(try FileBlock(list, index, fileByteCount: size)) }
    (self.source, self.options, self.decoder, self.blocks) = (source, options, decoder, blocks)
  }

  /// The number of batches.
  public var batchCount: Int { blocks.count }

  /// The batch at `index`, counted from 0. Each call reads it anew.
  ///
  /// Throws `misuse` when there is none, and what is wrong with it.
  public func batch(at index: Int) throws(IPCError) -> RecordBatch {
    guard blocks.indices.contains(index) else {
      throw IPCError(code: .misuse, message: "the file has \(blocks.count) batches, and no batch \(index)")
    }
    let (header, body) = try source.message(blocks[index], options)
    var decoder = decoder
    guard case .batch(let batch) = try decoder.decode(header: header, body: body).content else {
      throw .invalid("message \(index) of a file's batches is none")
    }
    return batch
  }

  /// All batches, in their order. Throws what is wrong with the first that is not sound.
  public func batches() throws(IPCError) -> [RecordBatch] {
    var batches: [RecordBatch] = []
    for index in 0..<batchCount { batches.append(try batch(at: index)) }
    return batches
  }
}
