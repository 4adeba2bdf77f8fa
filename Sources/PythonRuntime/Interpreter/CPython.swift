import CPythonABI
import Synchronization

/// The one CPython of this process: started by the first interpreter that is made, ended by `shutDown` or never.
///
/// All members may be used from any thread.
public enum CPython {
  /// Where the process stands. Each change goes forward only.
  private enum State {
    /// Nothing is loaded; → `running`, or `failed` when the library was loaded and then did not start.
    case idle
    /// Interpreters can be made; → `shutDown`.
    case running(PythonProcess)
    /// CPython did not start, and a second try in the same process would not be safe.
    case failed(PythonRuntimeError)
    /// CPython was finalised; it cannot be started again, because its extension modules cannot.
    case shutDown
  }

  private static let state = Mutex(State.idle)

  /// Loads and starts CPython, once for the process; later calls return what is running.
  ///
  /// Every `SubInterpreter` does this by itself. Call it to choose the installation, or to learn which was taken.
  ///
  /// - Parameter discovery: where to look. When CPython runs already, an explicit path in it must be that of the
  ///   running one.
  /// - Returns: the installation that runs.
  /// - Throws: `PythonRuntimeError`: nothing found (with every candidate and why it was refused), not loadable, or
  ///   not started.
  @discardableResult
  public static func start(_ discovery: PythonDiscovery = PythonDiscovery()) throws -> PythonInstallation {
    try process(discovery).installation
  }

  /// Does what `start` does, and lets the caller do other work while CPython starts.
  ///
  /// - Parameter willStart: called once the library is loaded, and not when CPython runs already.
  package static func start(
    _ discovery: PythonDiscovery, willStart: (PythonInstallation) -> Void
  ) throws -> PythonInstallation {
    try process(discovery, willStart: willStart).installation
  }

  /// The installation that runs, or nil before the first start.
  public static var installation: PythonInstallation? {
    state.withLock { if case .running(let process) = $0 { process.installation } else { nil } }
  }

  /// How many interpreters are alive; the main one counts once for each that runs code in it.
  public static var interpreterCount: Int {
    state.withLock { if case .running(let process) = $0 { process.interpreterCount } else { 0 } }
  }

  /// How many interpreters could not be ended, because their thread hangs or threads of user code still run in them.
  public static var abandonedInterpreterCount: Int {
    state.withLock { if case .running(let process) = $0 { process.abandonedCount } else { 0 } }
  }

  /// Ends every interpreter, joins their threads, and finalises CPython, for good.
  ///
  /// Work that is under way in an interpreter finishes first. Not needed before a process exits: it is for hosts that
  /// go on and want the memory back. Must not be called from inside `withGIL`.
  ///
  /// - Throws: `PythonRuntimeError` when CPython reports that it could not finalise cleanly.
  public static func shutDown() throws {
    let process: PythonProcess? = state.withLock { state in
      guard case .running(let process) = state else { return nil }
      state = .shutDown
      return process
    }
    try process?.shutDown()
  }

  package static func process(
    _ discovery: PythonDiscovery, willStart: (PythonInstallation) -> Void = { _ in }
  ) throws -> PythonProcess {
    try state.withLock { state in
      switch state {
      case .running(let process):
        if let refusal = discovery.refusal(of: process.installation) {
          throw PythonRuntimeError(
            .startFailed,
            "\(refusal); this process runs \(process.installation.executable) already, and can run no other")
        }
        if let path = discovery.explicitPath { try process.requireSame(as: path, discovery) }
        return process
      case .failed(let error):
        throw error
      case .shutDown:
        throw PythonRuntimeError(.shutDown, "Python has been shut down in this process and cannot be started again")
      case .idle:
        let (installation, api) = try find(discovery)
        willStart(installation)
        do {
          let process = try PythonProcess(starting: installation, api)
          state = .running(process)
          return process
        } catch let error as PythonRuntimeError {
          state = .failed(error)
          throw error
        }
      }
    }
  }

  /// The first installation whose library loads; one that does not load counts as refused.
  private static func find(_ discovery: PythonDiscovery) throws -> (PythonInstallation, PythonAPI) {
    var candidates = discovery.search()
    var searchedAll = false
    while true {
      if let installation = PythonDiscovery.choose(from: candidates) {
        do { return (installation, try PythonLibrary.load(installation.library)) } catch {
          let failed = candidates.firstIndex { $0.installation == installation }
          if !searchedAll {
            candidates = discovery.search(all: true)
            searchedAll = true
          }
          if let failed { candidates = candidates.refusing(failed, because: error.message) }
        }
      } else {
        throw PythonRuntimeError(.pythonNotFound, explanation(of: candidates))
      }
    }
  }

  /// The message for a machine without a usable CPython: every candidate, why it was refused, and what to do.
  public static func explanation(of candidates: [PythonCandidate]) -> String {
    var lines = [
      "No usable CPython was found. Clutch needs CPython \(PythonVersion.range) with its shared library."
    ]
    if candidates.isEmpty { lines.append("No candidate is on PATH, under pyenv or in the usual places.") }
    for candidate in candidates {
      guard case .refused(let reason) = candidate.outcome else { continue }
      lines.append("  \(candidate.path) (\(candidate.origin.rawValue)): \(reason)")
    }
    if candidates.contains(where: { $0.origin == .ownEnvironment }) {
      lines.append(
        """
        Install it into an environment of such a Python (python3.13 -m venv FOLDER, or uv venv --python 3.13), or name \
        another one: set CLUTCH_PYTHON to a Python program or a virtual environment.
        """)
    } else {
      lines.append("Install one, or name one: set CLUTCH_PYTHON to a Python program or a virtual environment.")
    }
    return lines.joined(separator: "\n")
  }
}

extension [PythonCandidate] {
  fileprivate func refusing(_ index: Int, because reason: String) -> [PythonCandidate] {
    var candidates = self
    let old = candidates[index]
    candidates[index] = PythonCandidate(path: old.path, origin: old.origin, outcome: .refused(reason))
    return candidates
  }
}
