import Essentials
import Functions
import PythonRuntime
import Synchronization

/// The packages of the sources that were loaded in this process's main interpreter, where every module is there once and for
/// all: a source would get another one's version of a package without noticing.
enum MainEnvironments {
  private struct Source {
    let name: String
    let environment: UDFEnvironment?
    var folders: [String] { environment?.sitePackages ?? [] }
  }

  private static let taken = Mutex<[Source]>([])

  /// Notes the packages of a source that is about to be loaded there.
  ///
  /// - Throws: `UDFError` with code `incompatible` when an earlier one has others.
  static func take(
    _ source: UDFSource, _ environment: UDFEnvironment?, _ installation: PythonInstallation
  ) throws(UDFError) {
    let new = Source(name: source.name, environment: environment)
    let problem = taken.withLock { taken -> String? in
      for old in taken where old.folders != new.folders {
        if let problem = conflict(old, new, installation) { return problem }
      }
      if !taken.contains(where: { $0.name == new.name && $0.folders == new.folders }) { taken.append(new) }
      return nil
    }
    if let problem { throw UDFError(.incompatible, problem) }
  }

  private static func conflict(_ old: Source, _ new: Source, _ installation: PythonInstallation) -> String? {
    let who = old.name == new.name ? "an earlier version of it, which ran there," : "\(old.name), which runs there too,"
    let advice = """
      the main interpreter has one version of a package for as long as the process lives. Place one of them elsewhere \
      (placement = "worker"), or start anew.
      """
    let start = "\(new.name) cannot be loaded in the main interpreter: \(who)"
    guard old.environment == nil || new.environment == nil else {
      return "\(start) has another environment of packages, and \(advice)"
    }
    // One of them has Python's own packages, which matter where both have one.
    let own = Self.distributions(of: installation)
    for package in (old.environment ?? new.environment)?.distributions ?? [] {
      guard let other = own[package.name], other != package.version else { continue }
      let (its, others) = new.environment == nil ? (other, package.version) : (package.version, other)
      return "\(start) has \(package.name) \(others) where \(new.name) has \(its), and \(advice)"
    }
    return nil
  }

  /// The versions of the packages that are installed for a Python itself.
  private static func distributions(of installation: PythonInstallation) -> [String: String] {
    var versions: [String: String] = [:]
    for folder in installation.sitePackages {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      where name.hasSuffix(".dist-info") {
        let parts = name.dropLast(".dist-info".count).split(separator: "-")
        guard parts.count == 2 else { continue }
        let normal = String(parts[0].lowercased().map { "_.".contains($0) ? "-" : $0 })
        versions[normal] = versions[normal] ?? String(parts[1])
      }
    }
    return versions
  }
}
