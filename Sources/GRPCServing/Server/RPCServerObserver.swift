#if Server
  /// Is told what a server does, for metrics. Called on event loops: it must not block.
  package protocol RPCServerObserver: Sendable {
    func connectionOpened(peer: String)
    func connectionClosed(peer: String)
    func callBegan(path: String)
    /// - Parameters:
    ///   - code: What was answered; CANCELLED for a call that the client reset, UNAVAILABLE for one whose connection was lost.
    ///   - bytesIn: Bytes of the request's messages with their prefixes, as far as they came.
    ///   - bytesOut: Bytes of the answer's messages with their prefixes.
    func callEnded(path: String, code: RPCStatus.Code, duration: Duration, bytesIn: Int, bytesOut: Int)
    /// A connection or a call was refused before anybody handled it. `callBegan` is not told then.
    func refused(_ reason: RPCRefusal)
  }

  /// Why the layer refused a connection or a call.
  package enum RPCRefusal: String, Sendable, CaseIterable {
    /// There are as many connections as are allowed.
    case tooManyConnections
    /// No handshake in time, or no HTTP/2.
    case handshake
    /// The connection pings too often.
    case tooManyPings
    /// The connection resets calls too often.
    case tooManyResets
    /// The server drains.
    case draining
    /// No gRPC, or of a kind that is not served.
    case badRequest
    /// No token, or a wrong one.
    case unauthenticated
    /// No such method.
    case unimplemented
  }
#endif
