import Foundation
import PythonRuntime

/// A folder of packages that installers take them from, in the place of an index, and a cache of environments; both go away
/// with this object.
package final class WheelFolder: Sendable {
  package let folder: TemporaryFolder
  private let python: PythonInstallation

  package init() throws {
    folder = try TemporaryFolder()
    python = try Checkout.python()
    try folder.write("wheels/.keep", "")
  }

  deinit {
    // What has been built cannot be written to, and so not be removed.
    _ = try? Process.run(URL(fileURLWithPath: "/bin/chmod"), arguments: ["-R", "u+w", folder.path]).waitUntilExit()
  }

  package var wheels: String { folder.path + "/wheels" }
  package var cache: String { folder.path + "/cache" }

  /// What is put into it: a wheel of a module, sources of one, or a wheel of a line that Python runs when it starts.
  package enum Kind: String { case wheel, sdist, pth }

  /// Puts a module into it as a package.
  ///
  /// - Returns: the file.
  @discardableResult
  package func add(
    _ name: String, _ version: String, _ source: String = "", requires: [String] = [], as kind: Kind = .wheel
  ) throws -> String {
    let script = try Checkout.path("Tests/TestSupport/Wheels/make_wheel.py")
    let end = try RunningProgram(
      python.executable, ["-I", script, wheels, kind.rawValue, name, version, source] + requires,
      in: folder.path, environment: ProcessInfo.processInfo.environment
    ).end()
    guard end.status == .exited(0) else { throw Failure(description: "\(end)") }
    return end.output.trimmingCharacters(in: .newlines)
  }

  private struct Failure: Error, CustomStringConvertible { let description: String }

  /// What uv and pip are told: to take packages from here alone, and to keep nothing elsewhere.
  package var variables: [String: String] {
    [
      "CLUTCH_CACHE": cache, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels, "PIP_CONFIG_FILE": "/dev/null",
      "PIP_CACHE_DIR": folder.path + "/pip", "PIP_RETRIES": "0", "UV_OFFLINE": "1", "UV_FIND_LINKS": wheels,
      "UV_CACHE_DIR": folder.path + "/uv", "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1",
    ]
  }
}
