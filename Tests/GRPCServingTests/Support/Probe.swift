#if Server
  import Foundation
  import GRPCServing
  import NIOCore
  import Synchronization
  import Testing

  /// Asks again until a condition holds.
  ///
  /// - Throws: If it does not within a time in which it always should.
  func eventually(
    _ what: String, within seconds: Double = 60, _ condition: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
      guard ContinuousClock.now < deadline else { throw Overdue(what: what) }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  struct Overdue: Error, CustomStringConvertible {
    let what: String
    var description: String { "not in time: \(what)" }
  }

  /// What a server's handlers and its observer saw.
  final class Probe: RPCServerObserver {
    struct State {
      var ends: [String: [RPCEnd]] = [:]
      var codes: [String: [RPCStatus.Code]] = [:]
      var refusals: [RPCRefusal: Int] = [:]
      var opened = 0
      var closed = 0
      var began = 0
      var bytesIn = 0
      var bytesOut = 0
      /// Bytes that `/test/Generate` has sent, and messages that `/test/Paused` has got.
      var generated = 0
      var taken = 0
      /// Calls that wait for a test.
      var waiting: [RPCCall] = []
    }

    let state = Mutex(State())

    func ends(_ path: String) -> [RPCEnd] { state.withLock { $0.ends[path] ?? [] } }
    func codes(_ path: String) -> [RPCStatus.Code] { state.withLock { $0.codes[path] ?? [] } }
    func refusals(_ reason: RPCRefusal) -> Int { state.withLock { $0.refusals[reason] ?? 0 } }
    subscript<Value: Sendable>(path: KeyPath<State, Value>) -> Value { state.withLock { $0[keyPath: path] } }

    /// Lets the calls that wait go on.
    func release(_ body: (RPCCall) -> Void) {
      let calls = state.withLock { state in
        defer { state.waiting = [] }
        return state.waiting
      }
      for call in calls { body(call) }
    }

    func connectionOpened(peer: String) { state.withLock { $0.opened += 1 } }
    func connectionClosed(peer: String) { state.withLock { $0.closed += 1 } }
    func callBegan(path: String) { state.withLock { $0.began += 1 } }
    func callEnded(path: String, code: RPCStatus.Code, duration: Duration, bytesIn: Int, bytesOut: Int) {
      state.withLock { state in
        state.codes[path, default: []].append(code)
        state.bytesIn += bytesIn
        state.bytesOut += bytesOut
      }
    }
    func refused(_ reason: RPCRefusal) { state.withLock { $0.refusals[reason, default: 0] += 1 } }
  }
#endif
