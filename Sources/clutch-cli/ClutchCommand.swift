import ArgumentParser
import Clutch
import Essentials
import HostSupport

struct ClutchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clutch",
    abstract: "Run Python functions over data, on every core, from SQL.",
    discussion: """
      Python functions marked with @udf become SQL functions. They run in isolated CPython interpreters, one per core, \
      each with its own GIL.
      """,
    version: clutchVersion,
    subcommands: [
      SQLCommand.self, ShellCommand.self, ServeCommand.self, NewCommand.self, CheckCommand.self, TestCommand.self,
      InspectCommand.self, VerifyCommand.self, EnvironmentCommand.self, DoctorCommand.self,
    ])
}

@main
enum Tool {
  /// On the main thread, where a command that is not asynchronous may block.
  @MainActor static func main() async {
    runWorkerIfAsked()
    StandardStreams.fill()
    SignalHandler.begin()
    CrashReport.install()
    do {
      var command = try parse(ShellCommand.implied(by: try arguments()))
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch {
      exit(error)
    }
    StandardError.finish()
  }

  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    guard let serve = arguments.first, serve == ServeCommand.configuration.commandName else {
      return try ClutchCommand.parseAsRoot(arguments)
    }
    let settings = try ServeArguments(Array(arguments.dropFirst()), ProcessInfo.processInfo.environment)
    let all = try [serve] + settings.complete()
    do { return try ClutchCommand.parseAsRoot(all) } catch {
      guard ClutchCommand.exitCode(for: error) != .success else { throw error }
      // What is set elsewhere stands in no command line that the user could look at.
      let message = ClutchCommand.message(for: error)
      let place = settings.place(of: message) { arguments in
        do {
          _ = try ClutchCommand.parseAsRoot([serve] + arguments)
          return nil
        } catch { return ClutchCommand.message(for: error) }
      }
      throw place.map { CommandError("\($0): \(message)") as any Error } ?? error
    }
  }

  /// Ends the process with an error, which, unlike ArgumentParser, that writes each byte by itself, is written in one
  /// piece.
  private static func exit(_ error: any Error) -> Never {
    let code = ClutchCommand.exitCode(for: error)
    guard code != .success else { ClutchCommand.exit(withError: error) }
    let message = ClutchCommand.fullMessage(for: error)
    if !message.isEmpty { StandardError.write(message + "\n") }
    StandardError.finish()
    Essentials.exit(code.rawValue)
  }

  /// - Throws: `CommandError` for an argument that is not text: it would name another file than the user means.
  private static func arguments() throws -> [String] {
    let arguments = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return try arguments.dropFirst().compactMap { $0 }.map { argument in
      guard let text = String(validatingCString: argument) else {
        throw CommandError(
          """
          The argument '\(String(escaping: argument))' is not UTF-8 text. If it is the name of a file, rename the file, or \
          make a link to it: ln -s OLD NEW.
          """)
      }
      return text
    }
  }
}
