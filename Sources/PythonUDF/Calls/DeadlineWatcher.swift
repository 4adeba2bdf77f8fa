import Synchronization
import ThreadConfinement

/// Looks at the calls that have timeouts, or are to stop, every few milliseconds while there are any.
///
/// A thread of its own sleeps between the looks: a timer of Dispatch was measured to take several times the processor's
/// time. It ends when there was nothing to watch for a second.
final class DeadlineWatcher: Sendable {
  static let shared = DeadlineWatcher()

  /// How late a deadline may be seen, in seconds.
  private static let interval = 0.005
  private static let mostIdleLooks = 200

  private struct State {
    var calls: [CallContext] = []
    var hasThread = false
  }

  private let state = Mutex(State())

  /// Watches a call, which is not watched yet, until it is over.
  func watch(_ call: CallContext) {
    let needsThread = state.withLock { state in
      state.calls.append(call)
      defer { state.hasThread = true }
      return !state.hasThread
    }
    if needsThread { DetachedThread.start { [self] in run() } }
  }

  private func run() {
    var idleLooks = 0
    while true {
      DetachedThread.sleep(seconds: Self.interval)
      idleLooks = look() ? 0 : idleLooks + 1
      guard idleLooks >= Self.mostIdleLooks else { continue }
      let isOver = state.withLock { state in
        state.hasThread = !state.calls.isEmpty
        return !state.hasThread
      }
      if isOver { return }
    }
  }

  /// Looks at each call, without holding up those that begin; gives whether there was any.
  private func look() -> Bool {
    let calls = state.withLock { state in
      defer { state.calls = [] }
      return state.calls
    }
    guard !calls.isEmpty else { return false }
    let now = ContinuousClock.now
    let left = calls.filter { $0.check(now) }
    state.withLock { $0.calls += left }
    return true
  }
}
