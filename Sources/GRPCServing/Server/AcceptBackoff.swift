#if Server
  import Essentials
  package import Logging
  package import NIOCore
  import Synchronization

  /// Keeps a listener that can take no connection from trying all the time: it waits a moment, and says so now and then.
  ///
  /// The connections stay in the system's queue meanwhile, and are taken when there is room again.
  package enum AcceptBackoff {
    private static let pause = TimeAmount.milliseconds(200)

    /// A handler for the listener's own pipeline.
    package static func handler(_ logger: Logger) -> AcceptBackoffHandler {
      let warnings = WarningLimit(.seconds(60))
      return AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { error in
        guard let reason = explanation(of: error.errnoCode) else { return nil }
        if warnings.take() != nil { logger.warning("connections have to wait: \(reason)") }
        return pause
      }
    }

    /// Nil for what concerns one connection only.
    private static func explanation(of code: CInt) -> String? {
      switch code {
      case EMFILE:
        return
          "this process has all \(sysconf(Int32(_SC_OPEN_MAX))) files and sockets open that it may; raise the limit (ulimit -n, LimitNOFILE= of "
          + "systemd), or allow fewer connections"
      case ENFILE: return "this machine has as many files and sockets open as it may (fs.file-max)"
      case ENOBUFS, ENOMEM: return "the system has no memory for more sockets"
      default: return nil
      }
    }
  }

  /// Lets one of many equal warnings through in a time.
  final class WarningLimit: Sendable {
    private let interval: Duration
    private let state = Mutex<(next: ContinuousClock.Instant?, leftOut: Int)>((nil, 0))

    init(_ interval: Duration) { self.interval = interval }

    /// - Returns: how many were left out since the last; nil when this one is.
    func take() -> Int? {
      state.withLock { state in
        let now = ContinuousClock.now
        if let next = state.next, now < next {
          state.leftOut += 1
          return nil
        }
        defer { state = (now + interval, 0) }
        return state.leftOut
      }
    }
  }
#endif
