import Dispatch

/// One call whose caller blocks until another thread has made it.
///
/// Sendable because its parts are touched by one thread at a time: by the caller until the call is handed over, then by
/// the thread that makes it until `done` is signalled, then by the caller again.
final class BlockingCall<Result>: @unchecked Sendable {
  private var body: (() throws -> Result)?
  private var outcome: Swift.Result<Result, any Error>?
  private let done = DispatchSemaphore(value: 0)

  init(_ body: @escaping () throws -> Result) {
    self.body = body
  }

  /// Makes the call, on the thread that runs it.
  func run() {
    takeAndRun()
    // The closure must be gone by now: the caller goes on at once, and what it captured ends there.
    done.signal()
  }

  private func takeAndRun() {
    guard let body = body.take() else { return }
    outcome = Swift.Result { try body() }
  }

  /// Blocks until the call has been made.
  func wait() throws -> Result {
    done.wait()
    guard let outcome else { throw ThreadConfinementError.stopped }
    return try outcome.get()
  }
}
