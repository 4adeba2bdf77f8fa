package import Columnar

/// A message on its way into the other process: small values one after the other, and after them the memory of columns.
package struct WireWriter {
  /// The small values.
  package private(set) var bytes: [UInt8] = []
  /// The memory that follows, each piece at the next multiple of ``alignment``.
  package private(set) var buffers: [Buffer] = []
  /// How many bytes that memory takes, with the gaps.
  package private(set) var bufferByteCount = 0

  package static let alignment = 64

  package init() {}

  package mutating func write(_ byte: UInt8) { bytes.append(byte) }

  package mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func write(_ value: Int) { write(plain: Int64(value)) }

  /// Writes a value as it lies in memory: both processes run on one machine.
  mutating func write<Value: BitwiseCopyable>(plain value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  /// Writes elements as they lie in memory.
  mutating func write<Value: BitwiseCopyable>(plain values: [Value]) {
    write(values.count)
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  package mutating func write(_ value: some WireValue) { value.write(to: &self) }

  /// Lets memory follow.
  mutating func write(_ buffer: Buffer) {
    write(buffer.byteCount)
    guard buffer.byteCount > 0 else { return }
    buffers.append(buffer)
    bufferByteCount += Self.aligned(buffer.byteCount)
  }

  static func aligned(_ byteCount: Int) -> Int { (byteCount + alignment - 1) & ~(alignment - 1) }
}
