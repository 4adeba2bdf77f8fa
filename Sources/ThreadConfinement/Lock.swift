#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A mutex with a condition variable: threads can wait for a change of what it protects.
///
/// `Synchronization.Mutex` has no way to wait, and takes only closures. Whoever waits has the lock before and afterwards,
/// and asks again whether there is what it waits for.
package final class Lock: @unchecked Sendable {
  // Sendable because both primitives are made for that. They stay at one address, which POSIX asks for.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>

  package init() {
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    #if canImport(Darwin)
      pthread_cond_init(changed, nil)
    #else
      // Nobody waits longer because the machine's time was set.
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(changed, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  package func lock() { pthread_mutex_lock(mutex) }

  /// - Returns: false when somebody has it.
  package func tryLock() -> Bool { pthread_mutex_trylock(mutex) == 0 }

  package func unlock() { pthread_mutex_unlock(mutex) }

  package func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock()
    defer { unlock() }
    return try body()
  }

  /// Wakes every thread that waits.
  package func broadcast() { pthread_cond_broadcast(changed) }

  /// Lets go of the lock until a broadcast, or for no reason.
  package func wait() { pthread_cond_wait(changed, mutex) }

  /// The same, at most until then.
  ///
  /// - Returns: false when it is later.
  package func wait(until limit: ContinuousClock.Instant) -> Bool {
    let left = (limit - ContinuousClock.now).components
    guard left.seconds >= 0, left.attoseconds >= 0 else { return false }
    // Years are as good as for ever, and fit everywhere.
    var time = timespec()
    time.tv_sec = numericCast(min(left.seconds, 1 << 30))
    time.tv_nsec = numericCast(left.attoseconds / 1_000_000_000)
    #if canImport(Darwin)
      return pthread_cond_timedwait_relative_np(changed, mutex, &time) == 0
    #else
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      let nanoseconds = time.tv_nsec + now.tv_nsec
      time.tv_sec += now.tv_sec + nanoseconds / 1_000_000_000
      time.tv_nsec = nanoseconds % 1_000_000_000
      return pthread_cond_timedwait(changed, mutex, &time) == 0
    #endif
  }
}
