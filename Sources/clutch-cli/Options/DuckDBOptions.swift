import ArgumentParser
import Clutch
import Essentials

/// The option that chooses a DuckDB library.
struct DuckDBOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The DuckDB library to use.",
      discussion:
        "Default: CLUTCH_DUCKDB, a libduckdb of the system, the Python package duckdb, the Python package bareduckdb.",
      valueName: "path"))
  var duckdb: String?

  /// - Parameter python: the installation whose packages are looked through.
  func load(_ python: PythonInstallation?) throws -> DuckDBLibrary {
    try DuckDBLibrary.load(explicitPath: duckdb, for: python)
  }

  /// What `load` would try.
  func candidates(_ python: PythonInstallation?) -> [DuckDBCandidate] {
    DuckDBLibrary.candidates(
      explicitPath: duckdb, environment: ProcessInfo.processInfo.environment,
      sitePackages: python?.sitePackages ?? [], pythonLibrary: python?.library)
  }
}
