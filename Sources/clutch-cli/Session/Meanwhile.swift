import Dispatch
import Synchronization
import ThreadConfinement

/// Work that runs on a thread of its own while its caller does something else.
final class Meanwhile<Value: Sendable>: Sendable {
  private let outcome = Mutex<Result<Value, any Error>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ body: @escaping @Sendable () throws -> Value) {
    DetachedThread.start { [self] in
      let result = Result { try body() }
      outcome.withLock { $0 = result }
      isDone.signal()
    }
  }

  /// Waits for the work, whatever it comes to: a process must not exit in the middle of it.
  func wait() {
    isDone.wait()
    // For the next who waits.
    isDone.signal()
  }

  /// Waits for the work.
  ///
  /// - Throws: what it has thrown.
  func value() throws -> Value {
    wait()
    guard let result = outcome.withLock({ $0 }) else { throw CommandError("a part of the start has no outcome") }
    return try result.get()
  }
}
