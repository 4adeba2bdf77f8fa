import DuckDBEngine
import Essentials
public import PythonUDF
import Tabular

/// A shell: SQL and commands, typed or read from standard input, over one database and the functions of UDF files.
///
/// Belongs to the thread that runs it. Typed on a terminal, an error ends nothing, and Ctrl-C ends the statement only; read
/// from anything else, the first error ends it.
public final class Shell {
  let host: any ShellHost
  let functions: ShellFunctions
  let output: ShellOutput
  let activity: ShellActivity
  let wakeup: Wakeup
  let palette: Palette
  let errors: ErrorText
  let isInteractive: Bool
  let completer: SQLCompleter
  var connection: DuckDBConnection
  /// The file of the database; nil for one in memory.
  var database: String?
  var showsTime = false
  var watch: FileWatch?
  /// Files that are being read, one inside the other.
  var depth = 0
  var hasExited: Int32?

  /// Opens the database and loads the files, up to the first that does not load.
  ///
  /// - Parameters:
  ///   - database: the file; nil for a database in memory.
  ///   - files: UDF files.
  /// - Throws: why a file does not load, or the database does not open.
  public init(_ host: any ShellHost, database: String?, files: [String]) throws {
    self.host = host
    self.database = database
    isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    wakeup = try Wakeup()
    let activity = ShellActivity(wakeup)
    self.activity = activity
    palette = Palette(for: STDOUT_FILENO)
    errors = ErrorText(palette: Palette(for: STDERR_FILENO))
    output = ShellOutput(isTerminal: isatty(STDOUT_FILENO) == 1, palette: palette)
    functions = ShellFunctions(host)
    completer = SQLCompleter(commands: Self.commands.map { "." + $0.name })
    let interrupt: @Sendable () -> Void = { activity.interrupt() }
    host.setSignals(ShellSignals(interrupt: isInteractive ? interrupt : nil) { activity.end() })
    connection = try host.open(database)
    for file in files { _ = try functions.load(file, on: connection) { activity.set(stop: $0) } }
  }

  /// Runs what is typed, or what standard input has, to its end.
  ///
  /// - Returns: the status to exit with.
  /// - Throws: when nothing is typed, the first error, with its line.
  public func run() throws -> Int32 {
    do {
      if isInteractive { try runTyped() } else { try runScript() }
    } catch {
      if !isInteractive { output.discard() }
      throw error
    }
    try output.close()
    if activity.isEnding { throw ShellError("ended by a signal") }
    return hasExited ?? 0
  }

  /// What must not end before the process does, and so is to be kept: interpreters that are at work then.
  public var lifetime: AnyObject { functions.registry }

  /// What became of the calls so far.
  public var pools: [UDFPool] { functions.sources.compactMap { try? $0.pool } }

  /// Says something to a person.
  func say(_ text: String) { host.say(text + "\n") }

  func show(_ error: any Error) {
    if activity.isInterrupted { return host.say(errors.palette.mark("interrupted") + "\n") }
    host.say(errors.text(of: error, behind: functions.notes.take(behind: error)))
  }
}

@available(*, unavailable)
extension Shell: Sendable {}
