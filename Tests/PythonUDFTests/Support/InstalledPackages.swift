import Foundation
import PythonRuntime
import PythonUDF
import TestSupport

/// A folder of packages as an installer leaves it, to be loaded with.
extension TemporaryFolder {
  /// Installs a package.
  ///
  /// - Parameters:
  ///   - modules: its files with their texts.
  ///   - compiled: files that its list has too, and that are there without being modules.
  func install(_ name: String, _ modules: [String: String], compiled: [String] = []) throws {
    for (file, text) in modules { try write(file, text) }
    for file in compiled { try write(file, "no module") }
    let files = modules.keys.sorted() + compiled
    let folder = name.replacing("-", with: "_") + "-1.0.dist-info"
    try write(
      folder + "/RECORD",
      files.map { "\($0),sha256=abc,10\n" }.joined() + "\"\(folder)/a, b.txt\",sha256=abc,10\n\(folder)/RECORD,,\n")
  }

  /// Options of a source that is loaded with these packages, on one host, with nothing kept for later processes.
  func options(cache: String = "") throws -> HostOptions {
    var environment = ProcessInfo.processInfo.environment
    environment["CLUTCH_CACHE"] = cache
    return HostOptions(
      interpreters: 1, worker: try Checkout.clutch(), environment: UDFEnvironment(sitePackages: [path]),
      discovery: PythonDiscovery(environment: environment))
  }
}
