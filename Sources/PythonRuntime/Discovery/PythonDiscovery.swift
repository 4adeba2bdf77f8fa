import Essentials
import HostSupport

/// Looks for a CPython to load: the candidates in order, and why each was taken or refused.
public struct PythonDiscovery: Sendable {
  /// A Python program, or a virtual environment, that must be used; nothing else is tried.
  public var explicitPath: String?
  /// What to say of an explicit path that is no use, where it was given in another way than this search's own; nil for
  /// nothing.
  package var explicitOrigin: String?
  /// The process environment; `CLUTCH_PYTHON`, `VIRTUAL_ENV`, `PATH`, `PYENV_ROOT` and `HOME` are read, and `CLUTCH_CACHE`
  /// and `XDG_CACHE_HOME` for the folder in which answers are remembered.
  public var environment: [String: String]
  /// Where `.venv` is looked for.
  public var workingDirectory: String
  /// The versions that are taken alone; all of these must hold.
  public var requirements: [PythonRequirement] = []
  /// Whether every candidate is started, also one whose answer is remembered from an earlier search.
  public var asksAnew = false
  /// Programs in places that an installer or a system uses; a test may shorten this list.
  package var usualPlaces: [String] = PythonDiscovery.usualPlaces
  /// The running program as it was called, links not followed; nil if that is not known.
  package var program: String? = PythonDiscovery.calledProgram

  /// A search of this machine.
  ///
  /// - Parameters:
  ///   - explicitPath: a Python program, or a virtual environment's folder; only this is then tried.
  ///   - environment: the environment to read; this process's own by default.
  ///   - workingDirectory: where `.venv` is looked for; the process's own by default.
  public init(
    explicitPath: String? = nil, environment: [String: String]? = nil, workingDirectory: String? = nil
  ) {
    self.explicitPath = explicitPath
    self.environment = environment ?? ProcessInfo.processInfo.environment
    self.workingDirectory = workingDirectory ?? FileManager.default.currentDirectoryPath
  }

  /// The candidates looked at, in order, up to the one that is taken.
  ///
  /// A path given by the caller or by `CLUTCH_PYTHON` is the only candidate, and so is, for a program that pip or uv has
  /// installed into a virtual environment, that environment. Otherwise the first supported version is taken; where there is
  /// none, the first tolerated one. Each candidate costs the start of one Python program,
  /// unless an earlier search, also of another process, has started it and nothing has changed since.
  ///
  /// - Parameter all: looks at every candidate, also those after the one that is taken, for a report.
  public func search(all: Bool = false) -> [PythonCandidate] {
    if let explicitPath { return [examine(explicitPath, .explicit).refusedBecause(explicitOrigin)] }
    if let path = environment["CLUTCH_PYTHON"], !path.isEmpty { return [examine(path, .environmentVariable)] }
    // With another Python its packages would not be there.
    if let own = ownEnvironment { return [examine(own, .ownEnvironment)] }
    var candidates: [PythonCandidate] = []
    var seen: Set<String> = []
    for (path, origin) in places() where seen.insert(path).inserted {
      let candidate = examine(path, origin)
      candidates.append(candidate)
      if !all, Self.choose(from: candidates, final: false) != nil { break }
    }
    return candidates
  }

  /// The installation to take of these candidates, or nil.
  public static func choose(from candidates: [PythonCandidate]) -> PythonInstallation? {
    choose(from: candidates, final: true)
  }

  /// A merely tolerated version wins only where the user points at it, or when the search found no better one.
  private static func choose(from candidates: [PythonCandidate], final: Bool) -> PythonInstallation? {
    let pointedAt: Set<PythonCandidate.Origin> = [
      .explicit, .environmentVariable, .ownEnvironment, .activeEnvironment, .localEnvironment,
    ]
    let best = candidates.first { candidate in
      guard let version = candidate.installation?.version else { return false }
      return version >= .supported || pointedAt.contains(candidate.origin)
    }
    return best?.installation ?? (final ? candidates.lazy.compactMap(\.installation).first : nil)
  }

  // MARK: Places

  /// The virtual environment in whose `bin` the program is called, or nil. A link to it from elsewhere, as installers of tools
  /// make, is no call there: such a tool serves whatever environment is active.
  private var ownEnvironment: String? {
    guard let program, let end = program.lastIndex(of: "/") else { return nil }
    let folder = URL(fileURLWithPath: String(program[..<end])).standardizedFileURL
    let root = folder.deletingLastPathComponent().path
    return FileManager.default.fileExists(atPath: root + "/pyvenv.cfg") ? root : nil
  }

  /// As a shell finds it, from what the process was started with.
  private static let calledProgram: String? = {
    guard let name = CommandLine.arguments.first, !name.isEmpty else { return nil }
    if name.contains("/") { return URL(fileURLWithPath: name).path }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  private func places() -> [(String, PythonCandidate.Origin)] {
    var places: [(String, PythonCandidate.Origin)] = []
    if let active = environment["VIRTUAL_ENV"], !active.isEmpty { places.append((active, .activeEnvironment)) }
    let local = workingDirectory + "/.venv"
    if FileManager.default.fileExists(atPath: local) { places.append((local, .localEnvironment)) }
    places += onSearchPath().map { ($0, .searchPath) }
    places += underPyenv().map { ($0, .pyenv) }
    places += usualPlaces.filter { FileManager.default.isExecutableFile(atPath: $0) }.map { ($0, .system) }
    return places
  }

  private static let programNames = ["python3.15", "python3.14", "python3.13", "python3"]

  private func onSearchPath() -> [String] {
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    return Self.programNames.flatMap { name in
      folders.map { "\($0)/\(name)" }.filter { FileManager.default.isExecutableFile(atPath: $0) }
    }
  }

  /// The newest versions first, because nothing says which of them the user would want.
  private func underPyenv() -> [String] {
    let root = environment["PYENV_ROOT"] ?? (environment["HOME"] ?? "") + "/.pyenv"
    let folder = root + "/versions"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let versions = names.compactMap { name in PythonVersion(parsing: name).map { (name: name, version: $0) } }
    return versions.sorted { $0.version > $1.version }.map { "\(folder)/\($0.name)/bin/python3" }
      .filter { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static let usualPlaces: [String] =
    programNames.flatMap { name in
      ["/usr/local/bin/\(name)", "/usr/bin/\(name)", "/opt/homebrew/bin/\(name)"]
    } + ["/Library/Frameworks/Python.framework/Versions/Current/bin/python3"]

  // MARK: One candidate

  /// A folder is taken as a virtual environment; a bare name is looked up on `PATH`, as a shell does.
  private func examine(_ path: String, _ origin: PythonCandidate.Origin) -> PythonCandidate {
    var program = path
    if ResolvedPath.isFolder(path) {
      program = path + "/bin/python3"
      guard FileManager.default.isExecutableFile(atPath: program) else {
        return PythonCandidate(
          path: path, origin: origin,
          outcome: .refused("the folder holds no bin/python3: it is no virtual environment"))
      }
    } else if !path.contains("/"), let found = lookUp(path) {
      program = found
    }
    // A version folder of pyenv says its version: an old one need not be started to be refused.
    if origin == .pyenv, let name = program.split(separator: "/").dropLast(2).last,
      let version = PythonVersion(parsing: name), version < .tolerated
    {
      return PythonCandidate(path: program, origin: origin, outcome: .refused(PythonProbe.tooOld(version)))
    }
    let outcome = PythonProbe.examine(program, ProgramAnswers(environment, asksAnew: asksAnew))
    if case .accepted(let installation) = outcome, let refusal = refusal(of: installation) {
      return PythonCandidate(path: program, origin: origin, outcome: .refused(refusal))
    }
    return PythonCandidate(path: program, origin: origin, outcome: outcome)
  }

  /// Why an installation is none that is asked for, or nil.
  package func refusal(of installation: PythonInstallation) -> String? {
    requirements.lazy.compactMap { $0.refusal(of: installation.version) }.first
  }

  private func lookUp(_ name: String) -> String? {
    (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
