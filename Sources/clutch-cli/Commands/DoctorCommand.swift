import ArgumentParser
import Clutch

/// `clutch doctor`: what was found on this machine, what was not, and what to do.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show which CPython and DuckDB are used, what else was tried, and what to do.",
    discussion: "Exits with 1 if something that is needed is missing.")

  @OptionGroup var python: PythonOptions
  @OptionGroup var duckdb: DuckDBOptions
  @Flag(help: "Print only the path of the Python that would be used, for scripts; DuckDB is not looked for.")
  var printPython = false

  func run() throws {
    if printPython { return try printPythonPath() }
    let installation = examinePython()
    print("")
    showBounds()
    print("")
    let library = examineDuckDB(installation)
    print("")
    guard installation != nil, library else {
      print("Something needed is missing: see \"what to do\" above.")
      throw ExitCode.failure
    }
    print("Everything needed is here.")
  }

  /// What is remembered may be what is wrong.
  private var discovery: PythonDiscovery {
    var discovery = python.discovery
    discovery.asksAnew = true
    return discovery
  }

  private func printPythonPath() throws {
    let candidates = discovery.search()
    guard let installation = PythonDiscovery.choose(from: candidates) else {
      throw CommandError(CPython.explanation(of: candidates))
    }
    print(installation.executable)
  }

  /// Nothing of it is needed.
  private func showBounds() {
    print("Policies in worker processes")
    print("  holds    CPython's audit hook: Python code")
    for (isThere, text) in WorkerBounds.description { print("  \(isThere ? "holds" : "lacks")    \(text)") }
  }

  // MARK: CPython

  private func examinePython() -> PythonInstallation? {
    print("CPython")
    let candidates = discovery.search(all: true)
    let started = Result { try CPython.start(python.discovery) }
    let chosen = try? started.get()
    for candidate in candidates { show(candidate, chosen) }
    switch started {
    case .failure(let error):
      // The reasons stand above already, unless it was not the search that failed.
      if candidates.contains(where: { $0.installation != nil }) { print("  fails    \(error)") }
      print("  what to do: install CPython \(PythonVersion.range) with its shared library,")
      print("              or name one with --python or CLUTCH_PYTHON")
      return nil
    case .success(let installation):
      for warning in installation.warnings { print("  warning: \(warning)") }
      return works(installation) ? installation : nil
    }
  }

  private func show(_ candidate: PythonCandidate, _ chosen: PythonInstallation?) {
    let place = "\(candidate.path) (\(candidate.origin.rawValue))"
    switch candidate.outcome {
    case .accepted(let installation) where installation == chosen:
      print("  taken    \(place): CPython \(installation.version)")
      print("           library \(installation.library)")
      for folder in installation.sitePackages { print("           packages \(folder)") }
    case .accepted(let installation): print("  usable   \(place): CPython \(installation.version)")
    case .refused(let reason): print("  refused  \(place): \(reason)")
    }
  }

  /// That a library loads proves little: an interpreter must start and compute.
  private func works(_ installation: PythonInstallation) -> Bool {
    do {
      let interpreter = try SubInterpreter()
      defer { interpreter.close() }
      let version = try interpreter.withGIL { py in
        try py.importModule("platform").callMethod("python_version").extract(String.self)
      }
      print("  works    an isolated interpreter of CPython \(version) starts, computes and ends")
      return true
    } catch {
      print("  fails    an isolated interpreter does not start: \(error)")
      print("  what to do: choose another CPython with --python or CLUTCH_PYTHON")
      return false
    }
  }

  // MARK: DuckDB

  private func examineDuckDB(_ installation: PythonInstallation?) -> Bool {
    print("DuckDB")
    let candidates = duckdb.candidates(installation)
    var isFound = false
    for candidate in candidates {
      switch candidate.outcome {
      case .accepted(let version):
        print("  taken    \(candidate.path) (\(candidate.origin)): DuckDB \(version)")
        isFound = works()
      case .refused(let error): print("  refused  \(candidate.path) (\(candidate.origin)): \(error.message)")
      }
      func works() -> Bool {
        do {
          let connection = try DuckDBDatabase(library: try duckdb.load(installation)).connect()
          try connection.run("SELECT 42")
          print("  works    a database opens and answers")
          return true
        } catch {
          print("  fails    \(error)")
          return false
        }
      }
    }
    if !isFound {
      let pip = installation.map { "\($0.executable) -m pip install duckdb" } ?? "python3 -m pip install duckdb"
      print("  what to do: \(pip)")
      print("              or name a libduckdb with --duckdb or CLUTCH_DUCKDB")
    }
    return isFound
  }
}
