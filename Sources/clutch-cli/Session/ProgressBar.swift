import Clutch
import Dispatch
import Essentials
import Shell
import Synchronization

/// A line on a terminal's standard error that shows how far a query is, and is gone when it is done.
///
/// Nothing is drawn where standard error is not a terminal, nor for a query that takes less than half a second.
final class ProgressBar: @unchecked Sendable {
  // Sendable because `timer` never changes and Dispatch lets any thread use a timer; the rest is Sendable by itself.
  private let timer: any DispatchSourceTimer
  private let queue = DispatchQueue(label: "clutch.progress")
  /// What is on the screen.
  private enum State {
    /// Nothing; → `drawn` at the timer's next event.
    case hidden
    /// The line; → `hidden`, or `paused`.
    case drawn
    /// Nothing, and it stays so while rows are printed; → `hidden`.
    case paused
  }

  private let state = Mutex(State.hidden)
  private static let cells = 30

  /// Nil when there is nothing to draw on.
  init?(of connection: DuckDBConnection) {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    self.timer = timer
    let start = ContinuousClock.now
    timer.schedule(deadline: .now() + .milliseconds(500), repeating: .milliseconds(100))
    timer.setEventHandler { [weak self, weak connection] in self?.draw(connection?.progress, since: start) }
    timer.resume()
  }

  private func draw(_ progress: Double?, since start: ContinuousClock.Instant) {
    state.withLock { state in
      if state == .paused { return }
      let seconds = (ContinuousClock.now - start).components.seconds
      // Until DuckDB can tell how much there is to do, only the time says that something happens.
      let part = progress ?? 0
      let full = Int(part * Double(Self.cells))
      let bar = String(repeating: "█", count: full) + String(repeating: "░", count: Self.cells - full)
      let percent = progress.map { "\(Int($0 * 100))%" } ?? ""
      StandardError.show("\(bar) \(percent) \(seconds) s")
      state = .drawn
    }
  }

  /// Takes the line off the screen, so that rows can be printed, until `resume`.
  func pause() {
    state.withLock { state in
      if state == .drawn { StandardError.show(nil) }
      state = .paused
    }
  }

  /// Lets the line come back.
  func resume() { state.withLock { $0 = .hidden } }

  /// Takes the line off the screen for good.
  func stop() {
    timer.cancel()
    queue.sync { pause() }
  }
}

extension ProgressBar: ShellProgress {}
