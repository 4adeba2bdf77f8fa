import Synchronization

/// How long the batches of a function have lately taken, and with that which may run on their callers' own threads.
///
/// Believes a slow call at once, and fast ones only when there have been many of them.
final class CallMeter: Sendable {
  private struct State {
    /// Nanoseconds for each row, of a batch of one row all that it took.
    var perRow = 0.0
    /// How many calls in a row have been fast enough, and how many must have been.
    var fast = 0
    var needed = CallMeter.fewest
  }

  private let state = Mutex(State())

  /// How long a batch may take that runs on its caller's thread, in nanoseconds: about as long as two changes of thread.
  private static let short = 100_000.0
  /// After how long such a batch is a slow one.
  private static let slow = 2_000_000.0
  /// How many calls are waited for before the first such batch, and at most after slow ones.
  private static let (fewest, most) = (16, 1 << 20)

  /// Whether a batch of so many rows may run on its caller's thread.
  func allows(_ rows: Int) -> Bool {
    state.withLock { $0.fast >= $0.needed && $0.perRow * Double(max(1, rows)) <= Self.short }
  }

  /// Notes how long a batch has taken.
  ///
  /// - Parameters:
  ///   - nanoseconds: from its beginning to its end.
  ///   - atOnce: whether it ran on its caller's thread.
  func note(_ rows: Int, _ nanoseconds: UInt64, atOnce: Bool) {
    let time = Double(nanoseconds)
    let perRow = time / Double(max(1, rows))
    state.withLock { state in
      state.perRow = perRow > state.perRow ? perRow : state.perRow + (perRow - state.perRow) / 16
      if atOnce, time > Self.slow {
        (state.fast, state.needed) = (0, min(state.needed * 8, Self.most))
      } else {
        state.fast = min(state.fast + 1, Self.most)
      }
    }
  }
}
