import Synchronization
import ThreadConfinement

/// One version of a source in a registry.
final class SourceVersion: Sendable {
  let pool: UDFPool
  /// Tells it from all other versions of the process.
  let number = SourceVersion.count.add(1, ordering: .relaxed).newValue
  private let state = Mutex((calls: 0, isRetired: false))

  private static let count = Atomic(0)

  init(_ pool: UDFPool) { self.pool = pool }

  /// Begins a call, which `end` ends; gives false when another version has taken the place, which is to be asked for.
  func begin() -> Bool {
    state.withLock { state in
      guard !state.isRetired else { return false }
      state.calls += 1
      return true
    }
  }

  func end() {
    let isLast = state.withLock { state in
      state.calls -= 1
      return state.isRetired && state.calls == 0
    }
    if isLast { close() }
  }

  /// Whether calls are under way.
  var isCalled: Bool { state.withLock { $0.calls > 0 } }

  /// Takes no more calls, and ends after those under way.
  func retire() {
    let isIdle = state.withLock { state in
      defer { state.isRetired = true }
      return !state.isRetired && state.calls == 0
    }
    if isIdle { close() }
  }

  /// On a thread of its own: ending waits for user code that runs at the end.
  private func close() { DetachedThread.start { [pool] in pool.close() } }
}
