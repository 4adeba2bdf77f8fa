import Dispatch
import Synchronization

/// Looks at the calls that have timeouts, or are to stop, every few milliseconds while there are any.
final class DeadlineWatcher: Sendable {
  static let shared = DeadlineWatcher()

  /// How late a deadline may be seen.
  private static let interval = DispatchTimeInterval.milliseconds(5)

  private struct State {
    var calls: [WatchedCall] = []
    var isTicking = false
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "clutch.deadlines", qos: .userInteractive)

  func watch(_ call: WatchedCall) {
    let starts = state.withLock { state in
      if !state.calls.contains(where: { $0 === call }) { state.calls.append(call) }
      defer { state.isTicking = true }
      return !state.isTicking
    }
    if starts { tick() }
  }

  private func tick() {
    queue.asyncAfter(deadline: .now() + Self.interval) { [self] in
      let now = ContinuousClock.now
      let over = state.withLock(\.calls).filter { !$0.check(now) }
      let goesOn = state.withLock { state in
        if !over.isEmpty { state.calls.removeAll { call in over.contains { $0 === call } } }
        state.isTicking = !state.calls.isEmpty
        return state.isTicking
      }
      if goesOn { tick() }
    }
  }
}
