/// One call whose caller blocks until another thread has made it.
///
/// Sendable because `body` is touched by the calling thread before the call is handed over, and by the running thread
/// after that; the outcome goes back through the monitor.
final class BlockingCall<Result>: @unchecked Sendable {
  private var body: (() throws -> Result)?
  private let outcome = Monitor<Swift.Result<Result, any Error>?>(nil)

  init(_ body: @escaping () throws -> Result) {
    self.body = body
  }

  /// Makes the call, on the thread that runs it.
  func run() {
    let result = takeAndRun()
    // The closure must be gone by now: the caller goes on at once, and what it captured ends there.
    outcome.update { $0 = result }
  }

  private func takeAndRun() -> Swift.Result<Result, any Error>? {
    guard let body = body.take() else { return nil }
    return Swift.Result { try body() }
  }

  /// Blocks until the call has been made.
  func wait() throws -> Result { try outcome.wait { $0 }.get() }
}
