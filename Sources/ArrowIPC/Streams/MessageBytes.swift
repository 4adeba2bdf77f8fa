internal import Columnar

/// Puts the bytes of a stream together to messages, however they are cut.
///
/// Memory grows with what has come, not with what a message says will come.
struct MessageBytes: ~Copyable {
  private enum State {
    /// Before a message: its first four bytes, which say which form it has.
    case mark
    case size
    case header(byteCount: Int)
    case body(header: Buffer, byteCount: Int)
    case ended
  }

  private let options: IPCReadOptions
  private var state = State.mark
  private var memory = GrowableBuffer()
  private var count = 0

  init(_ options: IPCReadOptions) { self.options = options }

  /// Whether the mark at the end of a stream has come.
  var hasEnded: Bool { if case .ended = state { true } else { false } }

  /// Whether nothing of a message has come yet.
  var isBetweenMessages: Bool { if case .mark = state { count == 0 } else { hasEnded } }

  /// Takes bytes from the start of `bytes`, and gives a message when one is complete.
  mutating func next(
    _ bytes: inout UnsafeRawBufferPointer.SubSequence
  ) throws(IPCError) -> (header: Buffer, body: Buffer)? {
    while true {
      switch state {
      case .mark:
        guard let mark = take(4, &bytes) else { return nil }
        let first = mark.load(as: UInt32.self)
        // Before Arrow 0.15 there was no mark, and messages started with their size.
        state = first == Framing.continuation ? .size : try header(Int32(bitPattern: first))
      case .size:
        guard let size = take(4, &bytes) else { return nil }
        state = try header(size.load(as: Int32.self))
      case .header(let byteCount):
        guard let header = take(byteCount, &bytes) else { return nil }
        state = .body(header: header, byteCount: try MessageDecoder.bodyByteCount(header, options))
      case .body(let header, let byteCount):
        guard let body = take(byteCount, &bytes) else { return nil }
        state = .mark
        return (header, body)
      case .ended: return nil
      }
    }
  }

  private func header(_ byteCount: Int32) throws(IPCError) -> State {
    guard byteCount != 0 else { return .ended }
    guard byteCount > 0 else { throw .invalid("a message says that its metadata has \(byteCount) bytes") }
    try IPCReadOptions.require(
      Int(byteCount), atMost: options.maxMetadataBytes, "the metadata of a message has \(byteCount) bytes",
      "maxMetadataBytes")
    return .header(byteCount: Int(byteCount))
  }

  /// The next `byteCount` bytes as soon as all have come; until then they are kept.
  private mutating func take(_ byteCount: Int, _ bytes: inout UnsafeRawBufferPointer.SubSequence) -> Buffer? {
    let part = bytes.prefix(byteCount - count)
    if memory.byteCapacity < count + part.count {
      memory.grow(toFit: min(byteCount, max(count + part.count, 2 * count)), keeping: count)
    }
    memory.copy(UnsafeRawBufferPointer(rebasing: part), toByteOffset: count)
    count += part.count
    bytes = bytes.dropFirst(part.count)
    guard count == byteCount else { return nil }
    var full = GrowableBuffer()
    swap(&full, &memory)
    count = 0
    return full.freeze(byteCount: byteCount)
  }
}

extension Buffer {
  /// The number at the start, which must be there.
  fileprivate func load<T: FixedWidthInteger & BitwiseCopyable>(as type: T.Type) -> T {
    T(littleEndian: baseAddress.loadUnaligned(as: T.self))
  }
}
