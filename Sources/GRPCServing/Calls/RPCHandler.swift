#if Server
  package import NIOCore

  /// Finds what handles a call.
  package protocol RPCService: Sendable {
    /// Called on the call's event loop when its headers are there, once for each call. It must not block.
    ///
    /// - Returns: `nil` if there is no such method: the layer answers UNIMPLEMENTED with the path, unless the service has
    ///   already finished the call with a status of its own.
    func handler(for call: RPCCall) -> (any RPCHandler)?
  }

  /// What handles one call. Every function is called on the call's event loop, in order, and must not block.
  package protocol RPCHandler: AnyObject {
    /// One whole message, without the five bytes before it.
    func received(_ message: ByteBuffer)
    /// The client half-closed: no message will follow.
    func receivedEnd()
    /// What was sent has drained below the low-water mark.
    func becameWritable()
    /// The server drains. A call that works goes on to its end; one that lasts for as long as the client likes should end
    /// now, because the server waits for it.
    func drainBegan()
    /// Called once, and nothing is called after it. The handler is released then.
    func ended(_ reason: RPCEnd)
  }

  extension RPCHandler {
    package func drainBegan() {}
  }

  /// Why a call has ended.
  package enum RPCEnd: Sendable, Equatable {
    /// The handler's status is written.
    case finished
    /// The client has reset the stream.
    case reset
    /// The connection is gone, or the server was stopped.
    case connectionLost
    /// The layer has answered DEADLINE_EXCEEDED.
    case deadlineExceeded
    /// The client asked for more than the limits allow, which the layer has answered.
    case refused
    /// The client broke gRPC's framing, which the layer has answered.
    case protocolError
  }
#endif
