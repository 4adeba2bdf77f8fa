#if Server
  import NIOCore
  import NIOHTTP2
  import NIOPosix
  import NIOSSL

  /// Makes connections what they are: sockets, TLS, HTTP/2, and a handler for each stream.
  enum ConnectionSetup {
    static func bootstrap(_ group: MultiThreadedEventLoopGroup, core: ServerCore) -> ServerBootstrap {
      ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelInitializer { listener in
          listener.eventLoop.makeCompletedFuture {
            try listener.pipeline.syncOperations.addHandler(AcceptBackoff.handler(core.configuration.logger))
          }
        }
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        // A client whose machine is gone says nothing: the system asks, and closes after its time.
        .childChannelOption(.socketOption(.so_keepalive), value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try setUp(channel, core: core) }
        }
    }

    private static func setUp(_ channel: any Channel, core: ServerCore) throws {
      let pipeline = channel.pipeline.syncOperations
      if let tls = core.configuration.tls {
        try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
      }
      let connection = Connection(core: core, channel: channel)
      _ = try pipeline.configureHTTP2Pipeline(
        mode: .server, connectionConfiguration: connectionConfiguration(core.configuration.limits),
        streamConfiguration: streamConfiguration(core.configuration.limits)
      ) { stream in
        stream.eventLoop.makeCompletedFuture {
          try stream.pipeline.syncOperations.addHandler(ServedStream(connection: connection, channel: stream))
        }
      }
      try pipeline.addHandler(connection)
    }

    private static func connectionConfiguration(_ limits: RPCLimits) -> NIOHTTP2Handler.ConnectionConfiguration {
      var configuration = NIOHTTP2Handler.ConnectionConfiguration()
      configuration.initialSettings = [
        HTTP2Setting(parameter: .initialWindowSize, value: limits.windowBytes),
        HTTP2Setting(parameter: .maxFrameSize, value: limits.maxFrameBytes),
        HTTP2Setting(parameter: .maxHeaderListSize, value: limits.maxHeaderBytes),
        HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.maxConcurrentStreams),
      ]
      configuration.targetWindowSize = limits.windowBytes
      // Clients measure their bandwidth with pings, up to ten a second; the default is seven, and then the connection is
      // closed with everything on it.
      configuration.controlFrameRateLimit.maximumCount = 500
      configuration.controlFrameRateLimit.windowLength = .seconds(10)
      // We reset calls that are answered before the client has sent everything. As many as may be open at once may have
      // frames on their way.
      configuration.maximumRecentlyResetStreams = limits.maxConcurrentStreams
      // Streams that a draining connection refuses count as errors of streams. By default 200 of them close it, with the
      // calls that the drain waits for.
      configuration.maximumConnectionGlitches = 10_000
      // Empty frames are legal, and cheap here. They are counted up to the next headers or end of a stream, whatever is
      // between them.
      configuration.maximumSequentialEmptyDataFrames = 1000
      return configuration
    }

    private static func streamConfiguration(_ limits: RPCLimits) -> NIOHTTP2Handler.StreamConfiguration {
      var configuration = NIOHTTP2Handler.StreamConfiguration()
      configuration.targetWindowSize = limits.windowBytes
      configuration.outboundBufferSizeHighWatermark = limits.highWaterBytes
      configuration.outboundBufferSizeLowWatermark = limits.highWaterBytes / 2
      // The limit that closes a connection with everything on it is for those that hardly count as clients any more; below
      // it, `ResetRate` refuses new calls only.
      configuration.streamResetFrameRateLimit.maximumCount = max(100_000, limits.resetsPerSecond)
      configuration.streamResetFrameRateLimit.windowLength = .seconds(1)
      configuration.streamErrorRateLimit.maximumCount = 10_000
      return configuration
    }
  }
#endif
