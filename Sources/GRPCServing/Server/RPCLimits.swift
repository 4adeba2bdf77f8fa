#if Server
  /// What a client may ask for.
  package struct RPCLimits: Sendable {
    /// Bytes of one message. A longer one is refused when its length is declared.
    package var maxMessageBytes = 256 << 20
    /// How many bytes a client may send on a stream before it is read, and on a connection.
    package var windowBytes = 8 << 20
    /// Bytes of one frame of HTTP/2.
    package var maxFrameBytes = 1 << 20
    /// Bytes of a request's headers, names and values.
    package var maxHeaderBytes = 16 << 10
    /// Calls at a time on one connection.
    package var maxConcurrentStreams = 1000
    /// Connections at a time; `nil` is any number.
    package var maxConnections: Int?
    /// After so long without a call a connection is ended; `nil` is never.
    package var connectionIdle: Duration?
    /// How long a client may take from its connection to its first settings, TLS included.
    package var handshake: Duration = .seconds(10)
    /// How often a client may reset calls on one connection. While it does so more often, new calls of that connection are
    /// refused with UNAVAILABLE, and those under way go on.
    package var resetsPerSecond = 200
    /// The least time between two pings on a connection without calls. One that pings faster again and again is closed.
    package var minPingInterval: Duration = .seconds(10)
    /// How many bytes of answers are kept for a client that does not read, before `RPCCall.isWritable` is false and the
    /// call's stream is not read any more; it goes on at half of it.
    package var highWaterBytes = 1 << 20

    package init() {}
  }
#endif
