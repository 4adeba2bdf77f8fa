import Environments
import Foundation
import Functions
import PythonRuntime
import TestSupport

extension WheelFolder {
  /// Options that install from here.
  func options(
    _ installer: InstallerKind? = nil, packages: [String] = [], variables: [String: String?] = [:],
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) -> EnvironmentOptions {
    var environment = ProcessInfo.processInfo.environment
    environment.merge(self.variables) { $1 }
    for (name, value) in variables { environment[name] = value }
    var options = EnvironmentOptions(packages: packages, environment: environment, progress: progress)
    options.installer = installer
    return options
  }

  /// A file that asks for packages, and a function that calls one.
  func source(
    _ name: String, asking dependencies: [String], more: String = "", body: String = ""
  ) throws -> UDFSource {
    let list = dependencies.map { "#   \"\($0)\",\n" }.joined()
    let text = "# /// script\n# dependencies = [\n\(list)# ]\n\(more)# ///\nfrom clutch import udf\n\(body)\n"
    return try UDFSource(file: folder.write(name, text))
  }

  /// Everything there is of environments.
  func entries() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache + "/environments")) ?? []).sorted()
  }

  /// Those of it that are environments, whole or not.
  func builtOrBegun() -> [String] { entries().filter { !$0.hasSuffix(".lock") && !$0.hasSuffix(".used") } }
}

extension PythonDiscovery {
  /// The Python of the checkout.
  static func ofCheckout(_ options: EnvironmentOptions) throws -> PythonDiscovery {
    PythonDiscovery(explicitPath: try Checkout.environment(), environment: options.environment)
  }
}

/// What a source asks for, prepared with the Python of the checkout.
func prepare(_ source: UDFSource, _ options: EnvironmentOptions) throws -> UDFEnvironment? {
  try UDFEnvironment.prepare(for: source, discovery: .ofCheckout(options), options: options)
}

/// The installers that there are here.
enum Installers {
  static let all: [InstallerKind] = {
    let uv = (try? Checkout.environment()).map { $0 + "/bin/uv" } ?? ""
    return FileManager.default.isExecutableFile(atPath: uv) ? [.uv, .pip] : [.pip]
  }()
}
