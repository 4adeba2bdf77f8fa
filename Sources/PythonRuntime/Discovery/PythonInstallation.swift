/// A CPython on this machine that can be loaded into the process.
public struct PythonInstallation: Sendable, Hashable {
  /// The interpreter program, in a virtual environment the environment's own.
  public let executable: String
  /// The version of the interpreter.
  public let version: PythonVersion
  /// The shared library that is loaded.
  public let library: String
  /// `sys.prefix`: the virtual environment, or where Python is installed.
  public let prefix: String
  /// The folders that packages are installed in.
  public let sitePackages: [String]
  /// What compiled modules must fit: the machine and its system, and the interface (`linux-x86_64`, `cpython-313-x86_64-linux-gnu`).
  package let platform, interface: String

  /// What a user should know before relying on this installation; empty for a fully supported one.
  public var warnings: [String] {
    if (version.major, version.minor) > (PythonVersion.newest.major, PythonVersion.newest.minor) {
      return ["CPython \(version) is newer than those that Clutch is tested on, \(PythonVersion.range)."]
    }
    guard version < .supported else { return [] }
    return [
      """
      CPython \(version) has known faults with isolated interpreters: an extension module that refuses to load \
      corrupts memory, `datetime` and `decimal` run as slow pure Python, ended interpreters leave memory behind. \
      Use CPython \(PythonVersion.range).
      """
    ]
  }
}

/// One place that was looked at for a CPython, and what came of it.
public struct PythonCandidate: Sendable, Hashable {
  /// Why a place was looked at.
  public enum Origin: String, Sendable, Hashable {
    case explicit = "given path"
    case environmentVariable = "CLUTCH_PYTHON"
    case ownEnvironment = "the environment that the program is installed in"
    case activeEnvironment = "VIRTUAL_ENV"
    case localEnvironment = ".venv in the working directory"
    case searchPath = "PATH"
    case pyenv = "pyenv"
    case system = "usual place"
  }

  /// What came of it.
  public enum Outcome: Sendable, Hashable {
    case accepted(PythonInstallation)
    /// Not usable, for this reason.
    case refused(String)
  }

  /// The program.
  public let path: String
  /// Why it was looked at.
  public let origin: Origin
  /// What came of it.
  public let outcome: Outcome

  /// The installation, if the candidate was accepted.
  public var installation: PythonInstallation? {
    if case .accepted(let installation) = outcome { installation } else { nil }
  }
}

extension PythonCandidate {
  /// The same, which says in the reason of a refusal who wanted it.
  func refusedBecause(_ origin: String?) -> PythonCandidate {
    guard let origin, case .refused(let reason) = outcome else { return self }
    return PythonCandidate(path: path, origin: self.origin, outcome: .refused("\(reason); \(origin)"))
  }
}
