import Foundation
import PythonRuntime

/// The two Python packages that bring a DuckDB library: different versions, and different ways to be built.
package enum DuckDBPackage: String, CaseIterable, Sendable {
  /// DuckDB 2.0; an extension module, which needs libpython's symbols.
  case duckdb
  /// DuckDB 1.5; a plain library.
  case bareduckdb

  /// The library in the checkout's virtual environment.
  package func path() throws -> String {
    let folders = try Checkout.python().sitePackages
    for folder in folders {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      switch self {
      case .duckdb:
        if let name = names.first(where: { $0.hasPrefix("_duckdb") && $0.hasSuffix(".so") }) {
          return "\(folder)/\(name)"
        }
      case .bareduckdb:
        if names.contains("bareduckdb") { return "\(folder)/bareduckdb/_libs/libduckdb.so" }
      }
    }
    throw Checkout.Missing("the package \(rawValue) in \(folders)")
  }
}
