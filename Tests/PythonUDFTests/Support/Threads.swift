import Foundation

#if os(Linux)
  /// Whether a thread of this process, by the kernel's number, is there.
  func isRunning(_ thread: Int64) -> Bool {
    FileManager.default.fileExists(atPath: "/proc/self/task/\(thread)")
  }

  /// Waits for the end of a thread: the kernel may list it a moment longer than it can be joined. The time limit of the
  /// test ends the wait for one that does not end.
  func ends(_ thread: Int64) async -> Bool {
    while isRunning(thread) {
      do { try await Task.sleep(for: .milliseconds(5)) } catch { return false }
    }
    return true
  }
#endif

/// Runs a blocking closure on a thread of its own: blocking those that run tasks would leave none to run any.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}
