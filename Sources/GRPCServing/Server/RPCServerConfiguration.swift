#if Server
  package import Logging

  /// Where and how a server serves.
  package struct RPCServerConfiguration: Sendable {
    /// A name or an address of this machine. Of a name with several addresses the first is taken.
    package var host: String
    /// 0 is any that is free: `RPCServer.address` says which.
    package var port: Int
    package var limits: RPCLimits
    /// `nil` is plaintext.
    package var tls: TLSCredentials?
    /// `nil` asks for no token.
    package var tokens: BearerTokens?
    package var logger: Logger
    package var observer: (any RPCServerObserver)?

    package init(
      host: String = "127.0.0.1", port: Int = 0, limits: RPCLimits = RPCLimits(), tls: TLSCredentials? = nil,
      tokens: BearerTokens? = nil,
      logger: Logger = Logger(label: "grpc"), observer: (any RPCServerObserver)? = nil
    ) {
      self.host = host
      self.port = port
      self.limits = limits
      self.tls = tls
      self.tokens = tokens
      self.logger = logger
      self.observer = observer
    }
  }
#endif
