import PythonRuntime
import Synchronization

/// What an interpreter is doing, for a profiler that looks at it from another thread.
///
/// Changed by whoever has the interpreter's GIL.
final class ProfiledThread: Sendable {
  let thread: SampledThread
  /// Nothing is 0; else the number of a function, with a bit that says whether Python is needed for it now.
  private let state = Atomic(0)
  /// Why rows of functions that need no Python are Python's, by the functions' numbers.
  private let reasons = Mutex<[Int: Set<String>]>([:])

  /// What was seen.
  struct Activity: Equatable {
    let function: Int
    let isNative: Bool
  }

  init(_ thread: SampledThread) { self.thread = thread }

  var activity: Activity? {
    let state = state.load(ordering: .relaxed)
    return state == 0 ? nil : Activity(function: state >> 1 - 1, isNative: state & 1 == 1)
  }

  /// Notes that a function is called while `body` runs.
  func calling<Result>(_ function: Int, _ body: () throws -> Result) rethrows -> Result {
    let outer = state.exchange((function + 1) << 1, ordering: .relaxed)
    defer { state.store(outer, ordering: .relaxed) }
    return try body()
  }

  /// Notes why rows of what is called are left to Python.
  func note(_ reasons: [String]) {
    guard let function = activity?.function else { return }
    self.reasons.withLock { $0[function, default: []].formUnion(reasons) }
  }

  /// What has been noted since the last time.
  func takeReasons() -> [Int: Set<String>] {
    reasons.withLock { reasons in
      defer { reasons = [:] }
      return reasons
    }
  }

  /// Notes that what is called needs no Python while `body` runs.
  func withoutPython<Result: ~Copyable>(_ body: () throws -> Result) rethrows -> Result {
    let outer = state.load(ordering: .relaxed)
    state.store(outer | 1, ordering: .relaxed)
    defer { state.store(outer, ordering: .relaxed) }
    return try body()
  }
}
