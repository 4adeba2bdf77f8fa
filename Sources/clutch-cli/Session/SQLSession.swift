import Clutch
import DuckDBEngine
import Essentials
import Shell

/// One run of SQL: where its rows go, and what a signal stops.
struct SQLSession {
  private let connection: DuckDBConnection
  private let pools: [UDFPool]
  private let signals: Signals

  init(_ connection: DuckDBConnection, _ functions: LoadedFunctions, _ signals: Signals) {
    self.connection = connection
    pools = functions.pools
    self.signals = signals
  }

  /// Runs the statements in order and prints the rows of those that give any.
  ///
  /// - Parameter output: the file for the rows, which appears only if everything succeeds; nil for standard output.
  func run(_ sql: String, format: TabularFormat, output: String?) throws {
    let file = try output.map(signals.outputFile)
    defer { file?.discard() }
    signals.stop { [connection, pools] in
      connection.interrupt()
      for pool in pools { pool.interrupt() }
    }
    // Signals are handled until the process ends, but the database must be closed, because only that brings everything
    // into its file.
    defer { signals.stop(with: nil) }
    let isTerminal = file == nil && isatty(STDOUT_FILENO) == 1
    let sink =
      file?.sink ?? OutputSink(descriptor: STDOUT_FILENO, name: "standard output", isTerminal: isTerminal)
    // Rows that are printed while the query runs would be mixed up with the bar.
    let bar = isTerminal && format != .table ? nil : ProgressBar(of: connection)
    defer { bar?.stop() }
    if let bar { signals.tidy { bar.stop() } }
    let watch = file == nil ? ReaderWatch(of: STDOUT_FILENO, stopping: connection, pools, signals) : nil
    defer { watch?.stop() }
    try printRows(of: connection.execute(sql), format: format, to: sink, isTerminal: isTerminal, bar)
    try sink.flush()
    try file?.commit()
  }

  private func printRows(
    of statements: DuckDBStatements, format: TabularFormat, to sink: OutputSink, isTerminal: Bool, _ bar: ProgressBar?
  ) throws {
    let width = isTerminal ? terminalWidth() : nil
    let isStyled = isTerminal && Palette(for: STDOUT_FILENO).isOn
    var isFirst = true
    while let result = try statements.next() {
      guard result.kind == .rows else { continue }
      if !isFirst, format == .table { try sink.write("\n") }
      isFirst = false
      var writer = format.writer(to: sink, width: width, isStyled: isStyled) {
        try connection.database.timeZoneSpan($0, at: $1)
      }
      try writer.begin(result.exactSchema)
      while let batch = try result.nextExactBatch() { try writer.write(batch) }
      bar?.pause()
      try writer.end()
      bar?.resume()
    }
  }
}

extension Signals {
  /// A file that appears when it is committed, of which a signal leaves nothing.
  func outputFile(_ path: String) throws -> FileOutput {
    try withTemporaryFiles { temporary in
      let file = try FileOutput(path: path)
      if let name = file.temporary { temporary.insert(name) }
      return file
    }
  }
}

/// The width of the terminal on standard output, in cells.
private func terminalWidth() -> Int? {
  var size = winsize()
  guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return Int(size.ws_col)
}
