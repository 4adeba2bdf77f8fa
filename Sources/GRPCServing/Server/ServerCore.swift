#if Server
  import Logging
  import NIOCore
  import Synchronization

  /// What the connections of a server share.
  final class ServerCore: Sendable {
    private struct State {
      var connections: [ObjectIdentifier: Connection] = [:]
      /// How many are told that there are too many.
      var refused = 0
      var isDraining = false
      var isStopped = false
      /// Who waits for the last connection's end.
      var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
      var nextWaiting = 0
    }

    let configuration: RPCServerConfiguration
    let service: any RPCService
    private let state = Mutex(State())
    private let warnings = WarningLimit(.seconds(10))
    /// Of a flood of connections most are closed without a word: each that is told takes a descriptor for a moment.
    private static let mostRefused = 100

    init(configuration: RPCServerConfiguration, service: any RPCService) {
      self.configuration = configuration
      self.service = service
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }
    var connectionCount: Int { state.withLock { $0.connections.count } }

    /// What became of a connection that has just come.
    enum Admission {
      case admitted, draining
      /// There are as many as are allowed. It may stay for a moment to be told, and then calls `removeRefused`.
      case refused
      /// The same, and too many are being told already.
      case closed
    }

    func admit(_ connection: Connection) -> Admission {
      state.withLock { state in
        if state.isDraining { return .draining }
        if let limit = configuration.limits.maxConnections, state.connections.count >= limit {
          guard state.refused < Self.mostRefused else { return .closed }
          state.refused += 1
          return .refused
        }
        state.connections[ObjectIdentifier(connection)] = connection
        return .admitted
      }
    }

    func removeRefused() { state.withLock { $0.refused -= 1 } }

    /// Says now and then that connections are refused.
    func warnOfRefusal(_ peer: String) {
      guard let more = warnings.take() else { return }
      configuration.logger.warning(
        "a connection is refused\(more > 0 ? ", and \(more) were before" : ""): there are as many as are allowed",
        metadata: ["peer": "\(peer)", "limit": "\(configuration.limits.maxConnections ?? 0)"])
    }

    func remove(_ connection: Connection) {
      let waiting = state.withLock { state in
        state.connections[ObjectIdentifier(connection)] = nil
        guard state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
        defer { state.waiting = [:] }
        return Array(state.waiting.values)
      }
      for continuation in waiting { continuation.resume() }
    }

    /// - Returns: The connections to drain; none if it has begun before.
    func beginDrain() -> [Connection] {
      state.withLock { state in
        guard !state.isDraining else { return [] }
        state.isDraining = true
        return Array(state.connections.values)
      }
    }

    var connections: [Connection] { state.withLock { Array($0.connections.values) } }

    /// Returns when no connection is left, or when the task is cancelled.
    func waitUntilEmpty() async {
      let number = state.withLock { state in
        state.nextWaiting += 1
        return state.nextWaiting
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isOver = state.withLock { state in
            if state.connections.isEmpty || Task.isCancelled { return true }
            state.waiting[number] = continuation
            return false
          }
          if isOver { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
      }
    }
  }
#endif
