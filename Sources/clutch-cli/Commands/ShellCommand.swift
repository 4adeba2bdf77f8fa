import ArgumentParser
import Clutch
import Essentials
import Shell

/// `clutch shell`: SQL and commands as they are typed.
struct ShellCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell", abstract: "Type SQL, and load Python functions meanwhile.",
    discussion: """
      A statement ends with a semicolon. Commands begin with a dot: .help shows them. Ctrl-C stops the statement, Ctrl-D \
      leaves. What is not typed but read from standard input runs up to the first error. On a terminal, clutch alone is \
      this command.
      """)

  @OptionGroup var functions: FunctionOptions
  @OptionGroup var duckdb: DuckDBOptions
  @Argument(help: "The database; it is made if there is none. Default: in memory.") var database: String?

  /// The arguments that `clutch` alone stands for: a shell where there is somebody, or something, to read SQL from.
  static func implied(by arguments: [String]) -> [String] {
    guard arguments.isEmpty else { return arguments }
    let isTyped = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    var status = stat()
    let isPiped = fstat(STDIN_FILENO, &status) == 0 && [S_IFIFO, S_IFREG].contains(status.st_mode & S_IFMT)
    return isTyped || isPiped ? ["shell"] : arguments
  }

  func run() throws {
    var status: Int32 = 0
    try Signals.handled { signals in status = try run(signals) }
    if status != 0 { throw ExitCode(status) }
  }

  private func run(_ signals: Signals) throws -> Int32 {
    signals.tidy { RunningPrograms.end() }
    let host = try TerminalShellHost(functions, duckdb, signals)
    let shell = try Shell(host, database: database, files: functions.udf)
    // The process ends next, and frees everything anyway.
    _ = Unmanaged.passRetained(shell.lifetime)
    defer { host.end(shell.pools) }
    let status = try shell.run()
    try host.check()
    return status
  }
}
