import ArgumentParser
import Clutch
import Essentials
import Synchronization
import ThreadConfinement

/// What a signal that ends the tool has to stop and to tidy up, and what SIGUSR1 shows.
///
/// The first signal stops what there is to stop, and the work ends with an error. What has not stopped within a second,
/// or at the second signal, is left as it is, and the process ends; so it does at once when there is nothing to stop.
final class Signals: Sendable {
  private struct State {
    /// The first signal that ends the tool.
    var received: Int32?
    /// The error that ends the tool in the place of a signal.
    var failure: (any Error)?
    var isTold = false
    var stop: (@Sendable () -> Void)?
    var show: (@Sendable () -> Void)?
    var interrupt: (@Sendable () -> Void)?
    var tidying: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())
  private let temporaryFiles = Mutex<Set<String>>([])
  private static let grace = DispatchTimeInterval.seconds(1)

  /// The first signal that ends the tool, if one has come.
  var received: Int32? { state.withLock(\.received) }

  /// Runs the work of a command. When a signal stops it, or the reader of its output has gone, the command ends with the
  /// status that a shell has for that: 128 and the signal's number.
  static func handled(during work: (Signals) throws -> Void) throws {
    let signals = Signals()
    SignalHandler.listen { [signals] number in signals.handle(number) }
    do {
      try work(signals)
    } catch {
      if let number = signals.received {
        signals.tell(number)
        throw ExitCode(128 + number)
      }
      guard let error = error as? OutputError, error.isClosedPipe else { throw error }
      throw ExitCode(128 + SIGPIPE)
    }
  }

  // MARK: What to do

  /// Sets what the first signal stops; nil for nothing. It is called on another thread and must not wait.
  func stop(with stop: (@Sendable () -> Void)?) { state.withLock { $0.stop = stop } }

  /// Sets what Ctrl-C does in the place of ending the tool; nil for that it does end it. It is called on another thread and
  /// must not wait.
  func interrupt(with interrupt: (@Sendable () -> Void)?) { state.withLock { $0.interrupt = interrupt } }

  /// Sets what SIGUSR1 shows. It is called on another thread.
  func show(with show: @escaping @Sendable () -> Void) { state.withLock { $0.show = show } }

  /// Adds what is to be done before a signal ends the process.
  func tidy(with tidy: @escaping @Sendable () -> Void) { state.withLock { $0.tidying.append(tidy) } }

  /// The files that are removed when a signal ends the process. It does not end while `change` runs and makes one, or
  /// only after a second.
  func withTemporaryFiles<Value>(_ change: (inout Set<String>) throws -> Value) rethrows -> Value {
    try temporaryFiles.withLock { try change(&$0) }
  }

  /// The reader of the output has gone and the query is told to stop, which is as if a signal had come: what has not
  /// stopped within a second is left as it is.
  func endWithoutReader() {
    state.withLock { $0.received = $0.received ?? SIGPIPE }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.grace) { [self] in end() }
  }

  /// Ends the process with an error, because what is under way cannot be brought to an end. A signal that has come before
  /// does so anyway.
  func end(with error: any Error) {
    let isFirst = state.withLock { state in
      guard state.received == nil, state.failure == nil else { return false }
      state.failure = error
      return true
    }
    if isFirst { end() }
  }

  // MARK: When a signal comes

  private func handle(_ number: Int32) {
    if number == SIGUSR1 {
      if let show = state.withLock(\.show) { show() }
      return
    }
    if number == SIGINT, let interrupt = state.withLock(\.interrupt) { return interrupt() }
    let (stop, isFirst) = state.withLock { state in
      defer { state.received = state.received ?? number }
      return (state.stop, state.received == nil)
    }
    guard let stop, isFirst else { return end() }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.grace) { [self] in end() }
    stop()
  }

  private func end() {
    for _ in 0..<1_000 {
      // The lock is kept, so that no file is made any more.
      temporaryFiles.withLockIfAvailable { files in end(removing: files) }
      usleep(1_000)
    }
    end(removing: [])
  }

  private func end(removing files: Set<String>) -> Never {
    let (received, failure, tidying) = state.withLock { ($0.received, $0.failure, $0.tidying) }
    let number = received ?? SIGINT
    let status = failure == nil ? 128 + number : ExitCode.failure.rawValue
    for file in files { unlink(file) }
    // Standard error, or another file, may be something that takes nothing for ever.
    DetachedThread.start {
      DetachedThread.sleep(seconds: 1)
      _exit(status)
    }
    for tidy in tidying { tidy() }
    if let failure { StandardError.write("Error: \(failure)\n") } else { tell(number) }
    _exit(status)
  }

  private func tell(_ number: Int32) {
    let isTold = state.withLock { state in
      defer { state.isTold = true }
      return state.isTold
    }
    if !isTold { StandardError.write("\(SignalHandler.message(number))") }
  }
}
