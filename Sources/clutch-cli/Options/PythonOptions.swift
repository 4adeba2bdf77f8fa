import ArgumentParser
import Clutch

/// The options that choose a CPython, and what every subcommand does with them.
struct PythonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The Python to use: a program, or a virtual environment's folder.",
      discussion: "Default: CLUTCH_PYTHON, then the active or local virtual environment, PATH, pyenv, usual places.",
      valueName: "path"))
  var python: String?

  var discovery: PythonDiscovery { PythonDiscovery(explicitPath: python) }

  /// Starts CPython and says on standard error what a user should know of it.
  ///
  /// - Parameters:
  ///   - search: the one to take in the place of `discovery`.
  ///   - willStart: called once it is known which one starts, before it has.
  func start(
    _ search: PythonDiscovery? = nil, willStart: (PythonInstallation) -> Void = { _ in }
  ) throws -> PythonInstallation {
    let installation = try CPython.start(search ?? discovery, willStart: willStart)
    for warning in installation.warnings { complain("warning: \(warning)") }
    return installation
  }
}
