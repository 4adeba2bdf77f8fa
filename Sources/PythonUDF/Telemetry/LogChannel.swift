import PythonFunctions
import Logging
import PythonRuntime
import Synchronization

/// What the code of one interpreter writes, on its way to the log: it knows which function and row that is of.
///
/// Written to under the interpreter's GIL, mostly by its own thread, and by those that user code has started.
final class LogChannel: LogSink {
  private struct State {
    var function: String?
    var call: CallProgress?
    var output = PendingLine()
    var errorOutput = PendingLine()
  }

  private let log: UDFLog
  private let state = Mutex(State())

  init(_ log: UDFLog) { self.log = log }

  // MARK: Calls

  func begin(_ function: String, _ call: CallProgress) {
    state.withLock { ($0.function, $0.call) = (function, call) }
  }

  /// Writes what was printed without a line break, and forgets the function.
  func end() {
    let (output, errorOutput, function) = state.withLock { state in
      defer { (state.function, state.call) = (nil, nil) }
      return (state.output.end(), state.errorOutput.end(), state.function)
    }
    if let output { write(output, .output, of: function) }
    if let errorOutput { write(errorOutput, .errorOutput, of: function) }
  }

  // MARK: Messages

  /// Takes bytes that were written to one of the standard streams.
  func write(_ bytes: UnsafeRawBufferPointer, to stream: StandardStream) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let (line, function) = state.withLock { state -> (PendingLine.Line?, String?) in
        let row = state.call?.currentRow
        let line = stream == .output ? state.output.take(&rest, row) : state.errorOutput.take(&rest, row)
        return (line, state.function)
      }
      if let line { write(line, stream == .output ? .output : .errorOutput, of: function) }
    }
  }

  private func write(_ line: PendingLine.Line, _ stream: UDFLogRecord.Origin, of function: String?) {
    let level: Logger.Level = stream == .output ? .info : .notice
    guard log.admits(level, of: function) else { return }
    write(level, line.text, stream, function, line.row)
  }

  /// Takes a message of Python's `logging` or `warnings`; `text` is only asked for when it is wanted.
  func write(pythonLevel: Int, logger: String, _ text: () -> String?) {
    let (function, row) = place
    let level = Logger.Level(pythonLevel: pythonLevel)
    guard log.admits(level, of: function), let text = text() else { return }
    let isWarning = logger == "py.warnings"
    write(level, text, isWarning ? .warnings : .logging, function, row, loggerName: isWarning ? nil : logger)
  }

  /// Takes what the policy has denied.
  func write(_ denial: PolicyDenial) {
    let (function, row) = place
    guard log.admits(.warning, of: function) else { return }
    write(.warning, denial.description, .policy, function, row)
  }

  private var place: (function: String?, row: Int?) { state.withLock { ($0.function, $0.call?.currentRow) } }

  private func write(
    _ level: Logger.Level, _ text: String, _ origin: UDFLogRecord.Origin, _ function: String?, _ row: Int?,
    loggerName: String? = nil
  ) {
    log.write(
      UDFLogRecord(
        level: level, message: text, origin: origin, source: log.source, function: function, row: row,
        loggerName: loggerName))
  }
}

extension Logger.Level {
  /// The nearest one below a level of Python's `logging`.
  fileprivate init(pythonLevel: Int) {
    self =
      switch pythonLevel {
      case ..<10: .trace
      case ..<20: .debug
      case ..<30: .info
      case ..<40: .warning
      case ..<50: .error
      default: .critical
      }
  }
}
