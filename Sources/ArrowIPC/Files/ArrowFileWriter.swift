public import Columnar

/// Writes batches to an Arrow IPC file (`.arrow`, also called Feather V2).
///
///     var writer = try ArrowFileWriter(path: "rows.arrow", schema: schema)
///     try writer.write(batch)
///     try writer.finish()
///
/// The file appears when it is finished, in one step; without that there is no trace of it. Batches are written from the
/// columns' own memory, and only the rows that they show. Not for use by two threads at once.
public struct ArrowFileWriter: ~Copyable {
  private let file: NewFile
  private var encoder: MessageEncoder
  private let schemaTable: FlatNode
  private var dictionaries: [FileBlock] = []
  private var batches: [FileBlock] = []
  private var isFinished = false
  private let metadata: [String: String]

  /// Begins a file.
  ///
  /// - Parameter metadata: free text for the footer, beside that of the schema.
  ///
  /// Throws `file` when it cannot be written there, `unsupported` for types that IPC does not have, and `invalidColumn`
  /// for types that make no sense.
  public init(
    path: String, schema: Schema, metadata: [String: String] = [:], options: IPCWriteOptions = IPCWriteOptions()
  ) throws(IPCError) {
    let encoder = try MessageEncoder(schema: schema, options: options, mayReplaceDictionaries: false)
    let schemaTable = FlatNode.schema(try IPCField.numbered(schema), metadata: schema.metadata)
    let file = try NewFile(path: path)
    try file.append(FileBlock.magic + [0, 0])
    try file.append(encoder.schemaMessage.bytes)
    self.file = file
    self.encoder = encoder
    self.schemaTable = schemaTable
    self.metadata = metadata
  }

  /// Writes a batch, and dictionaries that are new in it.
  ///
  /// Throws `misuse` for a batch of other types or after the end, `unsupported` when a dictionary is not the one of the
  /// batches before, `invalidColumn`, `file`, `missingLibrary` and `compression`.
  public mutating func write(_ batch: RecordBatch) throws(IPCError) {
    guard !isFinished else {
      throw IPCError(code: .misuse, message: "the file has been finished; write to a new one")
    }
    var messages = try encoder.encode(batch)
    let last = messages.removeLast()
    for message in messages { dictionaries.append(try append(message)) }
    batches.append(try append(last))
  }

  /// Writes the end, and puts the file in its place. Does nothing the second time.
  ///
  /// Throws `file`; then there is no file.
  public mutating func finish() throws(IPCError) {
    guard !isFinished else { return }
    isFinished = true
    var slots: [Int: FlatField] = [
      Slot.Footer.version: .int16(MetadataVersion.v5), Slot.Footer.schema: .node(schemaTable),
      Slot.Footer.dictionaries: .node(.structs(dictionaries.map(\.words))),
      Slot.Footer.batches: .node(.structs(batches.map(\.words))),
    ]
    slots[Slot.Footer.metadata] = FlatNode.keyValues(metadata)
    let footer = FlatWriter.message(.table(slots))
    try file.append(Framing.end + footer + FlatWriter.bytes(Int32(clamping: footer.count)) + FileBlock.magic)
    try file.commit()
  }

  private func append(_ message: EncodedMessage) throws(IPCError) -> FileBlock {
    let (start, header) = (file.byteCount, message.framedHeader)
    try file.append(header)
    for piece in message.body { try file.append(piece) }
    return FileBlock(
      offset: Int64(start), metadataByteCount: Int64(header.count), bodyByteCount: Int64(message.bodyByteCount))
  }
}

@available(*, unavailable)
extension ArrowFileWriter: Sendable {}
