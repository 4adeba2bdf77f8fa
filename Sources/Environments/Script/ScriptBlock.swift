import Essentials
public import Functions
import HostSupport
public import PythonRuntime

/// What a source says of the packages that it needs, in a block of comments as PEP 723 has it:
///
/// ```python
/// # /// script
/// # requires-python = ">=3.13"
/// # dependencies = ["numpy>=2", "scikit-learn==1.*"]
/// #
/// # [tool.clutch]
/// # placement = "worker"
/// # ///
/// ```
public struct ScriptBlock: Sendable, Hashable {
  /// The versions of CPython that it runs on; nil for any.
  public let requiresPython: PythonRequirement?
  /// The packages that it needs, as PEP 508 has them.
  public let dependencies: [String]
  /// Where it asks to run; nil for where it can.
  public let placement: Placement?
  /// How many worker processes it asks for.
  public let workers: Int?
  /// The Python that it asks for: a program or a virtual environment. A path is absolute, and begins at the file's folder
  /// where the file has a relative one.
  public let python: String?
  /// What messages call the source.
  let origin: String
  /// Other tools whose tables the block has, such as `uv`: Clutch does not read them.
  public let otherTools: [String]

  /// Reads the block of a source. Nothing of the source is run.
  ///
  /// A source without one costs nothing. Reading a block starts a Python program; the answer is remembered for later
  /// processes.
  ///
  /// - Parameter discovery: where a Python program that reads it is looked for; its requirements are left aside.
  /// - Returns: nil for a source that has no block.
  /// - Throws: ``EnvironmentError`` with code `badBlock`, line and column; `PythonRuntimeError` when there is no Python.
  public init?(of source: UDFSource, discovery: PythonDiscovery = PythonDiscovery()) throws {
    guard let text = try BlockText(of: source) else { return nil }
    let answer = try BlockReader(discovery).read(text, of: source)
    requiresPython = try answer.requiresPython.map { requirement in
      guard let read = PythonRequirement(requirement, of: source.name) else {
        let place = text.place(line: answer.requiresPythonPlace[0], column: answer.requiresPythonPlace[1])
        throw BlockText.error(
          source, place.line, place.column,
          "requires-python is '\(requirement)', which is no list of versions; write for example \">=3.13\" or \">=3.13, <3.15\"."
        )
      }
      return read
    }
    dependencies = answer.dependencies
    placement = answer.placement
    workers = answer.workers
    python = answer.python.map { Self.absolute($0, source) }
    otherTools = answer.otherTools
    origin = source.name
  }

  private static func absolute(_ python: String, _ source: UDFSource) -> String {
    guard !python.hasPrefix("/"), let file = source.path else { return python }
    if python.hasPrefix("~/") { return HomeFolder.expanding(python) }
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let path = URL(fileURLWithPath: python, relativeTo: folder).standardizedFileURL.path
    // A name alone is a program on PATH where there is no such environment.
    return python.contains("/") || ResolvedPath.isFolder(path) ? path : python
  }
}

extension PythonDiscovery {
  /// The same search for a Python that blocks ask for: only versions that all of them run on, and the program that one names
  /// where this search does not name one itself.
  ///
  /// - Throws: ``EnvironmentError`` with code `pythonDoesNotFit` when two blocks name different programs: there is one
  ///   CPython in a process.
  public func fitting(_ blocks: [ScriptBlock]) throws(EnvironmentError) -> PythonDiscovery {
    var search = self
    for requirement in blocks.compactMap(\.requiresPython) where !search.requirements.contains(requirement) {
      search.requirements.append(requirement)
    }
    guard explicitPath == nil else { return search }
    var programs: [(path: String, origin: String)] = []
    for block in blocks {
      guard let path = block.python, !programs.contains(where: { $0.path == path }) else { continue }
      programs.append((path, block.origin))
    }
    guard programs.count < 2 else {
      let asked = programs.map { "\($0.origin) for \($0.path)" }
      throw EnvironmentError(
        .pythonDoesNotFit,
        """
        Two files ask for different Pythons, and a process runs one: \(asked.listed(separator: " and ")). Name the one to \
        take (--python), or use one file at a time.
        """)
    }
    search.explicitOrigin = programs.first.map {
      "\($0.origin) asks for it in its block '# /// script' ([tool.clutch] python): correct it there, or name one with --python"
    }
    search.explicitPath = programs.first?.path
    return search
  }
}
