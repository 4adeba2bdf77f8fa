package import Columnar

/// Turns the batches of one schema into messages.
///
/// It remembers the dictionaries that it has sent, and sends one again only when a batch comes with another.
package struct MessageEncoder: Sendable {
  /// The message that comes first.
  package let schemaMessage: EncodedMessage
  package let schema: Schema
  private let fields: [IPCField]
  private let options: IPCWriteOptions
  /// Whether a dictionary may be sent a second time with other rows, which files do not allow.
  private let mayReplaceDictionaries: Bool
  private var sent: [Int64: (column: Column, parts: BatchParts)] = [:]

  /// Throws `unsupported` for types that IPC does not have, and `invalidColumn` for types that make no sense.
  package init(
    schema: Schema, options: IPCWriteOptions = IPCWriteOptions(), mayReplaceDictionaries: Bool = true
  ) throws(IPCError) {
    fields = try IPCField.numbered(schema)
    (self.schema, self.options) = (schema, options)
    self.mayReplaceDictionaries = mayReplaceDictionaries
    schemaMessage = try EncodedMessage(
      kind: HeaderKind.schema, .schema(fields, metadata: schema.metadata))
  }

  /// The messages of a batch: the dictionaries that are new in it, then the batch itself, which is the last.
  ///
  /// - Parameter metadata: free text for the receiver, sent with the batch.
  ///
  /// Throws `misuse` for a batch of another schema, `invalidColumn` for columns whose offsets point outside their memory,
  /// `unsupported` for other dictionaries where they cannot be replaced, `missingLibrary` and `compression`.
  package mutating func encode(
    _ batch: RecordBatch, metadata: [String: String] = [:]
  ) throws(IPCError) -> [EncodedMessage] {
    guard batch.schema.fields.map(\.type) == schema.fields.map(\.type) else {
      throw IPCError(
        code: .misuse,
        message:
          "the batch has the columns (\(batch.schema)), and (\(schema)) are written; convert the batch, or write it "
          + "by itself")
    }
    let sentBefore = sent
    do throws(IPCError) {
      return try encodeAll(batch, metadata)
    } catch {
      // The dictionaries of a batch that is not sent are not sent either.
      sent = sentBefore
      throw error
    }
  }

  private mutating func encodeAll(
    _ batch: RecordBatch, _ metadata: [String: String]
  ) throws(IPCError) -> [EncodedMessage] {
    var messages: [EncodedMessage] = []
    for (field, column) in zip(fields, batch.columns) {
      do throws(IPCError) {
        try encodeDictionaries(of: field, column, to: &messages)
      } catch {
        throw error.inContext("column '\(field.field.name)'")
      }
    }
    let (table, body, byteCount) = try BatchParts(batch.columns, rowCount: batch.rowCount).laidOut(options.compression)
    messages.append(
      try EncodedMessage(
        kind: HeaderKind.recordBatch, table, body: body, bodyByteCount: byteCount, metadata: metadata))
    return messages
  }

  private mutating func encodeDictionaries(
    of field: IPCField, _ column: Column, to messages: inout [EncodedMessage]
  ) throws(IPCError) {
    guard let id = field.dictionaryID else {
      for (child, column) in zip(field.children, column.children) {
        try encodeDictionaries(of: child, column, to: &messages)
      }
      return
    }
    guard let dictionary = column.dictionary, sent[id]?.column.isSameMemory(as: dictionary) != true else { return }
    // What its values refer to must be there before.
    for (child, column) in zip(field.children, dictionary.children) {
      try encodeDictionaries(of: child, column, to: &messages)
    }
    let parts = try BatchParts([dictionary], rowCount: dictionary.count)
    defer { sent[id] = (dictionary, parts) }
    if let last = sent[id] {
      if last.parts.isSame(as: parts), field.children.allSatisfy(\.dictionaries.isEmpty) { return }
      guard mayReplaceDictionaries else {
        throw IPCError(
          code: .unsupported,
          message: "the dictionary is not the one of the batch before, and a file has one for all; write a stream, or "
            + "batches with one dictionary")
      }
    }
    let (table, body, byteCount) = try parts.laidOut(options.compression)
    messages.append(
      try EncodedMessage(
        kind: HeaderKind.dictionaryBatch,
        .table([Slot.DictionaryBatch.id: .int64(id), Slot.DictionaryBatch.data: .node(table)]), body: body,
        bodyByteCount: byteCount))
  }
}

extension Column {
  /// Whether both are the same rows of the same memory. As long as one is there, its addresses are no other's.
  fileprivate func isSameMemory(as other: Column) -> Bool {
    count == other.count && offset == other.offset && type == other.type
      && validityBuffer?.baseAddress == other.validityBuffer?.baseAddress
      && buffers.map(\.baseAddress) == other.buffers.map(\.baseAddress)
      && zip(children, other.children).allSatisfy { $0.isSameMemory(as: $1) }
      && (dictionary.map { mine in other.dictionary.map { mine.isSameMemory(as: $0) } ?? false } ?? true)
  }
}
