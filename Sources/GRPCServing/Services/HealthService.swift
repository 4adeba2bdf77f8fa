#if Server
  import NIOCore
  import Synchronization

  /// `grpc.health.v1.Health`: whether the server, or one of its services, serves. `Check` asks once, `Watch` is told of
  /// every change. No token is asked for, since what probes a server has none.
  ///
  /// Any thread.
  package final class HealthService: RPCService {
    package enum Status: Int, Sendable {
      case unknown = 0
      case serving, notServing
      /// Only in answers of `Watch`.
      case serviceUnknown
    }

    private struct State {
      /// By the name of the service; "" is the whole server.
      var statuses: [String: Status] = ["": .notServing]
      var watches: [ObjectIdentifier: HealthWatch] = [:]
    }

    private let state = Mutex(State())

    /// At first the whole server does not serve, and no service is known.
    package init() {}

    /// Whether a path is a method of this service.
    package static func isPath(_ path: String) -> Bool { path.hasPrefix("/grpc.health.v1.Health/") }

    /// - Parameter service: The empty name is the whole server.
    package func set(_ status: Status, for service: String = "") {
      state.withLock { state in
        state.statuses[service] = status
        // Told under the lock, so that two changes reach a watch in their order. It only hands over: telling does not wait.
        for watch in state.watches.values where watch.service == service { watch.tell(status) }
      }
    }

    /// The services that are known, "" among them.
    package var services: [String] { state.withLock { Array($0.statuses.keys) } }

    package func status(of service: String) -> Status? {
      state.withLock { $0.statuses[service] }
    }

    package func handler(for call: RPCCall) -> (any RPCHandler)? {
      switch call.path {
      case "/grpc.health.v1.Health/Check": HealthRequest(call) { [self] in check($0, call) }
      case "/grpc.health.v1.Health/Watch": HealthRequest(call) { [self] in watch($0, call) }
      default: nil
      }
    }

    private func check(_ service: String, _ call: RPCCall) -> HealthWatch? {
      if let status = status(of: service) {
        call.send([HealthMessages.response(status)])
        call.finish(.ok)
      } else {
        call.finish(RPCStatus(.notFound, "this server has no service \"\(service)\""))
      }
      return nil
    }

    private func watch(_ service: String, _ call: RPCCall) -> HealthWatch? {
      let watch = HealthWatch(service: service, call: call) { [self] watch in
        state.withLock { $0.watches[ObjectIdentifier(watch)] = nil }
      }
      state.withLock { state in
        state.watches[ObjectIdentifier(watch)] = watch
        watch.tell(state.statuses[service] ?? .serviceUnknown)
      }
      return watch
    }
  }
#endif
