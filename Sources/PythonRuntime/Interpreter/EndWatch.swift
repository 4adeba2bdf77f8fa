import Dispatch
import Synchronization

/// Looks whether something is done in time; it or its caller, and never both, learns that it is not.
final class EndWatch: Sendable {
  private enum State { case running, done, late }

  private let state = Mutex(State.running)

  /// - Parameter tooLate: called on another thread when `stop` has not been called in time.
  init(milliseconds: Int, _ tooLate: @escaping @Sendable () -> Void) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
      if let self, self.change(to: .late) { tooLate() }
    }
  }

  /// Whether it was in time.
  func stop() -> Bool { change(to: .done) }

  private func change(to new: State) -> Bool {
    state.withLock { state in
      guard state == .running else { return false }
      state = new
      return true
    }
  }
}
