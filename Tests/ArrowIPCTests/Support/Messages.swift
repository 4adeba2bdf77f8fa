@testable import ArrowIPC
import Columnar
import TestSupport

extension RecordBatch {
  /// The messages of this batch, the schema in front.
  func messages(_ compression: IPCCompression? = nil) throws -> [EncodedMessage] {
    var encoder = try MessageEncoder(schema: schema, options: IPCWriteOptions(compression: compression))
    return [encoder.schemaMessage] + (try encoder.encode(self))
  }
}

/// What a sender may have changed in a message.
struct SentMessage: Sendable {
  var header: [UInt8]
  var body: [UInt8]

  init(header: [UInt8], body: [UInt8]) { (self.header, self.body) = (header, body) }

  init(_ message: EncodedMessage) { (header, body) = (message.header, message.bodyBytes) }

  /// A batch with the given nodes and buffers, each two numbers.
  init(rows: Int64, nodes: [[Int64]], buffers: [[Int64]], body: [UInt8] = [], variadic: [Int64] = []) throws {
    let table = FlatNode.table([
      Slot.RecordBatch.length: .int64(rows), Slot.RecordBatch.nodes: .node(.structs(nodes)),
      Slot.RecordBatch.buffers: .node(.structs(buffers)),
      Slot.RecordBatch.variadicBufferCounts: .node(.structs(variadic.map { [$0] })),
    ])
    let message = try EncodedMessage(
      kind: HeaderKind.recordBatch, table, body: [Buffer(copying: body)], bodyByteCount: body.count)
    self.init(message)
  }
}

extension MessageDecoder {
  mutating func decode(_ message: SentMessage) throws(IPCError) -> DecodedMessage {
    try decode(header: .exact(message.header), body: .exact(message.body))
  }

  /// The batch of the last message.
  mutating func batch(_ messages: [SentMessage]) throws -> RecordBatch? {
    var batch: RecordBatch?
    for message in messages { if case .batch(let next) = try decode(message).content { batch = next } }
    return batch
  }

  /// The error that a message would be answered with; nil when it would be taken.
  func refusal(of message: SentMessage) -> IPCError? {
    var decoder = self
    do throws(IPCError) {
      _ = try decoder.decode(message)
      return nil
    } catch {
      return error
    }
  }
}

extension DecodedMessage {
  var batch: RecordBatch? { if case .batch(let batch) = content { batch } else { nil } }
}

extension Buffer {
  /// The bytes in memory that ends with them, so that Address Sanitizer finds whoever reads more.
  static func exact(_ bytes: [UInt8]) -> Buffer {
    guard !bytes.isEmpty else { return .empty }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 64)
    memory.copyMemory(from: bytes, byteCount: bytes.count)
    // The closure is the only one to touch the address once the buffer is there, and runs once.
    nonisolated(unsafe) let address = memory
    return Buffer(adopting: memory, byteCount: bytes.count) { address.deallocate() }
  }
}
