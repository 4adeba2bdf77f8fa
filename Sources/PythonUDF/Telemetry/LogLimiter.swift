import Functions

/// Lets each function write so many messages a second, and counts the others.
struct LogLimiter {
  /// Nil for any number.
  let messagesPerSecond: Int?

  /// What a function may still write now: it grows with time, up to a second's worth.
  private struct Allowance {
    var messages: Double
    var since: ContinuousClock.Instant
    var leftOut = 0
  }

  private var allowances: [String: Allowance] = [:]

  init(messagesPerSecond: Int?) { self.messagesPerSecond = messagesPerSecond.map { max($0, 1) } }

  /// Whether a function may write a message now.
  ///
  /// - Returns: how many were left out before it, usually 0; nil when this one is left out too.
  mutating func admit(_ function: String, _ now: ContinuousClock.Instant = .now) -> Int? {
    guard let messagesPerSecond else { return 0 }
    let most = Double(messagesPerSecond)
    var allowance = allowances[function] ?? Allowance(messages: most, since: now)
    defer { allowances[function] = allowance }
    allowance.messages = min(most, allowance.messages + (now - allowance.since).inSeconds * most)
    allowance.since = now
    // Once some were left out it stays silent until it may write a few again, so that the notes do not outnumber them.
    guard allowance.messages >= (allowance.leftOut > 0 ? max(1, most / 2) : 1) else {
      allowance.leftOut += 1
      return nil
    }
    allowance.messages -= 1
    defer { allowance.leftOut = 0 }
    return allowance.leftOut
  }

  /// How many messages were left out and nobody has been told of, by function.
  mutating func takeLeftOut() -> [(function: String, count: Int)] {
    let found = allowances.filter { $0.value.leftOut > 0 }.map { (function: $0.key, count: $0.value.leftOut) }
    for (function, _) in found { allowances[function]?.leftOut = 0 }
    return found.sorted { $0.function < $1.function }
  }
}
