#if Server
  package import NIOCore

  /// One call.
  ///
  /// Methods may be called from any thread: they run on the call's event loop, in the order of the calls made from one
  /// thread. After the call's end they do nothing.
  package final class RPCCall: Sendable {
    /// As `/package.Service/Method`.
    package let path: String
    /// The request's headers.
    package let metadata: RPCMetadata
    /// The client's address, for logs.
    package let peer: String
    /// When the client gives up, by its `grpc-timeout`. The layer enforces it.
    package let deadline: ContinuousClock.Instant?
    private let stream: any CallStream

    init(
      path: String, metadata: RPCMetadata, peer: String, deadline: ContinuousClock.Instant?, stream: any CallStream
    ) {
      self.path = path
      self.metadata = metadata
      self.peer = peer
      self.deadline = deadline
      self.stream = stream
    }

    package var eventLoop: any EventLoop { stream.eventLoop }

    /// Whether what was sent is below the high-water mark. Any thread; off the event loop it may be out of date.
    package var isWritable: Bool { stream.isWritable }

    /// Sends the response's headers now. Without it they go with the first message or the status.
    package func sendHeaders() {
      onLoop { $0.sendHeaders() }
    }

    /// Sends one message, whose bytes are those of the parts, one after the other. The layer writes the prefix. Large parts
    /// are not copied. What is sent beyond the high-water mark is kept: a sender that does not look at `isWritable` grows
    /// the process.
    package func send(_ parts: [ByteBuffer]) {
      onLoop { $0.send(parts) }
    }

    /// Ends the call with a status. Messages sent before go first. What the client has yet to send is dropped.
    package func finish(_ status: RPCStatus) {
      onLoop { $0.finish(status) }
    }

    /// No message is handed over until `resumeReading`, and flow control holds the client when its window is full.
    package func pauseReading() {
      onLoop { $0.setPaused(true) }
    }

    package func resumeReading() {
      onLoop { $0.setPaused(false) }
    }

    private func onLoop(_ body: @escaping @Sendable (any CallStream) -> Void) {
      if stream.eventLoop.inEventLoop {
        body(stream)
      } else {
        stream.eventLoop.execute { [stream] in body(stream) }
      }
    }
  }

  /// The stream under a call. But for its two properties it is used on its event loop only.
  protocol CallStream: AnyObject, Sendable {
    var eventLoop: any EventLoop { get }
    var isWritable: Bool { get }
    func sendHeaders()
    func send(_ parts: [ByteBuffer])
    func finish(_ status: RPCStatus)
    func setPaused(_ paused: Bool)
  }
#endif
