#if Server
  import NIOHPACK

  /// Whether a call may begin, by its headers and by the state of its connection and its server.
  enum CallAdmission {
    case http(Int, extra: [(String, String)])
    case refused(RPCStatus, extra: [(String, String)])
    case accepted(path: String, timeout: Duration?)

    /// No clock counts so far, and no client means it.
    private static let longestTimeout = Duration.seconds(365 * 86_400)

    init(_ headers: HPACKHeaders, on connection: Connection) {
      let configuration = connection.core.configuration
      func refuse(_ reason: RPCRefusal, _ status: RPCStatus, extra: [(String, String)] = []) -> CallAdmission {
        configuration.observer?.refused(reason)
        return .refused(status, extra: extra)
      }
      // First what costs least: this is the path of a flood.
      if connection.resetsTooOften {
        self = refuse(
          .tooManyResets,
          RPCStatus(
            .unavailable,
            "this connection resets more than \(connection.limits.resetsPerSecond) calls a second: try again later"))
        return
      }
      if connection.isRefused {
        // It is counted as a connection already.
        let most = connection.limits.maxConnections ?? 0
        let status = RPCStatus(
          .unavailable,
          "the server has as many connections as it takes, \(most): try again later, or at another server")
        self = .refused(status, extra: [])
        return
      }
      switch RequestHead(headers) {
      case .http(let status, let extra):
        configuration.observer?.refused(.badRequest)
        self = .http(status, extra: extra)
      case .refused(let status, let extra):
        self = refuse(.badRequest, status, extra: extra)
      case .accepted(let path, let timeout):
        if connection.isDraining || connection.core.isDraining {
          self = refuse(
            .draining, RPCStatus(.unavailable, "the server is shutting down: try again on another connection"))
          return
        }
        if let tokens = configuration.tokens, !HealthService.isPath(path),
          let refusal = tokens.refusal(of: RPCMetadata(headers))
        {
          self = refuse(.unauthenticated, refusal)
          return
        }
        self = .accepted(path: path, timeout: timeout.map { min($0, Self.longestTimeout) })
      }
    }
  }
#endif
