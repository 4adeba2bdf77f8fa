#if Server
  import NIOCore

  /// What a client of the metrics may ask for: probes and scrapers send little, and soon.
  package struct MetricsLimits: Sendable {
    /// Bytes of a request, its headers and what follows them.
    package var maxRequestBytes = 16 << 10
    /// From a connection's beginning, or a request's first byte, until the answer is sent and read.
    package var request = Duration.seconds(10)
    /// Between two requests of a connection.
    package var idle = Duration.seconds(120)
    /// Connections at a time; more are closed.
    package var maxConnections = 64

    package init() {}
  }

  /// The first handler of a connection: closes it when a request takes too long or is too large, before anything reads it.
  final class RequestGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limits: MetricsLimits
    private var timer: Scheduled<Void>?
    private var requestBytes = 0

    init(_ limits: MetricsLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) { wait(limits.request, context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if requestBytes == 0 { wait(limits.request, context.channel) }
      requestBytes += unwrapInboundIn(data).readableBytes
      guard requestBytes <= limits.maxRequestBytes else { return context.close(promise: nil) }
      context.fireChannelRead(data)
    }

    /// The answer is sent.
    func answered(_ channel: any Channel) {
      requestBytes = 0
      wait(limits.idle, channel)
    }

    private func wait(_ time: Duration, _ channel: any Channel) {
      timer?.cancel()
      timer = channel.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }
  }
#endif
