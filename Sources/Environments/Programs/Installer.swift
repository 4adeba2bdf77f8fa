import Essentials
import PythonRuntime

/// The programs that can install packages.
package enum InstallerKind: String, Sendable { case uv, pip }

/// The program that puts packages into an environment.
struct Installer: Sendable {
  let kind: InstallerKind
  /// uv, or the Python whose module pip it is.
  let program: String
  /// As in "uv 0.9.1".
  let name: String

  /// uv where there is one: on `PATH`, or beside the Python that runs; else pip.
  ///
  /// - Parameter wanted: what to take alone.
  static func find(
    _ environment: [String: String], _ python: PythonInstallation, wanted: InstallerKind? = nil
  ) throws -> Installer {
    guard wanted != .pip else { return Installer(kind: .pip, program: python.executable, name: "pip") }
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let beside = [URL(fileURLWithPath: python.executable).deletingLastPathComponent().path, python.prefix + "/bin"]
    for folder in folders + beside where folder.hasPrefix("/") {
      let program = folder + "/uv"
      guard FileManager.default.isExecutableFile(atPath: program) else { continue }
      // A shim can be there for a uv that is not.
      let outcome = try? ProgramRun(program, ["--version"], environment: environment, deadline: .seconds(20)).wait()
      guard let outcome, outcome.succeeded else { continue }
      let version = outcome.messages.split(separator: " ").dropFirst().first ?? ""
      return Installer(kind: .uv, program: program, name: "uv \(version)")
    }
    guard wanted == nil else {
      throw EnvironmentError(.noInstaller, "There is no uv on PATH or beside \(python.executable).")
    }
    return Installer(kind: .pip, program: python.executable, name: "pip")
  }

  /// The environment that it runs in: the given one, so that its own settings hold, but for those that would have it install
  /// elsewhere, ask somebody, or load Pythons.
  static func environment(_ given: [String: String], indexURL: String?, isOffline: Bool) -> [String: String] {
    var environment = given
    let elsewhere = [
      "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIREMENT", "PIP_EDITABLE", "PIP_PYTHON",
      "PIP_REQUIRE_VIRTUALENV", "PIP_DRY_RUN", "PIP_REPORT", "PIP_ONLY_BINARY", "PIP_NO_BINARY", "UV_PYTHON",
      "UV_SYSTEM_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "UV_WORKING_DIRECTORY", "UV_NO_BINARY",
      "UV_ONLY_BINARY", "UV_COMPILE_BYTECODE",
      "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE",
      "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "__PYVENV_LAUNCHER__",
    ]
    for name in elsewhere { environment[name] = nil }
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    environment["PIP_NO_INPUT"] = "1"
    environment["PIP_ROOT_USER_ACTION"] = "ignore"
    environment["PIP_PROGRESS_BAR"] = "off"
    environment["UV_NO_PROGRESS"] = "1"
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    environment["NO_COLOR"] = "1"
    // Not on its command line, which everybody on the machine can read.
    if let indexURL {
      environment["PIP_INDEX_URL"] = indexURL
      environment["UV_DEFAULT_INDEX"] = indexURL
      environment["UV_INDEX_URL"] = nil
    }
    if isOffline {
      environment["UV_OFFLINE"] = "1"
      environment["PIP_NO_INDEX"] = "1"
      // Those of an index are not asked for with it.
      environment["PIP_INDEX_URL"] = nil
      environment["PIP_EXTRA_INDEX_URL"] = nil
    }
    return environment
  }

  /// The variables that change what is installed, without passwords: a part of what an environment is known by.
  static func settings(_ environment: [String: String]) -> [String] {
    let names = [
      "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_PRE", "PIP_CONSTRAINT",
      "PIP_CONFIG_FILE",
      "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
      "UV_INDEX_STRATEGY", "UV_PRERELEASE", "UV_RESOLUTION", "UV_EXCLUDE_NEWER", "UV_CONSTRAINT", "UV_OVERRIDE",
      "UV_CONFIG_FILE",
    ]
    return names.compactMap { name in environment[name].map { "\(name)=\(Secrets.withoutUsers($0))" } }
  }
}
