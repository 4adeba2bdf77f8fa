import Functions
import Dispatch
import Synchronization

/// The ways in which callers wait, which is all that they differ in.
extension CallContext {
  /// Suspends the task until the call is settled; cancelling it stops the call.
  ///
  /// - Parameter begin: begins the call, and blocks nobody.
  func outcome(_ begin: () -> Void) async throws -> StepResult {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        onOutcome { continuation.resume(with: $0) }
        begin()
      }
    } onCancel: {
      stop(.cancelled)
    }
  }

  /// Blocks the calling thread until the call is settled.
  func outcomeAndWait(_ begin: () -> Void) throws -> StepResult {
    let outcome = Mutex<Result<StepResult, any Error>?>(nil)
    let isSettled = DispatchSemaphore(value: 0)
    onOutcome { result in
      outcome.withLock { $0 = result }
      isSettled.signal()
    }
    begin()
    isSettled.wait()
    guard let result = outcome.withLock({ $0 }) else { throw UDFError(.closed, "the call has no outcome") }
    return try result.get()
  }
}
