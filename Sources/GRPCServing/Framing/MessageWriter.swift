#if Server
  import NIOCore

  /// Writes messages as buffers for the stream.
  enum MessageWriter {
    /// Parts below this many bytes are copied to their neighbours: a frame of its own would cost more.
    private static let small = 4096

    /// The buffers of one message whose bytes are those of the parts; `nil` if it is too long for the prefix.
    static func buffers(of parts: [ByteBuffer], allocator: ByteBufferAllocator) -> [ByteBuffer]? {
      guard let length = UInt32(exactly: parts.reduce(0) { $0 + $1.readableBytes }) else { return nil }
      let copied = parts.reduce(5) { $0 + ($1.readableBytes < small ? $1.readableBytes : 0) }
      var buffers: [ByteBuffer] = []
      buffers.reserveCapacity(parts.count + 1)
      var joined = allocator.buffer(capacity: copied)
      joined.writeInteger(UInt8(0))
      joined.writeInteger(length)
      for part in parts {
        if part.readableBytes < small {
          joined.writeImmutableBuffer(part)
        } else {
          if joined.readableBytes > 0 { buffers.append(joined) }
          joined = ByteBuffer()
          buffers.append(part)
        }
      }
      if joined.readableBytes > 0 { buffers.append(joined) }
      return buffers
    }
  }
#endif
