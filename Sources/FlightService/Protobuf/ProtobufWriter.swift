/// Writes a protobuf message, field by field.
package struct ProtobufWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// A number; nothing for 0, which is what a reader takes a missing one for.
  package mutating func number(_ field: Int, _ value: Int64) {
    guard value != 0 else { return }
    varint(UInt64(field) << 3)
    varint(UInt64(bitPattern: value))
  }

  /// Bytes, or a message.
  package mutating func bytes(_ field: Int, _ value: some Collection<UInt8>) {
    prefix(field, byteCount: value.count)
    bytes.append(contentsOf: value)
  }

  package mutating func text(_ field: Int, _ value: String) { bytes(field, value.utf8) }

  /// What stands before bytes that follow by themselves.
  package mutating func prefix(_ field: Int, byteCount: Int) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(byteCount))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
