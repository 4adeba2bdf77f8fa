#if Server
  import NIOCore

  /// Makes messages of a stream's bytes: each is a byte that says whether it is compressed, its length in four bytes, and
  /// its bytes.
  ///
  /// Chunks are kept as they came until somebody asks for a message, so that a call that does not read costs no more than
  /// its window. A message's memory grows with what has come of it, eightfold up to the length that it declares: what is only
  /// declared costs nothing, and a large message is moved a few times at most, which for large blocks is a change of page
  /// tables and no copy.
  struct MessageReader {
    /// What is wrong with the bytes.
    enum Problem: Error, Equatable {
      /// In bytes.
      case tooLarge(length: Int, limit: Int)
      case compressed
      case unknownFlag(UInt8)
    }

    private let limit: Int
    private let allocator: ByteBufferAllocator
    private var chunks = CircularBuffer<ByteBuffer>()
    private var chunkBytes = 0
    private var prefix = (bytes: UInt64(0), count: 0)
    /// The message that is coming, and how many of its bytes are missing.
    private var message: ByteBuffer?
    private var missing = 0

    /// - Parameter limit: Of a message's bytes.
    init(limit: Int, allocator: ByteBufferAllocator) {
      self.limit = limit
      self.allocator = allocator
    }

    /// Whether a part of a message is there and the rest is not.
    var isWithinMessage: Bool { prefix.count > 0 || message != nil || !chunks.isEmpty }

    mutating func append(_ bytes: ByteBuffer) {
      guard bytes.readableBytes > 0 else { return }
      chunks.append(bytes)
      chunkBytes += bytes.readableBytes
    }

    /// The next whole message; `nil` if it is not there yet. After an error the reader is of no more use.
    mutating func next() throws(Problem) -> ByteBuffer? {
      if message == nil {
        guard let length = try readPrefix() else { return nil }
        begin(length)
      }
      while missing > 0, !chunks.isEmpty { take() }
      guard missing == 0 else { return nil }
      defer { message = nil }
      return message
    }

    private mutating func readPrefix() throws(Problem) -> Int? {
      while prefix.count < 5, !chunks.isEmpty {
        if let byte = chunks[chunks.startIndex].readInteger(as: UInt8.self) {
          chunkBytes -= 1
          prefix = (prefix.bytes << 8 | UInt64(byte), prefix.count + 1)
          // Refused at the first byte: what follows cannot be believed.
          if prefix.count == 1, byte != 0 { throw byte == 1 ? .compressed : .unknownFlag(byte) }
        }
        if chunks[chunks.startIndex].readableBytes == 0 { chunks.removeFirst() }
      }
      guard prefix.count == 5 else { return nil }
      let length = Int(prefix.bytes & 0xFFFF_FFFF)
      guard length <= limit else { throw .tooLarge(length: length, limit: limit) }
      prefix = (0, 0)
      return length
    }

    /// Begins a message so that its last byte is the last before a multiple of 16 in the memory, which the allocator gives
    /// at multiples of 16 itself. What ends with padded columns, as a batch of Arrow does, then has them aligned, and they
    /// need not be copied to be read. It costs nothing, since the bytes have to be put together anyway.
    private mutating func begin(_ length: Int) {
      let gap = (16 - length % 16) % 16
      var buffer = allocator.buffer(capacity: gap + min(length, max(chunkBytes, 1024)))
      buffer.moveWriterIndex(to: gap)
      buffer.moveReaderIndex(to: gap)
      message = buffer
      missing = length
    }

    /// Moves bytes of the first chunk into the message.
    private mutating func take() {
      var chunk = chunks.removeFirst()
      guard let bytes = chunk.readSlice(length: min(missing, chunk.readableBytes)) else { return }
      missing -= bytes.readableBytes
      chunkBytes -= bytes.readableBytes
      if chunk.readableBytes > 0 { chunks.prepend(chunk) }
      // Out of its place, so that it has one owner and is not copied when it grows.
      guard var buffer = message.take() else { return }
      if buffer.writableBytes < bytes.readableBytes {
        let whole = buffer.writerIndex + bytes.readableBytes + missing
        buffer.reserveCapacity(min(whole, max(8 * buffer.capacity, buffer.writerIndex + bytes.readableBytes)))
      }
      buffer.writeImmutableBuffer(bytes)
      message = buffer
    }
  }
#endif
