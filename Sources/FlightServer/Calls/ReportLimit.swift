#if Server
  import Synchronization

  /// How many lines a second the log gets of calls: engines send thousands of batches a second, and each may fail.
  final class ReportLimit: Sendable {
    private struct State {
      var second = ContinuousClock.now
      var count = 0
      var left = 0
    }

    private static let most = 100
    private let state = Mutex(State())

    /// Takes a line.
    ///
    /// - Returns: how many before it were left out; nil when this one is.
    func take() -> Int? {
      state.withLock { state in
        let now = ContinuousClock.now
        if now - state.second >= .seconds(1) { (state.second, state.count) = (now, 0) }
        state.count += 1
        guard state.count <= Self.most else {
          state.left += 1
          return nil
        }
        defer { state.left = 0 }
        return state.left
      }
    }
  }
#endif
