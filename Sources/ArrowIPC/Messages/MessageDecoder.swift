package import Columnar

/// A message that was read.
package struct DecodedMessage: Sendable {
  package enum Content: Sendable {
    /// The columns of all batches that follow.
    case schema(Schema)
    /// A dictionary, which the decoder keeps.
    case dictionary
    /// Rows, over the memory of the body that was handed in.
    case batch(RecordBatch)
  }

  package let content: Content
  /// Free text of the sender.
  package let metadata: [String: String]
}

/// Reads the messages of one sender, one after the other. No bytes can make it crash, or read what is not theirs.
package struct MessageDecoder: Sendable {
  private let options: IPCReadOptions
  private var dictionaries: DictionaryStore
  private var expected: IPCSchema?

  package init(options: IPCReadOptions = IPCReadOptions()) {
    self.options = options
    dictionaries = DictionaryStore(maxBytes: options.maxDictionaryBytes, mayReplace: true)
  }

  /// With a schema that is known already, as that of a file is.
  init(schema: IPCSchema, options: IPCReadOptions, mayReplaceDictionaries: Bool) {
    self.options = options
    dictionaries = DictionaryStore(maxBytes: options.maxDictionaryBytes, mayReplace: mayReplaceDictionaries)
    expected = schema
  }

  /// The columns of the batches; nil until the schema has come.
  package var schema: Schema? { expected?.schema }

  /// Reads a message.
  ///
  /// - Parameters:
  ///   - header: the metadata, without what streams have in front of it. Padding after it is skipped.
  ///   - body: the body, which the columns keep alive. It is read in place, and copied only where buffers are not aligned
  ///     to their elements, so it had best start at a multiple of 16. What follows the body is skipped.
  ///
  /// Throws `invalidMessage`, `unsupported`, `limitExceeded`, `invalidColumn`, `compression` or `missingLibrary`.
  package mutating func decode(header: Buffer, body: Buffer = .empty) throws(IPCError) -> DecodedMessage {
    let (message, bodyLength) = try Self.open(header, options)
    guard bodyLength <= body.byteCount else {
      throw IPCError(
        code: .truncated, message: "a message has a body of \(bodyLength) bytes, and \(body.byteCount) came; send all")
    }
    let table = try Self.content(of: message)
    let content = try read(
      try message.integer(Slot.Message.headerKind, default: UInt8(0)), table, body.slice(0..<bodyLength))
    return DecodedMessage(content: content, metadata: try message.keyValues(Slot.Message.metadata))
  }

  /// The number of bytes that the body of a message has.
  static func bodyByteCount(_ header: Buffer, _ options: IPCReadOptions) throws(IPCError) -> Int {
    try open(header, options).bodyLength
  }

  private static func open(
    _ header: Buffer, _ options: IPCReadOptions
  ) throws(IPCError) -> (message: FlatTable, bodyLength: Int) {
    try IPCReadOptions.require(
      header.byteCount, atMost: options.maxMetadataBytes, "the metadata of a message has \(header.byteCount) bytes",
      "maxMetadataBytes")
    let message = try FlatTable(root: header)
    try MetadataVersion.check(try message.integer(Slot.Message.version, default: Int16(0)))
    let length = try message.integer(Slot.Message.bodyLength, default: Int64(0))
    guard length >= 0 else { throw .invalid("a message says that it has a body of \(length) bytes") }
    try IPCReadOptions.require(
      Int(length), atMost: options.maxBodyBytes, "the body of a message has \(length) bytes", "maxBodyBytes")
    return (message, Int(length))
  }

  private static func content(of message: FlatTable) throws(IPCError) -> FlatTable {
    guard let table = try message.table(Slot.Message.header) else { throw .invalid("a message has no content") }
    return table
  }

  private mutating func read(
    _ kind: UInt8, _ table: FlatTable, _ body: Buffer
  ) throws(IPCError) -> DecodedMessage.Content {
    switch kind {
    case HeaderKind.schema:
      guard expected == nil else { throw .invalid("the schema comes a second time") }
      let schema = try IPCSchema(table, maxNesting: options.nestingLimit)
      expected = schema
      return .schema(schema.schema)
    case HeaderKind.dictionaryBatch:
      try readDictionary(table, body)
      return .dictionary
    case HeaderKind.recordBatch:
      let schema = try knownSchema
      try dictionaries.join(maxRows: options.maxRows)
      var reader = try BatchReader(table, body: body, dictionaries: dictionaries, options: options)
      return .batch(try reader.batch(schema))
    default:
      throw IPCError(
        code: .unsupported, message: "a message of the kind \(kind) cannot be read; send schemas and batches of columns"
      )
    }
  }

  private mutating func readDictionary(_ table: FlatTable, _ body: Buffer) throws(IPCError) {
    let schema = try knownSchema
    let id = try table.integer(Slot.DictionaryBatch.id, default: Int64(0))
    guard let data = try table.table(Slot.DictionaryBatch.data) else { throw .invalid("dictionary \(id) has no rows") }
    guard let (type, children) = schema.dictionaries[id] else {
      throw .invalid("dictionary \(id) comes, and no field has it")
    }
    do throws(IPCError) {
      let inner = children.flatMap(\.dictionaries).map(\.id)
      if !inner.isEmpty { try dictionaries.join(maxRows: options.maxRows) }
      var reader = try BatchReader(data, body: body, dictionaries: dictionaries, options: options)
      let column = try reader.dictionary(of: type, children)
      try dictionaries.add(
        column, to: id, isDelta: try table.bool(Slot.DictionaryBatch.isDelta), byteCount: reader.keptBytes, inner: inner
      )
    } catch {
      throw error.inContext("dictionary \(id)")
    }
  }

  private var knownSchema: IPCSchema {
    get throws(IPCError) {
      guard let expected else { throw .invalid("a batch comes before the schema") }
      return expected
    }
  }
}
