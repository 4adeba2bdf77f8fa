internal import Synchronization

/// Which statements of a database are running, by the order in which they began, for what has to be gone when they end.
final class StatementLog: Sendable {
  private struct State {
    /// The number of the one that began last.
    var last = 0
    var running: Set<Int> = []
    var observers: [WeakObserver] = []
  }

  private struct WeakObserver: Sendable {
    weak let observer: (any StatementObserver)?
  }

  private let state = Mutex(State())

  /// The number of the statement that began last.
  var current: Int { state.withLock(\.last) }

  /// Notes that a statement begins.
  func begin() -> RunningStatement {
    let number = state.withLock { state in
      state.last += 1
      state.running.insert(state.last)
      return state.last
    }
    return RunningStatement(self, number)
  }

  fileprivate func end(_ number: Int) {
    let (oldest, observers) = state.withLock { state in
      state.running.remove(number)
      // What is made from now on is of a statement that begins later.
      return (state.running.min() ?? state.last + 1, state.observers)
    }
    for observer in observers { observer.observer?.statementEnded(oldest) }
  }

  /// Tells somebody of the ends of statements for as long as it is there.
  func observe(_ observer: any StatementObserver) {
    state.withLock { state in
      state.observers.removeAll { $0.observer == nil }
      state.observers.append(WeakObserver(observer: observer))
    }
  }

  /// How many are told; some may be gone.
  var observerCount: Int { state.withLock(\.observers.count) }
}

/// Somebody who is told of the ends of statements.
protocol StatementObserver: AnyObject, Sendable {
  /// A statement has ended, and `oldest` is the number of the oldest that is still running, or that of the next one.
  func statementEnded(_ oldest: Int)
}

/// A statement from its beginning until its result is destroyed.
final class RunningStatement: Sendable {
  private let log: StatementLog
  private let number: Int
  private let isOver = Atomic(false)

  fileprivate init(_ log: StatementLog, _ number: Int) { (self.log, self.number) = (log, number) }

  /// Notes that it is over; once.
  func end() {
    if !isOver.exchange(true, ordering: .relaxed) { log.end(number) }
  }

  deinit { end() }
}
