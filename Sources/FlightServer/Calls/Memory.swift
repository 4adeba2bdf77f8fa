#if Server
  package import Columnar
  package import NIOCore

  extension Buffer {
    /// The readable bytes of a message, without a copy. They cannot change: whoever writes to the message from here on gets a
    /// copy of its own.
    package init(sharing message: ByteBuffer) {
      guard message.readableBytes > 0 else {
        self = .empty
        return
      }
      self = message.withUnsafeReadableBytesWithStorageManagement { bytes, storage in
        guard let address = bytes.baseAddress else { return .empty }
        let owner = Owner(storage: storage.retain())
        return Buffer(adopting: address, byteCount: bytes.count) { owner.storage.release() }
      }
    }

    /// Unchecked because a reference count may be changed on any thread, and nothing else is done with it.
    private struct Owner: @unchecked Sendable {
      let storage: Unmanaged<AnyObject>
    }
  }
#endif
