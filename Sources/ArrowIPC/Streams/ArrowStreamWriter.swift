public import Columnar

/// Writes batches as the bytes of an Arrow IPC stream.
///
///     var writer = try ArrowStreamWriter(schema: schema)
///     try await send(writer.write(batch))
///     try await send(writer.finish())
///
/// The schema is written with the first bytes, dictionaries when they are first needed. Only rows that a batch shows are
/// written, wherever it was cut out of. Not for use by two threads at once.
public struct ArrowStreamWriter: Sendable {
  private var encoder: MessageEncoder
  private var state = State.new

  private enum State { case new, started, finished }

  /// Creates a writer for batches of one schema.
  ///
  /// Throws `unsupported` for types that IPC does not have, and `invalidColumn` for types that make no sense.
  public init(schema: Schema, options: IPCWriteOptions = IPCWriteOptions()) throws(IPCError) {
    encoder = try MessageEncoder(schema: schema, options: options)
  }

  /// The bytes of a batch, and of what must come before it.
  ///
  /// Throws `misuse` for a batch of other types or after the end, `invalidColumn` for columns that point outside their
  /// memory, and `missingLibrary` or `compression`.
  public mutating func write(_ batch: RecordBatch) throws(IPCError) -> [UInt8] {
    guard state != .finished else {
      throw IPCError(code: .misuse, message: "the stream has been finished; write to a new one")
    }
    let messages = try encoder.encode(batch)
    var bytes = start()
    for message in messages { bytes += message.bytes }
    return bytes
  }

  /// The bytes that end the stream; the schema too when there was no batch. None the second time.
  public mutating func finish() -> [UInt8] {
    guard state != .finished else { return [] }
    let bytes = start() + Framing.end
    state = .finished
    return bytes
  }

  private mutating func start() -> [UInt8] {
    guard state == .new else { return [] }
    state = .started
    return encoder.schemaMessage.bytes
  }
}
