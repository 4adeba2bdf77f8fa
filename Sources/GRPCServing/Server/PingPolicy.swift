#if Server
  import NIOCore

  /// Whether a client pings too often while it has no call. Pings beside calls are not counted: clients measure their
  /// bandwidth with them.
  struct PingPolicy {
    /// How many pings may come too early, one after the other.
    private static let tolerated = 2
    private let interval: TimeAmount
    private var last: NIODeadline?
    private var early = 0

    init(interval: Duration) {
      // A tenth less than what is promised, for pings that were held up on their way and the next that were not.
      self.interval = TimeAmount(interval * 9 / 10)
    }

    mutating func callBegan() { (last, early) = (nil, 0) }

    /// - Returns: Whether it is too much.
    mutating func pinged(at now: NIODeadline) -> Bool {
      defer { last = now }
      guard let last, now - last < interval else { return false }
      early += 1
      return early > Self.tolerated
    }
  }
#endif
