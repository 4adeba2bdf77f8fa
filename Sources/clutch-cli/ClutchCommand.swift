import ArgumentParser

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
}
