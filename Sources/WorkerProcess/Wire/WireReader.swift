internal import Columnar

/// A message of the other process, whatever that has written: every read is checked against what there is.
package struct WireReader {
  private let bytes: [UInt8]
  private var position = 0
  private let body: Body

  /// Where the memory of columns lies.
  package struct Body {
    let start: UnsafeRawPointer?
    let byteCount: Int
    /// What keeps it as it is, if columns may stay there; nil to copy them.
    let owner: BufferOwner?
    var position = 0

    package static var none: Body { Body(start: nil, byteCount: 0, owner: nil) }
  }

  /// - Parameter bytes: the small values, in memory that the other process cannot change any more.
  package init(_ bytes: [UInt8], _ body: Body = .none) {
    self.bytes = bytes
    self.body = body
    bodyPosition = 0
  }

  private var bodyPosition: Int

  private mutating func take(_ count: Int) throws(WireError) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else {
      throw WireError("a message ends too early: \(count) bytes are missing at \(position) of \(bytes.count)")
    }
    defer { position += count }
    return position..<position + count
  }

  /// Whether everything has been read.
  package var isAtEnd: Bool { position == bytes.count }

  package mutating func readByte() throws(WireError) -> UInt8 { bytes[try take(1).lowerBound] }

  package mutating func readInt() throws(WireError) -> Int { Int(try readPlain(Int64.self)) }

  mutating func readPlain<Value: BitwiseCopyable>(_ type: Value.Type) throws(WireError) -> Value {
    let range = try take(MemoryLayout<Value>.size)
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: range.lowerBound, as: type) }
  }

  mutating func readPlainArray<Value: BitwiseCopyable>(_ type: Value.Type) throws(WireError) -> [Value] {
    let count = try readCount(of: MemoryLayout<Value>.stride)
    let range = try take(count * MemoryLayout<Value>.stride)
    return bytes.withUnsafeBytes { bytes in
      [Value](unsafeUninitializedCapacity: count) { target, initialized in
        UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
        initialized = count
      }
    }
  }

  /// A number of elements, of which each takes at least so many bytes of what is left.
  package mutating func readCount(of least: Int = 1) throws(WireError) -> Int {
    let count = try readInt()
    guard count >= 0, count <= (bytes.count - position) / max(least, 1) else {
      throw WireError("a message of \(bytes.count) bytes says that \(count) elements follow")
    }
    return count
  }

  package mutating func readText() throws(WireError) -> String {
    let count = try readCount()
    return String(decoding: bytes[try take(count)], as: UTF8.self)
  }

  package mutating func read<Value: WireValue>(_ type: Value.Type = Value.self) throws(WireError) -> Value {
    try Value(from: &self)
  }

  /// The next piece of the memory of columns.
  mutating func readBuffer() throws(WireError) -> Buffer {
    let count = try readInt()
    guard count != 0 else { return .empty }
    guard count > 0, let start = body.start, count <= body.byteCount - bodyPosition else {
      throw WireError("a message has \(body.byteCount) bytes of columns, and needs \(count) more at \(bodyPosition)")
    }
    defer { bodyPosition += WireWriter.aligned(count) }
    let piece = UnsafeRawBufferPointer(start: start + bodyPosition, count: count)
    guard let owner = body.owner else { return Buffer(copyingBytes: piece) }
    return Buffer(sharing: start + bodyPosition, byteCount: count, owner: owner)
  }
}
