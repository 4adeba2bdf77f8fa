package import Columnar

/// A message as it is sent: its metadata, and the pieces of its body.
package struct EncodedMessage: Sendable {
  /// The metadata, a FlatBuffers message whose size is a multiple of 8. What a transport with frames of its own sends as
  /// the header.
  package let header: [UInt8]
  /// The body, which is these pieces one after the other, padding included. They are the columns' own memory, and keep it
  /// alive; nothing is copied until they are sent.
  package let body: [Buffer]
  /// The number of bytes of the body, a multiple of 8.
  package let bodyByteCount: Int

  init(
    kind: UInt8, _ table: FlatNode, body: [Buffer] = [], bodyByteCount: Int = 0, metadata: [String: String] = [:]
  ) throws(IPCError) {
    var slots: [Int: FlatField] = [
      Slot.Message.version: .int16(MetadataVersion.v5), Slot.Message.headerKind: .int8(kind),
      Slot.Message.header: .node(table), Slot.Message.bodyLength: .int64(Int64(bodyByteCount)),
    ]
    slots[Slot.Message.metadata] = FlatNode.keyValues(metadata)
    header = FlatWriter.message(.table(slots))
    guard header.count <= Int(Int32.max) - 64 else {
      throw IPCError(
        code: .limitExceeded, message: "the metadata of a message has \(header.count) bytes, and 2 GiB is the most")
    }
    (self.body, self.bodyByteCount) = (body, bodyByteCount)
  }

  /// What comes before the body in streams and files: a mark, the size of the metadata, and the metadata.
  package var framedHeader: [UInt8] {
    FlatWriter.bytes(Framing.continuation) + FlatWriter.bytes(Int32(truncatingIfNeeded: header.count)) + header
  }

  /// All of it in one piece, as streams have it. Copies the body.
  package var bytes: [UInt8] { framedHeader + bodyBytes }

  /// The body in one piece. Copies it.
  package var bodyBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(bodyByteCount)
    for piece in body {
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: piece.baseAddress, count: piece.byteCount))
    }
    return bytes
  }
}

/// How messages follow each other in streams and files.
enum Framing {
  /// What precedes the size of a message's metadata since Arrow 0.15.
  static let continuation: UInt32 = 0xFFFF_FFFF
  /// The end of a stream: a size of 0.
  static let end: [UInt8] = FlatWriter.bytes(continuation) + FlatWriter.bytes(Int32(0))
}
