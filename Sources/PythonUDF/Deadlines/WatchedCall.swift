import Foundation
import PythonRuntime
import Synchronization

/// Why a call is stopped from outside.
enum StopReason: Sendable, Equatable {
  /// A row took longer than this.
  case rowTimeout(Duration)
  /// The batch took longer than this.
  case batchTimeout(Duration)
  /// The Swift task that waits for it was cancelled.
  case cancelled
  /// `UDFPool.interrupt` was called.
  case interrupted
}

/// One batch that an interpreter runs, for those who watch it from other threads.
final class WatchedCall: Sendable {
  /// The row that is under way, counted from 1; 0 before the first. Written by the interpreter's thread for every row.
  let row = Atomic<Int>(0)
  /// Whether it is to stop; read by the interpreter's thread before every row.
  let isStopped = Atomic(false)
  let timeouts: UDFTimeouts
  /// The interpreter that runs it.
  let interrupter: Interrupter

  private let exception: Interrupter.Exception
  private let state = Mutex(State())

  private struct State {
    var isOver = false
    var reason: StopReason?
    var stoppedAt: ContinuousClock.Instant?
    var isRaising = false
    /// What gives the call up; nil when its thread cannot be left.
    var abandon: (@Sendable (WatchedCall) -> Void)?
    /// The watcher's own notes: the row it saw last, and since when.
    var seenRow = 0
    var seenSince = ContinuousClock.now
    let begun = ContinuousClock.now
  }

  /// How long a call may take to stop.
  static let grace = Duration.seconds(1)

  init(_ timeouts: UDFTimeouts, _ interrupter: Interrupter, exception: Interrupter.Exception) {
    self.timeouts = timeouts
    self.interrupter = interrupter
    self.exception = exception
  }

  /// The row that is under way, counted from 0; nil before the first.
  var currentRow: Int? {
    let row = row.load(ordering: .relaxed)
    return row > 0 ? row - 1 : nil
  }

  /// Sets what gives the call up.
  func onAbandoning(_ abandon: @escaping @Sendable (WatchedCall) -> Void) { state.withLock { $0.abandon = abandon } }

  /// Makes the call stop soon.
  func stop(_ reason: StopReason) {
    let isFirst = state.withLock { state in
      guard !state.isOver, state.reason == nil else { return false }
      state.reason = reason
      state.stoppedAt = .now
      return true
    }
    guard isFirst else { return }
    isStopped.store(true, ordering: .relaxed)
    raise()
    // With a timeout it is watched from its beginning.
    if timeouts.isEmpty { DeadlineWatcher.shared.watch(self) }
  }

  /// Ends the watch. Called on the interpreter's thread under its GIL, once the rows are done.
  ///
  /// - Returns: why it was stopped, if it was.
  func finish() -> StopReason? {
    let reason = state.withLock { state in
      state.isOver = true
      state.abandon = nil
      return state.reason
    }
    // One that comes too late must not hit the next call.
    if reason != nil { interrupter.takeBack() }
    return reason
  }

  /// Looks at the clock; gives false when there is nothing left to watch.
  func check(_ now: ContinuousClock.Instant) -> Bool {
    enum Next { case nothing, stop(StopReason), raise, abandon(@Sendable (WatchedCall) -> Void), over }
    let next = state.withLock { state -> Next in
      guard !state.isOver else { return .over }
      if let stoppedAt = state.stoppedAt {
        if now - stoppedAt > Self.grace, let abandon = state.abandon {
          state.isOver = true
          state.abandon = nil
          return .abandon(abandon)
        }
        return state.isRaising ? .nothing : .raise
      }
      if let limit = timeouts.batch, now - state.begun > limit { return .stop(.batchTimeout(limit)) }
      if let limit = timeouts.row {
        let current = row.load(ordering: .relaxed)
        if current != state.seenRow {
          (state.seenRow, state.seenSince) = (current, now)
        } else if current > 0, now - state.seenSince > limit {
          return .stop(.rowTimeout(limit))
        }
      }
      return .nothing
    }
    switch next {
    case .nothing: return true
    case .over: return false
    case .stop(let reason):
      stop(reason)
      return true
    case .raise:
      raise()
      return true
    case .abandon(let abandon):
      abandon(self)
      return false
    }
  }

  /// Why the call was stopped.
  var reason: StopReason? { state.withLock(\.reason) }

  private func raise() {
    let isFree = state.withLock { state in
      defer { state.isRaising = true }
      return !state.isRaising
    }
    guard isFree else { return }
    interrupter.raise(exception) { [self] in
      state.withLock { !$0.isOver }
    } done: { [self] in
      // Not at once again: the function may be on its way out.
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
        self.state.withLock { $0.isRaising = false }
      }
    }
  }
}
