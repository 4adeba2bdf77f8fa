#if Server
  import Logging
  import NIOCore
  import NIOHTTP2
  import NIOSSL
  import NIOTLS

  /// One connection: the handler after that of HTTP/2, which sees what does not belong to a stream.
  ///
  /// `@unchecked Sendable`: what changes is used on the channel's event loop only, and the methods that other threads call,
  /// `drain` and `close`, go there first.
  final class Connection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// Where a connection is in its life.
    private enum Phase {
      /// No settings have come.
      case new
      case open
      /// The client was told to open no more streams here. At the last call's end `ending` follows.
      case draining
      /// The last GOAWAY is sent. The client closes, or answers the ping behind it: then it has all that was sent before,
      /// and closing loses nothing.
      case ending
      case closed
    }

    private static let drainPing = HTTP2PingData(withInteger: 1)
    private static let endPing = HTTP2PingData(withInteger: 2)

    let core: ServerCore
    let channel: any Channel
    let peer: String
    var limits: RPCLimits { core.configuration.limits }
    var logger: Logger { core.configuration.logger }

    private var phase = Phase.new
    private var isAdmitted = false
    /// Whether there are too many connections, and this one is told so.
    private(set) var isRefused = false
    private var isRefusalAnnounced = false
    /// How long it may take for that.
    private static let refusalTime = Duration.seconds(2)
    private var context: ChannelHandlerContext?
    private var streams: [ObjectIdentifier: ServedStream] = [:]
    private var lastStream = HTTP2StreamID(0)
    private var resets: ResetRate
    private var pings: PingPolicy
    /// For the handshake, then for a connection without calls, at last for the client's end.
    private var timer: Scheduled<Void>?

    init(core: ServerCore, channel: any Channel) {
      self.core = core
      self.channel = channel
      peer = channel.remoteAddress.map(Self.text) ?? "unknown"
      resets = ResetRate(limit: core.configuration.limits.resetsPerSecond)
      pings = PingPolicy(interval: core.configuration.limits.minPingInterval)
    }

    // MARK: Streams

    var isDraining: Bool { phase != .open && phase != .new }
    var resetsTooOften: Bool { resets.isTooHigh(at: .now()) }

    func add(_ stream: ServedStream, id: HTTP2StreamID) {
      streams[ObjectIdentifier(stream)] = stream
      lastStream = max(lastStream, id)
      pings.callBegan()
      if phase == .open { timer?.cancel() }
    }

    func remove(_ stream: ServedStream) {
      streams[ObjectIdentifier(stream)] = nil
      guard streams.isEmpty else { return }
      if phase != .draining {
        startIdleTimer()
      } else if isRefused {
        announceRefusal()
      } else {
        end()
      }
    }

    func recordReset() { resets.record(at: .now()) }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
      self.context = context
      setTimer(limits.handshake) { connection in
        connection.core.configuration.observer?.refused(.handshake)
        connection.logger.debug("a connection has no HTTP/2 in time", metadata: ["peer": "\(connection.peer)"])
        connection.closeNow()
      }
      let admission = core.admit(self)
      switch admission {
      case .admitted:
        isAdmitted = true
        core.configuration.observer?.connectionOpened(peer: peer)
      case .refused, .closed:
        core.configuration.observer?.refused(.tooManyConnections)
        core.warnOfRefusal(peer)
      case .draining:
        core.configuration.observer?.refused(.draining)
      }
      guard case .refused = admission else { return }
      isRefused = true
      setTimer(Self.refusalTime) { $0.closeNow() }
    }

    func channelActive(context: ChannelHandlerContext) {
      if !isAdmitted, !isRefused { closeNow() }
      context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      self.context = nil
      finish()
    }

    func channelInactive(context: ChannelHandlerContext) {
      finish()
      context.fireChannelInactive()
    }

    private func finish() {
      guard phase != .closed else { return }
      phase = .closed
      timer?.cancel()
      if isRefused { core.removeRefused() }
      guard isAdmitted else { return }
      core.configuration.observer?.connectionClosed(peer: peer)
      core.remove(self)
    }

    // MARK: Frames of the connection

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data).payload {
      case .settings:
        guard phase == .new else { return }
        phase = .open
        if isRefused { refuse() } else { startIdleTimer() }
      case .ping(let data, ack: true):
        if phase == .ending, data == Self.endPing { closeNow() }
      case .ping(_, ack: false):
        guard streams.isEmpty, pings.pinged(at: .now()) else { return }
        core.configuration.observer?.refused(.tooManyPings)
        logger.debug("a connection pings too often", metadata: ["peer": "\(peer)"])
        write(
          .goAway(
            lastStreamID: lastStream, errorCode: .enhanceYourCalm, opaqueData: ByteBuffer(string: "too_many_pings")))
        closeNow()
      default:
        break
      }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent, negotiated != "h2" {
        logger.debug("a TLS client did not ask for h2 by ALPN", metadata: ["peer": "\(peer)"])
        closeNow()
      }
      context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      // Of one stream only, which was reset: the others go on.
      if error is NIOHTTP2Errors.StreamError || error is NIOHTTP2Errors.StreamClosed { return }
      // An answer to a stream whose reset came in the same read: it is gone for SwiftNIO already. A stream that never was is
      // the client's error.
      if let error = error as? NIOHTTP2Errors.NoSuchStream, error.streamID <= lastStream { return }
      logger.debug("a connection breaks", metadata: ["peer": "\(peer)", "error": "\(error)"])
      if phase == .new { core.configuration.observer?.refused(.handshake) }
      closeNow()
    }

    // MARK: Ending

    /// No new streams; the connection ends after those that are open. Any thread.
    func drain() {
      channel.eventLoop.execute { [self] in
        guard phase == .open || phase == .new else { return }
        guard phase == .open else {
          // Nothing was asked yet, and the client will find the next server.
          closeNow()
          return
        }
        beginDrain()
      }
    }

    private func beginDrain() {
      phase = .draining
      timer?.cancel()
      announceEnd()
      write(.ping(Self.drainPing, ack: false))
      for stream in streams.values { stream.drainBegan() }
      if streams.isEmpty, phase == .draining { end() }
    }

    /// The calls that a client begins are answered with the reason, and only then is it told to open no more here: who is told
    /// before the first call looks for another connection, and never learns why.
    private func refuse() {
      phase = .draining
      setTimer(Self.refusalTime) { $0.end() }
    }

    /// The client closes when it has read the answer. It may be writing its request still, and an end that comes from here
    /// would break that and lose the answer: so it has what is left of the time.
    private func announceRefusal() {
      guard !isRefusalAnnounced else { return }
      isRefusalAnnounced = true
      announceEnd()
    }

    /// A GOAWAY that refuses nothing yet: 2,147,483,647 is the last stream.
    ///
    /// SwiftNIO is not told of it, and the bytes go past it. Once it knows, it refuses the headers of a new stream as an error of
    /// that stream, but takes the frames that follow them, which most clients send at once, for frames of a stream that never
    /// was: an error of the connection, which ends all calls under way. So streams that a client opened before it had read this
    /// begin, and are answered with UNAVAILABLE.
    private func announceEnd() {
      guard let transport = try? channel.pipeline.syncOperations.context(handlerType: NIOHTTP2Handler.self) else {
        return
      }
      var frame = channel.allocator.buffer(capacity: 17)
      // 8 bytes of payload, type 7, no flags, stream 0; the last stream; no error.
      frame.writeBytes([0, 0, 8, 7, 0, 0, 0, 0, 0])
      frame.writeInteger(UInt32(Int32.max))
      frame.writeInteger(UInt32(0))
      transport.writeAndFlush(NIOAny(frame), promise: nil)
    }

    private func end() {
      phase = .ending
      write(.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil))
      write(.ping(Self.endPing, ack: false))
      setTimer(.seconds(2)) { $0.closeNow() }
    }

    /// Resets what is open and closes. Any thread.
    func close() {
      channel.eventLoop.execute { [self] in
        if phase != .closed, phase != .new {
          write(.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil))
        }
        closeNow()
      }
    }

    private func closeNow() { channel.close(promise: nil) }

    private func startIdleTimer() {
      guard phase == .open || phase == .new else { return }
      timer?.cancel()
      guard let idle = limits.connectionIdle, streams.isEmpty else { return }
      setTimer(idle) { $0.beginDrain() }
    }

    private func write(_ payload: HTTP2Frame.FramePayload) {
      context?.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    private func setTimer(_ duration: Duration, _ body: @escaping @Sendable (Connection) -> Void) {
      timer?.cancel()
      timer = channel.eventLoop.scheduleTask(in: TimeAmount(duration)) { [weak self] in
        if let self { body(self) }
      }
    }

    static func text(_ address: SocketAddress) -> String {
      guard let ip = address.ipAddress, let port = address.port else { return "\(address)" }
      return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }
  }
#endif
