import CPythonABI
import Functions
import HostSupport
import PythonRuntime

/// What the packages that a source has imported do without in an isolated interpreter.
package struct PackageFindings: Sendable {
  /// Why the source belongs in worker processes, in one sentence without a full stop; nil for one that does not.
  package let reason: String?
  /// What is to be told of one that stays, each in one sentence without a full stop.
  package let notes: [String]
  /// The modules that the source has imported and that are in no package: whatever they import, it does.
  package private(set) var files: [String]
  /// The folders of the packages that it has imported.
  package let folders: [String]
  /// Whether everything could be looked at.
  package let isComplete: Bool

  /// Which go on without their compiled modules, slower and with the same results: as tried, with the newest of each.
  private static let slower: Set<String> = [
    "aiohttp", "fastavro", "frozenlist", "markupsafe", "msgpack", "multidict", "pendulum", "propcache", "protobuf",
    "pymongo", "pyyaml", "rapidfuzz", "simplejson", "tornado", "websockets", "yarl", "zope-interface",
  ]
  /// Which are imported without their compiled modules and fail when they are used.
  private static let failing: Set<String> = ["polars", "cffi"]

  /// - Parameter packages: the packages without their compiled modules, by the names that their installer gives them, and
  ///   whether each was imported as a whole.
  init(packages: [(name: String, isWhole: Bool)], files: [String], folders: [String], isComplete: Bool) {
    (self.files, self.folders, self.isComplete) = (files, folders, isComplete)
    var (reasons, slower): ([String], [String]) = ([], [])
    // Failing comes first: of a package in several parts that is the one that people know.
    let sorted = packages.sorted {
      Self.failing.contains(Self.key($0.name)) && !Self.failing.contains(Self.key($1.name))
    }
    for package in sorted {
      let (name, key) = (package.name.cut(to: TextLimit.name), Self.key(package.name))
      if Self.failing.contains(key) {
        reasons.append("\(name) can be imported in isolated interpreters, and fails when it is used there")
      } else if Self.slower.contains(key) {
        slower.append(name)
      } else if package.isWhole {
        reasons.append("\(name) does without its compiled modules in isolated interpreters, and may not work so")
      } else {
        reasons.append("\(name) does not load in isolated interpreters, and what imports it does without")
      }
    }
    reason = reasons.first
    notes = Self.note(of: slower.sorted()).map { [$0] } ?? []
  }

  private static func note(of packages: [String]) -> String? {
    guard let last = packages.last else { return nil }
    guard packages.count > 1 else {
      return
        "\(last) runs without its compiled part in isolated interpreters, which is slower; --placement worker runs it with it"
    }
    return """
      \(Array(packages.dropLast()).listed()) and \(last) run without their compiled parts in isolated interpreters, which is \
      slower; --placement worker runs them with these
      """
  }

  /// A name as indexes compare names.
  private static func key(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 })
  }

  /// The same with the files of modules that failed: those that a traceback names.
  func adding(_ others: [String]) -> PackageFindings {
    var findings = self
    for file in others where file.hasPrefix("/") && !files.contains(file) { findings.files.append(file) }
    return findings
  }

  /// Asks the loader of the interpreter that the source was loaded in, or was not.
  ///
  /// - Parameter loader: its key.
  /// - Throws: `PythonError`.
  init(loader: Int, in py: borrowing Python) throws {
    guard let found = py.state.kept(loader) else { throw UDFError(.closed, "the UDF's module has been unloaded") }
    // Nothing of the user's runs, and what the answer takes is given back.
    py.state.memory.suspendLimit()
    defer { py.state.memory.resumeLimit() }
    py.api.pointee.Py_IncRef(found)
    let module = try py.state.own(found, py)
    let answer = try module.callMethod("missing", py.state.refusedModules.files)
    let missing = try answer.item(0)
    let packages = try (0..<missing.count()).map { place in
      let package = try missing.item(place)
      return (name: try package.item(0).extract(String.self), isWhole: try package.item(1).extract(Bool.self))
    }
    let (files, folders) = (try answer.item(1).extract([String].self), try answer.item(2).extract([String].self))
    self.init(
      packages: packages, files: files, folders: folders, isComplete: try answer.item(3).extract(Bool.self))
  }
}
