internal import CCrashReport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One line on standard error when the process dies of a fault: which function of which source it happened in.
///
/// Native code that crashes, and calls that are nested until the stack is used up, end the process they run in; nothing
/// in that process can prevent it. This says at least what it was.
public enum CrashReport {
  /// Handles SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP and SIGABRT from now on: each writes a line such as
  ///
  ///     clutch: the process died of SIGSEGV while UDF f of a.py was running, at row 3 of its batch
  ///
  /// Whoever handled the signal before then gets it, or the process ends of it: its exit status is as without this.
  /// Nothing calls this unasked; `clutch` does. Call it before, or after, whatever else installs handlers: those that
  /// come later are before this one. Not for a process whose standard error is nobody's.
  ///
  /// Each thread that runs functions has a stack for handlers, and so does the calling one. A thread that Python code or
  /// a library has started has none: when its stack is used up the process ends without a word, and of its other faults
  /// the line does not name a function.
  public static func install() { ClutchInstallCrashHandlers() }
}

/// What the calling thread is doing, for `CrashReport`.
package enum Activity {
  /// Lets the calling thread's activities be told, as those of a dedicated thread are. Costs next to nothing when that has
  /// been done.
  package static func prepareThread() {
    guard pthread_getspecific(isPrepared) == nil else { return }
    pthread_setspecific(isPrepared, UnsafeRawPointer(bitPattern: 1))
    ClutchPrepareThread()
  }

  private static let isPrepared: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Notes that a source is loaded while `body` runs.
  package static func loading<Result>(_ source: String, _ body: () throws -> Result) rethrows -> Result {
    try note(ClutchActivityLoading, source, nil, nil, body)
  }

  /// Notes that a function is called while `body` runs.
  ///
  /// - Parameter row: where the row is written that is under way, counted from 1. It must be there until `body` returns.
  package static func calling<Result>(
    _ function: String, of source: String, row: UnsafePointer<Int>, _ body: () throws -> Result
  ) rethrows -> Result {
    try function.withCString { try note(ClutchActivityCalling, source, $0, row, body) }
  }

  /// Notes that an interpreter ends while `body` runs, which may run code of its source.
  package static func ending<Result>(_ source: String, _ body: () throws -> Result) rethrows -> Result {
    try note(ClutchActivityEnding, source, nil, nil, body)
  }

  private static func note<Result>(
    _ kind: ClutchActivityKind, _ source: String, _ function: UnsafePointer<CChar>?, _ row: UnsafePointer<Int>?,
    _ body: () throws -> Result
  ) rethrows -> Result {
    try source.withCString { source in
      let activity = ClutchActivity(kind: kind, source: source, function: function, row: row)
      return try withUnsafePointer(to: activity) { activity in
        let outer = ClutchExchangeActivity(activity)
        defer { _ = ClutchExchangeActivity(outer) }
        return try body()
      }
    }
  }
}
