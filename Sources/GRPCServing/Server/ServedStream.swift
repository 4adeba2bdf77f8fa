#if Server
  import Logging
  import NIOCore
  import NIOHPACK
  import NIOHTTP2

  /// One stream of HTTP/2 as a call of gRPC.
  ///
  /// `@unchecked Sendable`: what changes is used on the channel's event loop only; a call's methods go there before they
  /// come here. What is not private is for the part of this class in `ServedStream+Sending.swift`.
  final class ServedStream: ChannelInboundHandler, CallStream, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Where a stream is in its life.
    enum Phase {
      /// No headers have come.
      case new
      /// The call's handler is asked.
      case open
      /// The status is written, and may be on its way still.
      case finishing
      /// The handler was told of the end. The stream may last until the client has read everything.
      case ended
    }

    let connection: Connection
    let channel: any Channel
    let eventLoop: any EventLoop
    var context: ChannelHandlerContext?
    var phase = Phase.new
    var record: CallRecord?
    private var handler: (any RPCHandler)?
    /// Whether the observer was told of the beginning.
    private var isObserved = false
    private var end: RPCEnd?
    var reader: MessageReader
    var timer: Scheduled<Void>?

    var clientEnded = false
    private var endDelivered = false
    private var isPaused = false
    private var isReading = true
    /// Whether a change of writability is still to be looked at.
    private var isFollowing = false
    var headersSent = false
    /// Who resets the stream: us after a status, or else the client.
    var weReset = false
    var clientReset = false
    /// While messages are handed over, what is written is flushed once, after them.
    var isDelivering = false
    var needsFlush = false

    init(connection: Connection, channel: any Channel) {
      self.connection = connection
      self.channel = channel
      eventLoop = channel.eventLoop
      reader = MessageReader(limit: connection.limits.maxMessageBytes, allocator: channel.allocator)
    }

    var isWritable: Bool { channel.isWritable }

    func handlerAdded(context: ChannelHandlerContext) {
      self.context = context
      let id = try? channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID)
      connection.add(self, id: id ?? 0)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .headers(let frame):
        if frame.endStream { clientEnded = true }
        if phase == .new { begin(frame.headers) }
        deliver()
      case .data(let frame):
        if frame.endStream { clientEnded = true }
        guard phase == .open, case .byteBuffer(let bytes) = frame.data else { return }
        record?.bytesIn += bytes.readableBytes
        reader.append(bytes)
        deliver()
      default:
        break
      }
    }

    private func begin(_ headers: HPACKHeaders) {
      phase = .open
      isDelivering = true
      defer { isDelivering = false }
      switch CallAdmission(headers, on: connection) {
      case .http(let status, let extra):
        finishHTTP(status, extra: extra)
      case .refused(let status, let extra):
        finishStatus(status, extra: extra, telling: .refused)
      case .accepted(let path, let timeout):
        let deadline = timeout.map { ContinuousClock.now + $0 }
        let call = RPCCall(
          path: path, metadata: RPCMetadata(headers), peer: connection.peer, deadline: deadline, stream: self)
        open(call, timeout: timeout)
      }
    }

    private func open(_ call: RPCCall, timeout: Duration?) {
      let observer = connection.core.configuration.observer
      record = CallRecord(path: call.path)
      let found = connection.core.service.handler(for: call)
      if found == nil, phase == .open {
        record = nil
        observer?.refused(.unimplemented)
        finishStatus(RPCStatus(.unimplemented, "this server has no method \(call.path)"), telling: .refused)
        return
      }
      observer?.callBegan(path: call.path)
      if let end {
        // The service has finished it, and the status was written meanwhile.
        record?.tell(observer, end)
        found?.ended(end)
        return
      }
      (handler, isObserved) = (found, true)
      guard let timeout else { return }
      startTimer(TimeAmount(timeout))
    }

    /// Hands over what is there, as far as the handler takes it and its answers go away.
    func deliver() {
      guard !isDelivering else { return }
      isDelivering = true
      var turn = 0
      while phase == .open, !isPaused, channel.isWritable {
        // What a window holds may be millions of empty messages: others have their turn between them.
        guard turn < 1000 else {
          eventLoop.execute { [weak self] in self?.deliver() }
          break
        }
        turn += 1
        do throws(MessageReader.Problem) {
          if let message = try reader.next() {
            handler?.received(message)
          } else {
            if clientEnded, !endDelivered { deliverEnd() }
            break
          }
        } catch {
          fail(error)
        }
      }
      isDelivering = false
      if needsFlush { flush() }
      follow()
    }

    private func deliverEnd() {
      endDelivered = true
      if reader.isWithinMessage {
        finishStatus(
          RPCStatus(.internalError, "the stream ended within a message"), telling: .protocolError)
      } else {
        handler?.receivedEnd()
      }
    }

    private func fail(_ problem: MessageReader.Problem) {
      switch problem {
      case .tooLarge(let length, let limit):
        finishStatus(
          RPCStatus(
            .resourceExhausted,
            "a message of \(length) bytes is larger than the limit of \(limit) bytes: send smaller ones"),
          telling: .refused)
      case .compressed:
        finishStatus(
          RPCStatus(.internalError, "a message is marked as compressed, and the request's headers name no compression"),
          telling: .protocolError)
      case .unknownFlag(let flag):
        finishStatus(
          RPCStatus(.internalError, "a message begins with the byte \(flag): expected is 0, or 1 if it is compressed"),
          telling: .protocolError)
      }
    }

    /// Reads on only if somebody takes what comes: else the client's window fills and holds it back.
    func follow() {
      let wanted = phase != .open || (!isPaused && channel.isWritable)
      guard wanted != isReading, let context else { return }
      isReading = wanted
      try? channel.syncOptions?.setOption(.autoRead, value: wanted)
      if wanted { context.read() }
    }

    func setPaused(_ paused: Bool) {
      isPaused = paused
      if paused { follow() } else { deliver() }
    }

    /// SwiftNIO tells of this while it writes the frame that made room, before that frame's bytes are on their way: trailers that
    /// are written now would go before the last data, which clients then never look at. So the turn ends first.
    func channelWritabilityChanged(context: ChannelHandlerContext) {
      if !isFollowing {
        isFollowing = true
        eventLoop.execute { [self] in followWritability() }
      }
      context.fireChannelWritabilityChanged()
    }

    private func followWritability() {
      isFollowing = false
      if channel.isWritable, phase == .open {
        handler?.becameWritable()
        deliver()
      }
      follow()
    }

    func drainBegan() {
      if phase == .open { handler?.drainBegan() }
    }

    // MARK: The end

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      if error is NIOHTTP2Errors.StreamClosed {
        guard !weReset else { return }
        clientReset = true
        connection.recordReset()
        // A status that is on its way fails by itself, and tells.
        if phase != .finishing { conclude(.reset) }
      } else {
        connection.logger.debug("a stream breaks", metadata: ["peer": "\(connection.peer)", "error": "\(error)"])
        context.close(promise: nil)
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      if phase != .finishing {
        conclude(.connectionLost)
        leave()
      }
      context.fireChannelInactive()
    }

    /// Tells the handler and the observer, once.
    func conclude(_ reason: RPCEnd) {
      guard end == nil else { return }
      end = reason
      if phase != .finishing { phase = .ended }
      if isObserved { record?.tell(connection.core.configuration.observer, reason) }
      let handler = handler
      self.handler = nil
      handler?.ended(reason)
    }

    /// The connection no longer waits for this stream.
    func leave() {
      phase = .ended
      timer?.cancel()
      connection.remove(self)
    }
  }
#endif
