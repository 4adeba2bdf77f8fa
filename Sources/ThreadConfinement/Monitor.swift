#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// State behind a lock that threads can also wait on: a mutex with a condition variable.
///
/// `Synchronization.Mutex` has no way to wait for a change, hence this.
final class Monitor<State>: @unchecked Sendable {
  // Sendable because `state` is only touched while `mutex` is held. Both primitives stay at one address,
  // which POSIX asks for.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var state: State

  init(_ state: State) {
    self.state = state
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` with the lock held, then wakes every waiting thread.
  func update<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    // Woken with the lock still held, they would at once wait again.
    defer { pthread_cond_broadcast(changed) }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Blocks until `body` gives a value; it runs with the lock held, now and after each change.
  func wait<Result>(for body: (inout State) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      pthread_cond_wait(changed, mutex)
    }
  }
}
