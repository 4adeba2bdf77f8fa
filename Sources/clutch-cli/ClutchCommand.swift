import ArgumentParser
import Foundation

@main
struct ClutchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clutch",
    abstract: "Run Python functions over data, on every core, from SQL.",
    discussion: """
      Python functions marked with @udf become SQL functions. They run in isolated CPython interpreters, one per core, \
      each with its own GIL.
      """,
    version: "0.1.0",
    subcommands: [SQLCommand.self, InspectCommand.self, DoctorCommand.self])

  /// Runs the command line and, unlike ArgumentParser, which writes each byte by itself, an error in one piece.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      let message = fullMessage(for: error)
      if !message.isEmpty { StandardError.write(message + "\n") }
      Foundation.exit(code.rawValue)
    }
  }
}
