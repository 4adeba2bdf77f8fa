#if Server
  import NIOCore

  /// Counts how often a connection's calls are reset, in steps of a second.
  struct ResetRate {
    private let limit: Int
    private var second = NIODeadline.uptimeNanoseconds(0)
    private var count = 0
    /// Until when new calls are refused.
    private var blocked = NIODeadline.uptimeNanoseconds(0)

    init(limit: Int) { self.limit = limit }

    mutating func record(at now: NIODeadline) {
      if now - second >= .seconds(1) { (second, count) = (now, 0) }
      count += 1
      if count > limit { blocked = now + .seconds(1) }
    }

    func isTooHigh(at now: NIODeadline) -> Bool { now < blocked }
  }
#endif
