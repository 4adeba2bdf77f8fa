#if Server
  import GRPCServing
  package import Logging
  import NIOCore
  import NIOHTTP1
  import NIOPosix
  import Synchronization

  /// What probes and Prometheus ask for, over HTTP/1.1: `/metrics`, `/healthz` (the process answers) and `/readyz` (new calls
  /// are taken).
  package final class MetricsEndpoint: Sendable {
    private let channel: any Channel

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - metrics: the text of `/metrics`.
    ///   - isReady: what `/readyz` answers with 200 for, else with 503.
    ///   - logger: is told when no connection can be taken.
    /// - Throws: `IOError` when the address cannot be had.
    package static func start(
      host: String, port: Int, limits: MetricsLimits = MetricsLimits(), logger: Logger,
      metrics: @escaping @Sendable () -> String, isReady: @escaping @Sendable () -> Bool
    ) async throws -> MetricsEndpoint {
      let connections = ConnectionCount()
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelInitializer { listener in
          listener.eventLoop.makeCompletedFuture {
            try listener.pipeline.syncOperations.addHandler(AcceptBackoff.handler(logger))
          }
        }
        .childChannelInitializer { channel in
          let count = connections.add()
          channel.closeFuture.whenComplete { _ in connections.remove() }
          guard count <= limits.maxConnections else { return channel.close() }
          return channel.eventLoop.makeCompletedFuture {
            let requests = RequestGuard(limits)
            try channel.pipeline.syncOperations.addHandler(requests)
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
            try channel.pipeline.syncOperations.addHandler(
              Responder(requests, metrics: metrics, isReady: isReady))
          }
        }
        .bind(host: host, port: port).get()
      return MetricsEndpoint(channel)
    }

    private init(_ channel: any Channel) { self.channel = channel }

    /// The port that is listened at.
    package var port: Int? { channel.localAddress?.port }

    package func stop() async { try? await channel.close() }
  }

  private final class ConnectionCount: Sendable {
    private let count = Atomic(0)

    /// - Returns: how many there are with this one.
    func add() -> Int { count.add(1, ordering: .relaxed).newValue }
    func remove() { count.subtract(1, ordering: .relaxed) }
  }

  private final class Responder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let requests: RequestGuard
    private let metrics: @Sendable () -> String
    private let isReady: @Sendable () -> Bool
    private var head: HTTPRequestHead?

    init(
      _ requests: RequestGuard, metrics: @escaping @Sendable () -> String, isReady: @escaping @Sendable () -> Bool
    ) { (self.requests, self.metrics, self.isReady) = (requests, metrics, isReady) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head): self.head = head
      case .body: break
      case .end:
        guard let head else { return }
        self.head = nil
        let (status, text) = answer(head)
        respond(context, head, status, text)
      }
    }

    private func answer(_ head: HTTPRequestHead) -> (HTTPResponseStatus, String) {
      guard head.method == .GET || head.method == .HEAD else { return (.methodNotAllowed, "GET only\n") }
      switch head.uri.prefix(while: { $0 != "?" }) {
      case "/metrics": return (.ok, metrics())
      case "/healthz": return (.ok, "ok\n")
      case "/readyz": return isReady() ? (.ok, "ready\n") : (.serviceUnavailable, "draining\n")
      default: return (.notFound, "there are /metrics, /healthz and /readyz\n")
      }
    }

    private func respond(
      _ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ status: HTTPResponseStatus, _ text: String
    ) {
      let headers: HTTPHeaders = [
        "content-type": "text/plain; version=0.0.4; charset=utf-8", "content-length": "\(text.utf8.count)",
      ]
      let response = HTTPResponseHead(version: head.version, status: status, headers: headers)
      context.write(wrapOutboundOut(.head(response)), promise: nil)
      if head.method != .HEAD {
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
      }
      let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
      let (channel, isLast) = (context.channel, !head.isKeepAlive)
      end.assumeIsolated().whenComplete { [requests] _ in
        if isLast { channel.close(promise: nil) } else { requests.answered(channel) }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
#endif
