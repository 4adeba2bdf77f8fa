import Essentials
package import Functions
import HostSupport
package import PythonRuntime

/// Finds the versions of a source's packages and the hashes of their files, and writes them beside the file.
package enum LockMaking {
  /// Where the lock of a UDF file is, if it has one.
  package static func path(ofFile file: String) -> String { file + LockFile.suffix }

  /// - Returns: the path of the lock.
  /// - Throws: `EnvironmentError`.
  package static func lock(
    _ source: UDFSource, discovery: PythonDiscovery, options: EnvironmentOptions
  ) throws -> String {
    guard let path = LockFile.path(of: source) else {
      throw EnvironmentError(.badLock, "\(source.name) is in no file, so it cannot have a lock beside it.")
    }
    guard let block = try ScriptBlock(of: source, discovery: discovery), !block.dependencies.isEmpty else {
      throw EnvironmentError(
        .badLock, "\(source.name) has no block '# /// script' with dependencies, so there is nothing to lock.")
    }
    try EnvironmentRequest.check(block.dependencies, for: source.name, options)
    try refuseUsers(in: block.dependencies.compactMap { Requirement($0) }, of: source)
    let python = try PythonChoice.installation(discovery.fitting([block]))
    let installer = try Installer.find(options.environment, python, wanted: options.installer)
    options.progress("\(source.name): looking for its packages (\(installer.kind.rawValue), CPython \(python.version))")
    let pins =
      switch installer.kind {
      case .uv: try uvPins(block, installer, python, source, options)
      case .pip: try pipPins(block, python, source, options)
      }
    try check(pins, of: source)
    let text = LockFile.text(of: source, block, pins: pins, python: "\(python.version)")
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      let reason = SystemError(behind: error)?.description ?? "\(error)"
      throw EnvironmentError(.badLock, "\(path) cannot be written: \(reason)")
    }
    return path
  }

  /// A lock is for everybody who has the file.
  private static func refuseUsers(in requirements: [Requirement], of source: UDFSource) throws(EnvironmentError) {
    guard let secret = requirements.first(where: \.hasUser) else { return }
    throw EnvironmentError(
      .badLock,
      """
      \(source.name) cannot be locked: the address of \(secret.name) has a name or a password in it, which would stand in the \
      lock. Leave them out, and give them to the installer: in .netrc, or in a keyring.
      """)
  }

  /// Sees to it that what an installer has found can be installed again with hashes.
  private static func check(_ pins: String, of source: UDFSource) throws(EnvironmentError) {
    guard let pins = LockPin.all(in: pins) else {
      throw EnvironmentError(
        .badLock, "The installer gave more than packages with hashes for \(source.name), so it cannot be locked.")
    }
    try refuseUsers(in: pins.map(\.requirement), of: source)
    for pin in pins where pin.hashCount == 0 { throw noHash(pin.requirement.text) }
  }

  private static func noHash(_ package: String) -> EnvironmentError {
    EnvironmentError(.badLock, "\(Secrets.withoutUsers(package)) is no file with a hash, so it cannot be locked.")
  }

  private static func uvPins(
    _ block: ScriptBlock, _ installer: Installer, _ python: PythonInstallation, _ source: UDFSource,
    _ options: EnvironmentOptions
  ) throws -> String {
    let only = options.allowsBuilds ? [] : ["--only-binary", ":all:"]
    let arguments = [
      "pip", "compile", "-", "--generate-hashes", "--no-header", "--no-annotate", "--python", python.executable,
    ]
    let output = try run(installer.program, arguments + only, block, python, source, options)
    return String(decoding: output, as: UTF8.self)
  }

  /// What pip reports of an installation that it would make.
  private struct Report: Decodable {
    struct Item: Decodable {
      struct Metadata: Decodable { let name, version: String }
      struct Download: Decodable {
        struct Archive: Decodable { let hashes: [String: String]? }
        let url: String
        let archive_info: Archive?
      }
      let metadata: Metadata
      let download_info: Download
      let is_direct: Bool?
    }
    let install: [Item]
  }

  private static func pipPins(
    _ block: ScriptBlock, _ python: PythonInstallation, _ source: UDFSource, _ options: EnvironmentOptions
  ) throws -> String {
    let arguments = ["install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", "-r", "/dev/stdin"]
    let pip = PipRun(folder: nil, allowsBuilds: options.allowsBuilds)
    let output = try run(python.executable, pip.arguments(arguments), block, python, source, options)
    guard let report = try? JSONDecoder().decode(Report.self, from: output) else {
      throw EnvironmentError(.badLock, "pip gave no report of what it would install for \(source.name).")
    }
    return try report.install.sorted { $0.metadata.name < $1.metadata.name }.map { item in
      guard let hash = item.download_info.archive_info?.hashes?["sha256"] else {
        throw noHash("\(item.metadata.name) \(item.metadata.version)")
      }
      let name = item.metadata.name
      let pin =
        item.is_direct == true
        ? "\(name) @ \(Secrets.withoutUsers(item.download_info.url))" : "\(name)==\(item.metadata.version)"
      return "\(pin) \\\n    --hash=sha256:\(hash)\n"
    }.joined()
  }

  private static func run(
    _ program: String, _ arguments: [String], _ block: ScriptBlock, _ python: PythonInstallation, _ source: UDFSource,
    _ options: EnvironmentOptions
  ) throws -> Data {
    let environment = Installer.environment(
      options.environment, indexURL: options.indexURL, isOffline: options.isOffline)
    let secrets = Secrets(options.environment, block.dependencies + [options.indexURL ?? ""])
    let run = try ProgramRun(
      program, arguments, environment: environment, folder: FileManager.default.temporaryDirectory.path,
      input: Data((block.dependencies.joined(separator: "\n") + "\n").utf8), separatesOutput: true,
      deadline: options.buildTimeout)
    let outcome = try run.wait(while: options.isWanted)
    guard outcome.succeeded else {
      throw EnvironmentError(
        .buildFailed,
        """
        The packages of \(source.name) cannot be locked for CPython \(python.version):
        \(secrets.masked(outcome.messages))
        """)
    }
    return outcome.output
  }
}
