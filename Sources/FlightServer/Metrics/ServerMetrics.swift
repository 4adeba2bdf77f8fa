#if Server
  import CoreMetrics
  package import GRPCServing
  import Synchronization

  /// What is counted of connections and calls.
  package final class ServerMetrics: RPCServerObserver {
    private struct Method: Hashable {
      let path: String
      let code: RPCStatus.Code
    }

    private let factory: any MetricsFactory
    private let opened: Counter
    private let received: Counter
    private let sent: Counter
    private let connections = Atomic(0)
    private let running = Atomic(0)
    private let calls = Mutex<[Method: Counter]>([:])
    private let durations = Mutex<[String: Timer]>([:])
    private let refusals = Mutex<[RPCRefusal: Counter]>([:])

    package init(_ registry: PrometheusRegistry) {
      factory = registry
      opened = Counter(label: "clutch_server_connections_opened", factory: registry)
      received = Counter(label: "clutch_server_received_bytes", factory: registry)
      sent = Counter(label: "clutch_server_sent_bytes", factory: registry)
      registry.gauge("clutch_server_connections") { [weak self] in
        Double(self?.connections.load(ordering: .relaxed) ?? 0)
      }
      registry.gauge("clutch_server_running_calls") { [weak self] in Double(self?.running.load(ordering: .relaxed) ?? 0)
      }
    }

    package func connectionOpened(peer: String) {
      connections.add(1, ordering: .relaxed)
      opened.increment()
    }

    package func connectionClosed(peer: String) { connections.subtract(1, ordering: .relaxed) }

    package func callBegan(path: String) { running.add(1, ordering: .relaxed) }

    package func callEnded(path: String, code: RPCStatus.Code, duration: Duration, bytesIn: Int, bytesOut: Int) {
      running.subtract(1, ordering: .relaxed)
      received.increment(by: bytesIn)
      sent.increment(by: bytesOut)
      // A path that there is none of is refused before, so these are few.
      let method = String(path.split(separator: "/").last ?? "other")
      counter(of: Method(path: method, code: code)).increment()
      timer(of: method).recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    package func refused(_ reason: RPCRefusal) {
      let counter = refusals.withLock { refusals in
        if let counter = refusals[reason] { return counter }
        let counter = Counter(
          label: "clutch_server_refused", dimensions: [("reason", reason.rawValue)], factory: factory)
        refusals[reason] = counter
        return counter
      }
      counter.increment()
    }

    private func counter(of method: Method) -> Counter {
      calls.withLock { calls in
        if let counter = calls[method] { return counter }
        let counter = Counter(
          label: "clutch_server_calls", dimensions: [("method", method.path), ("code", method.code.name)],
          factory: factory)
        calls[method] = counter
        return counter
      }
    }

    private func timer(of method: String) -> Timer {
      durations.withLock { durations in
        if let timer = durations[method] { return timer }
        let timer = Timer(label: "clutch_server_call_seconds", dimensions: [("method", method)], factory: factory)
        durations[method] = timer
        return timer
      }
    }
  }
#endif
