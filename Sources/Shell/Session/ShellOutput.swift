import Columnar
import DuckDBEngine
import Essentials
import Tabular

/// Where a shell's rows go, and how they are written.
final class ShellOutput {
  var format = TabularFormat.table
  private let standard: OutputSink
  private let isTerminal: Bool
  private let isStyled: Bool
  private(set) var file: FileOutput?
  private var hasTable = false

  init(isTerminal: Bool, palette: Palette) {
    self.isTerminal = isTerminal
    isStyled = palette.isOn
    standard = OutputSink(descriptor: STDOUT_FILENO, name: "standard output", isTerminal: isTerminal)
  }

  /// Whether rows appear on the screen as they come.
  var isOnTerminal: Bool { isTerminal && file == nil }

  /// What was typed is about to run.
  func begin() { hasTable = false }

  /// Writes rows to a file from now on; nil for standard output. The file that was written to until now appears.
  func open(_ path: String?) throws {
    let new = try path.map { try FileOutput(path: $0) }
    if let file {
      self.file = nil
      try file.commit()
    }
    file = new
    hasTable = false
  }

  /// Lets the file appear that was written to.
  func close() throws { try open(nil) }

  /// Drops the file that was written to.
  func discard() {
    file?.discard()
    file = nil
  }

  /// Writes the rows of a result.
  ///
  /// - Parameter isComplete: called when all rows have come and those that are kept are about to be written.
  /// - Returns: how many there were.
  func write(_ result: DuckDBResult, of connection: DuckDBConnection, isComplete: () -> Void) throws -> Int {
    let sink = file?.sink ?? standard
    if format == .table {
      if hasTable { try sink.write("\n") }
      hasTable = true
    }
    var writer = format.writer(
      to: sink, width: isOnTerminal ? Terminal.width(of: STDOUT_FILENO) : nil, isStyled: isStyled && isOnTerminal
    ) { try connection.database.timeZoneSpan($0, at: $1) }
    var count = 0
    do {
      try writer.begin(result.exactSchema)
      while let batch = try result.nextExactBatch() {
        count += batch.rowCount
        try writer.write(batch)
      }
    } catch {
      // What has come stands above the error.
      if format != .table { try? sink.flush() }
      throw error
    }
    isComplete()
    try writer.end()
    return count
  }

  /// Writes lines that somebody asked for with a command, which have no control characters but ours.
  func write(_ lines: String) throws {
    let sink = file?.sink ?? standard
    try sink.writeDrawn(Array(lines.utf8))
    try sink.flush()
  }
}
