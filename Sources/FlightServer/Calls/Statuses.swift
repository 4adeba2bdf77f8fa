#if Server
  import FlightService
  import GRPCServing

  extension RPCStatus {
    /// What a client is told of an error.
    init(_ error: FlightError) {
      let code: Code =
        switch error.code {
        case .cancelled: .cancelled
        case .invalidArgument: .invalidArgument
        case .deadlineExceeded: .deadlineExceeded
        case .notFound: .notFound
        case .resourceExhausted: .resourceExhausted
        case .unimplemented: .unimplemented
        case .internal: .internalError
        case .unavailable: .unavailable
        }
      self.init(code, error.message)
    }
  }
#endif
