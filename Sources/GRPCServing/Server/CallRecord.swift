#if Server
  /// What the observer is told at a call's end.
  struct CallRecord {
    let path: String
    let began = ContinuousClock.now
    var code = RPCStatus.Code.ok
    var bytesIn = 0
    var bytesOut = 0

    init(path: String) { self.path = path }

    func tell(_ observer: (any RPCServerObserver)?, _ reason: RPCEnd) {
      let code: RPCStatus.Code =
        switch reason {
        case .reset: .cancelled
        case .connectionLost: .unavailable
        default: code
        }
      observer?.callEnded(
        path: path, code: code, duration: .now - began, bytesIn: bytesIn, bytesOut: bytesOut)
    }
  }
#endif
