import Clutch
import Dispatch
import Foundation
import Synchronization

/// One run of `clutch sql` once everything is loaded: the connection, the output, the progress bar, and Ctrl-C.
final class SQLSession: Sendable {
  private struct State {
    var connection: DuckDBConnection?
    var file: FileOutput?
    var isInterrupted = false
  }

  /// `FileOutput` belongs to the thread that writes; the thread that handles Ctrl-C only removes the file, and then
  /// ends the process.
  private let state = Mutex(State())
  private let signals = DispatchQueue(label: "clutch.signals")
  /// How long an interrupted query may take to stop by itself. A Python function that does not return cannot be
  /// stopped by the database.
  private static let grace = DispatchTimeInterval.milliseconds(1_000)

  var wasInterrupted: Bool { state.withLock(\.isInterrupted) }

  /// Handles Ctrl-C from now on: the query is stopped, or, after a grace time or at the second Ctrl-C, the process.
  func watchInterrupts() {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: signals)
    source.setEventHandler { [self] in
      _ = source
      interrupt()
    }
    source.resume()
  }

  private func interrupt() {
    let (connection, isSecond) = state.withLock { state in
      defer { state.isInterrupted = true }
      return (state.connection, state.isInterrupted)
    }
    guard let connection, !isSecond else { return exitNow() }
    connection.interrupt()
    signals.asyncAfter(deadline: .now() + Self.grace) { [self] in exitNow() }
  }

  private func exitNow() {
    abandon()
    complain("interrupted")
    _exit(130)
  }
}
