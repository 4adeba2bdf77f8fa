package import ArrowIPC
package import Columnar

/// One message of an exchange, as it came: a part of a stream of batches in Arrow's IPC format.
package struct FlightData: Sendable {
  package private(set) var descriptor: FlightDescriptor?
  /// The metadata of an IPC message; empty in a message that only describes.
  package private(set) var header = Buffer.empty
  /// The body of an IPC message; empty also if the message has none.
  package private(set) var body = Buffer.empty

  /// Reads a message, whose memory the parts share.
  ///
  /// - Throws: `FlightError` with `invalidArgument`.
  package init(_ bytes: Buffer) throws(FlightError) {
    var reader = ProtobufReader(bytes)
    while let (number, value) = try reader.next() {
      guard case .bytes(let content) = value else { continue }
      switch number {
      case 1: descriptor = try FlightDescriptor(content)
      case 2: header = content
      case 1000: body = content
      default: break
      }
    }
  }

  /// What stands before the body of a message that is sent; the pieces of the body follow.
  package static func prefix(of message: EncodedMessage) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.bytes(2, message.header)
    if message.bodyByteCount > 0 { writer.prefix(1000, byteCount: message.bodyByteCount) }
    return writer.bytes
  }
}
