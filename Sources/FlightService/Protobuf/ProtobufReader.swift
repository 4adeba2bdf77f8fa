package import Columnar

/// Reads the fields of a protobuf message, one after the other, without copying what they hold.
///
/// Written by hand because the body of a batch is a field of the message, and a generated reader copies it. No bytes can make
/// it read what is not theirs.
package struct ProtobufReader {
  /// A field: its number, and what it holds.
  package enum Value {
    case number(UInt64)
    /// Text, bytes or a message: a part of the reader's memory, which it keeps alive.
    case bytes(Buffer)
    /// Eight or four bytes, which no message of Flight has.
    case fixed
  }

  private let bytes: Buffer
  private var position = 0

  package init(_ bytes: Buffer) { self.bytes = bytes }

  /// The next field; nil at the end.
  ///
  /// - Throws: `FlightError` with `invalidArgument` for bytes that are no protobuf message.
  package mutating func next() throws(FlightError) -> (number: Int, value: Value)? {
    guard position < bytes.byteCount else { return nil }
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Self.malformed("a field has the number \(tag >> 3)") }
    let number = Int(tag >> 3)
    switch tag & 7 {
    case 0: return (number, .number(try varint()))
    case 1: return (number, try skip(8))
    case 5: return (number, try skip(4))
    case 2:
      let length = try varint()
      guard length <= UInt64(bytes.byteCount - position) else {
        throw Self.malformed(
          "field \(number) says that it has \(length) bytes, and \(bytes.byteCount - position) follow")
      }
      defer { position += Int(length) }
      return (number, .bytes(bytes.slice(position..<position + Int(length))))
    default: throw Self.malformed("field \(number) has the wire type \(tag & 7)")
    }
  }

  private mutating func skip(_ count: Int) throws(FlightError) -> Value {
    guard count <= bytes.byteCount - position else { throw Self.malformed("it ends within a field") }
    position += count
    return .fixed
  }

  private mutating func varint() throws(FlightError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < bytes.byteCount else { throw Self.malformed("it ends within a number") }
      // Below the count, as was just seen, and any byte is a number.
      let byte = bytes.bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      position += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    throw Self.malformed("a number has more than 10 bytes")
  }

  private static func malformed(_ problem: String) -> FlightError {
    FlightError(.invalidArgument, "the message is no protobuf message: \(problem)")
  }
}

extension Buffer {
  /// The bytes as text; nil if they are not UTF-8.
  package var text: String? { bytes.withUnsafeBytes { String(validating: $0, as: UTF8.self) } }

  /// A copy of the bytes.
  package var array: [UInt8] { bytes.withUnsafeBytes { Array($0) } }
}
