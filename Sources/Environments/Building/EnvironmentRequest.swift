import Functions
import HostSupport
import PythonRuntime

/// What an environment is to be: all that decides what will be in it.
struct EnvironmentRequest {
  let source: UDFSource
  let requirements: [String]
  let requiresPython: String?
  let lock: LockFile?
  let python: PythonInstallation
  let options: EnvironmentOptions

  /// Nil when there is nothing to install.
  init?(
    _ source: UDFSource, _ block: ScriptBlock?, _ python: PythonInstallation, _ options: EnvironmentOptions
  ) throws(EnvironmentError) {
    let own = block?.dependencies ?? []
    requirements = own + options.packages.filter { !own.contains($0) }
    guard !requirements.isEmpty else { return nil }
    try Self.check(own, for: source.name, options)
    try Self.check(options.packages, for: "--with", options)
    self.source = source
    requiresPython = block?.requiresPython?.description
    self.python = python
    self.options = options
    if let block, !own.isEmpty {
      lock = try LockFile(of: source, block)
      try lock?.check(options)
    } else {
      lock = nil
    }
    if let lock, requirements.count > own.count {
      throw EnvironmentError(
        .badLock,
        """
        \(source.name) is locked by \(lock.path), which has no hashes for \(options.packages.listed()): name the packages in \
        the file and lock it anew, or remove the lock.
        """)
    }
  }

  /// Sees to it that an installer reads packages, and no more, and builds none that must not be built.
  ///
  /// - Throws: `EnvironmentError` with code `badRequirement`.
  static func check(
    _ requirements: [String], for asker: String, _ options: EnvironmentOptions
  ) throws(EnvironmentError) {
    for text in requirements {
      guard let requirement = Requirement(text) else {
        throw EnvironmentError(
          .badRequirement,
          """
          \(asker) asks for '\(Secrets.withoutUsers(text))', which is no requirement; write a package's name, and versions of \
          it if need be, as in "numpy>=2".
          """)
      }
      try requirement.check(for: asker, options)
    }
  }

  /// What the installer sees of the process environment.
  var installerEnvironment: [String: String] {
    Installer.environment(options.environment, indexURL: options.indexURL, isOffline: options.isOffline)
  }

  /// What the environment is known by: 64 hexadecimal digits. Passwords have no part in it, nor has whether there is a
  /// network.
  var key: String {
    let settings = Installer.environment(options.environment, indexURL: options.indexURL, isOffline: false)
    let parts =
      ["environment \(EnvironmentRecord.currentFormat)"] + requirements.map(Secrets.withoutUsers).sorted()
      + ["requires-python \(requiresPython ?? "")", "lock \(lock.map { sha256($0.text.utf8) } ?? "")"]
      + ["python \(python.version) \(python.interface) \(python.platform)", "builds \(options.allowsBuilds)"]
      + Installer.settings(settings)
    return sha256(parts.joined(separator: "\n").utf8)
  }
}
