#if Server
  import NIOCore

  /// The two messages of `grpc.health.v1`, of one field each, in the encoding of Protocol Buffers.
  enum HealthMessages {
    /// The service that a request names; the empty name if it names none. `nil` if the bytes are no such message.
    static func service(in request: ByteBuffer) -> String? {
      var bytes = request
      var name = ""
      while bytes.readableBytes > 0 {
        guard let tag = varint(&bytes) else { return nil }
        switch tag & 7 {
        case 0:
          guard varint(&bytes) != nil else { return nil }
        case 1, 5:
          guard bytes.readSlice(length: tag & 7 == 1 ? 8 : 4) != nil else { return nil }
        case 2:
          guard let length = varint(&bytes).flatMap(Int.init(exactly:)), let value = bytes.readSlice(length: length)
          else { return nil }
          if tag >> 3 == 1 { name = String(buffer: value) }
        default:
          return nil
        }
      }
      return name
    }

    static func response(_ status: HealthService.Status) -> ByteBuffer {
      ByteBuffer(bytes: [0x08, UInt8(status.rawValue)])
    }

    private static func varint(_ bytes: inout ByteBuffer) -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard let byte = bytes.readInteger(as: UInt8.self) else { return nil }
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
  }
#endif
