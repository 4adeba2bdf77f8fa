import DuckDBEngine
import Synchronization

/// What a shell is doing, for signals, which come on other threads.
final class ShellActivity: Sendable {
  private struct State {
    /// Stops what is under way; nil while a line is being typed, and between two things.
    var stop: (@Sendable () -> Void)?
    var isInterrupted = false
    var isEnding = false
  }

  private let state = Mutex(State())
  private let wakeup: Wakeup

  init(_ wakeup: Wakeup) { self.wakeup = wakeup }

  /// Something begins that `stop` stops from any thread without waiting; nil when it is over.
  func set(stop: (@Sendable () -> Void)?) {
    let isLate = state.withLock { state in
      state.stop = stop
      return state.isInterrupted || state.isEnding
    }
    if isLate { stop?() }
  }

  /// What was typed is about to run: Ctrl-C before this had something else in mind.
  func begin() { state.withLock { $0.isInterrupted = false } }

  /// Whether Ctrl-C has come since `begin`, or the program is to end.
  var isInterrupted: Bool { state.withLock { $0.isInterrupted || $0.isEnding } }
  /// Whether the program is to end.
  var isEnding: Bool { state.withLock(\.isEnding) }

  /// Ctrl-C. Any thread.
  func interrupt() {
    let stop = state.withLock { state in
      state.isInterrupted = true
      return state.stop
    }
    if let stop { stop() } else { wakeup.send(.interrupt) }
  }

  /// The program is to end. Any thread.
  func end() {
    let stop = state.withLock { state in
      state.isEnding = true
      return state.stop
    }
    stop?()
    wakeup.send(.end)
  }
}
