#if Server
  import Dispatch
  import NIOPosix

  /// What share of an event loop's time goes to functions that run on it, which is kept below a half: the loop has other calls
  /// and connections, and for these interpreters on other threads do more.
  ///
  /// Touched on its event loop only.
  final class LoopTime {
    // Unsafe only in name: each thread has a value of its own.
    nonisolated(unsafe) private static let ofThread = ThreadSpecificVariable<LoopTime>()
    private static let most = 0.5

    /// That of the calling thread.
    static var current: LoopTime {
      if let known = ofThread.currentValue { return known }
      let made = LoopTime()
      ofThread.currentValue = made
      return made
    }

    private var share = 0.0
    /// When the last one ended.
    private var end = DispatchTime.now().uptimeNanoseconds

    /// Runs a function here, if there is time.
    ///
    /// - Returns: nil when there is not, or when `work` gives nil.
    func spend<Value>(_ work: () throws -> Value?) rethrows -> Value? {
      guard share < Self.most else {
        share -= share / 8
        return nil
      }
      let begun = DispatchTime.now().uptimeNanoseconds
      let value = try work()
      let now = DispatchTime.now().uptimeNanoseconds
      if value != nil {
        share += (Double(now - begun) / Double(max(1, now - end)) - share) / 8
        end = now
      }
      return value
    }
  }
#endif
