/// State behind a lock that threads can also wait on.
final class Monitor<State>: @unchecked Sendable {
  // Sendable because `state` is only touched while the lock is held.
  private let lock = Lock()
  private var state: State

  init(_ state: State) { self.state = state }

  /// Runs `body` with the lock held, then wakes every waiting thread.
  func update<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    // Woken with the lock still held, they would at once wait again.
    defer { lock.broadcast() }
    return try lock.withLock { try body(&state) }
  }

  /// Blocks until `body` gives a value; it runs with the lock held, now and after each change.
  func wait<Result>(for body: (inout State) -> Result?) -> Result {
    lock.withLock {
      while true {
        if let result = body(&state) { return result }
        lock.wait()
      }
    }
  }
}
