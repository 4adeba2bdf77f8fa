import Foundation
package import PythonRuntime

/// What `make test` puts into the checkout before it runs the tests.
package enum Checkout {
  /// What is missing, and what to do.
  package struct Missing: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String) { description = "\(what) is missing: run `make test`, which sets it up" }
  }

  /// The package's root folder.
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// A path in the root folder that must be there.
  package static func path(_ name: String) throws -> String {
    let path = "\(root)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { throw Missing(path) }
    return path
  }

  /// The virtual environment with the DuckDB packages.
  package static func environment() throws -> String { try path(".venv") }

  /// The Python of the virtual environment.
  package static func python() throws -> PythonInstallation { try found.get() }

  /// Asked once: it costs the start of a program.
  private static let found = Result {
    let candidates = PythonDiscovery(explicitPath: try environment()).search()
    guard let installation = PythonDiscovery.choose(from: candidates) else {
      throw Missing("a usable Python in .venv (\(candidates))")
    }
    return installation
  }

  /// The built command line tool; it lies beside the test bundle.
  package static func clutch() throws -> String {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    while folder.path != "/" {
      let program = folder.appendingPathComponent("clutch").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: program, isDirectory: &isFolder), !isFolder.boolValue {
        return program
      }
      folder.deleteLastPathComponent()
    }
    throw Missing("the program clutch beside \(CommandLine.arguments[0])")
  }
}
