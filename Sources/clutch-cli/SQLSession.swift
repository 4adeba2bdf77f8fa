import Clutch
import Dispatch
import DuckDBEngine
import Foundation
import Synchronization

/// One run of `clutch sql`: what Ctrl-C must be able to stop, and where rows go.
final class SQLSession: Sendable {
  private struct State {
    var connection: DuckDBConnection?
    var pools: [UDFPool] = []
    var temporaryFile: String?
    var bar: ProgressBar?
    var isInterrupted = false
  }

  private let state = Mutex(State())
  private let signals = DispatchQueue(label: "clutch.signals")
  /// How long an interrupted query may take to stop. A Python call that does not return cannot be stopped from here.
  private static let grace = DispatchTimeInterval.seconds(1)

  var wasInterrupted: Bool { state.withLock { $0.isInterrupted } }

  // MARK: Ctrl-C

  /// Handles Ctrl-C from now on: the query is stopped; after a grace time, or at the second Ctrl-C, the process.
  func watchInterrupts() {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: signals)
    // The source is kept by its own handler: it is needed until the process ends.
    source.setEventHandler { [self] in withExtendedLifetime(source) { interrupt() } }
    source.resume()
  }

  /// Says on standard error what the interpreters are doing, whenever the process gets SIGUSR1.
  func watchStackRequests() {
    signal(SIGUSR1, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGUSR1, queue: signals)
    source.setEventHandler { [self] in withExtendedLifetime(source) { showStacks() } }
    source.resume()
  }

  private func showStacks() {
    for pool in state.withLock(\.pools) {
      for (index, frames) in pool.stacks().enumerated() {
        let state =
          switch frames {
          case nil: "is in a call into C that keeps its GIL"
          case let frames? where frames.isEmpty: "runs no Python code"
          case let frames?: "is here, innermost first:\n" + frames.map { "  \($0)" }.joined(separator: "\n")
          }
        complain("\(pool.source.name), interpreter \(index + 1) \(state)")
      }
    }
  }

  private func interrupt() {
    let (connection, pools, isSecond) = state.withLock { state in
      defer { state.isInterrupted = true }
      return (state.connection, state.pools, state.isInterrupted)
    }
    guard let connection, !isSecond else { return exitNow() }
    connection.interrupt()
    for pool in pools { pool.interrupt() }
    signals.asyncAfter(deadline: .now() + Self.grace) { [self] in exitNow() }
  }

  private func exitNow() {
    let (file, bar) = state.withLock { ($0.temporaryFile, $0.bar) }
    if let file { unlink(file) }
    bar?.stop()
    complain("interrupted")
    _exit(130)
  }

  // MARK: Running

  /// Runs the statements in order and prints the rows of those that give any.
  ///
  /// - Parameter output: the file for the rows, which appears only if everything succeeds; nil for standard output.
  func run(
    _ sql: String, on connection: DuckDBConnection, pools: [UDFPool], format: SQLCommand.Format, output: String?
  ) throws {
    let file = try output.map { try FileOutput(path: $0) }
    defer { file?.discard() }
    let isInterrupted = state.withLock { state in
      state.connection = connection
      state.pools = pools
      state.temporaryFile = file?.temporary
      return state.isInterrupted
    }
    // The session lives until the process ends; the database must not, because only closing it brings everything into
    // its file. The pools may: ending interpreters waits for threads that a UDF file has started.
    defer {
      state.withLock { state in
        state.connection = nil
        state.bar = nil
      }
    }
    if isInterrupted { throw DuckDBError(.interrupted, "interrupted before the query began") }
    let sink = file?.sink ?? OutputSink(descriptor: STDOUT_FILENO)
    let isTerminal = file == nil && isatty(STDOUT_FILENO) == 1
    // Rows that are printed while the query runs would be mixed up with the bar.
    let bar = isTerminal && format != .table ? nil : ProgressBar(of: connection)
    state.withLock { $0.bar = bar }
    defer { bar?.stop() }
    let statements = try connection.execute(sql)
    var isFirst = true
    while let result = try statements.next() {
      guard result.kind == .rows else { continue }
      if !isFirst, format == .table { try sink.write("\n") }
      isFirst = false
      var writer = format.writer(to: sink, isTerminal: isTerminal)
      try writer.begin(result.columns)
      while let rows = try result.nextRows() { try writer.write(rows) }
      bar?.pause()
      try writer.end()
      bar?.resume()
    }
    try sink.flush()
    try file?.commit()
  }
}

extension SQLCommand.Format {
  fileprivate func writer(to sink: OutputSink, isTerminal: Bool) -> any ResultWriter {
    switch self {
    case .table: TableWriter(sink: sink, width: isTerminal ? terminalWidth() : nil)
    case .csv: CSVWriter(sink: sink)
    case .json: JSONWriter(sink: sink)
    case .jsonl: JSONLinesWriter(sink: sink)
    }
  }
}

/// The width of the terminal on standard output, in cells.
private func terminalWidth() -> Int? {
  var size = winsize()
  guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return Int(size.ws_col)
}
