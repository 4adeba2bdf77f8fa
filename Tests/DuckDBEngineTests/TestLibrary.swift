import DuckDBEngine
import Foundation
import Testing

/// The libraries that every test of the engine runs against, both in one process.
enum TestLibrary: String, CaseIterable, CustomTestStringConvertible {
  case duckdbWheel, bareduckdbWheel

  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  var testDescription: String { rawValue }

  static func sitePackages() throws -> String { try variable("CLUTCH_TEST_SITE_PACKAGES") }
  static func pythonLibrary() throws -> String { try variable("CLUTCH_TEST_LIBPYTHON") }

  func path() throws -> String {
    switch self {
    case .bareduckdbWheel:
      return try Self.sitePackages() + "/bareduckdb/_libs/libduckdb.so"
    case .duckdbWheel:
      let folder = try Self.sitePackages()
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      guard let name = names.first(where: { $0.hasPrefix("_duckdb") && $0.hasSuffix(".so") }) else {
        throw Missing(description: "\(folder) has no duckdb package: pip install duckdb")
      }
      return "\(folder)/\(name)"
    }
  }

  func load() throws -> DuckDBLibrary {
    // Found through the search, because that also loads libpython where it is needed.
    let wheels = try Self.sitePackages()
    if self == .bareduckdbWheel {
      return try DuckDBLibrary.load(explicitPath: path(), environment: [:])
    }
    return try DuckDBLibrary.load(
      environment: [:], sitePackages: [wheels], pythonLibrary: Self.pythonLibrary())
  }

  func connect(_ configuration: [String: String] = ["threads": "2"]) throws -> DuckDBConnection {
    try DuckDBDatabase(library: load(), configuration: configuration).connect()
  }

  private static func variable(_ name: String) throws -> String {
    guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
      throw Missing(description: "set \(name) to run the tests against real DuckDB libraries")
    }
    return value
  }
}

extension DuckDBConnection {
  /// Every row of every statement.
  func rows(_ sql: String) throws -> [[SQLValue]] {
    var rows: [[SQLValue]] = []
    let statements = try execute(sql)
    while let result = try statements.next() {
      while let chunk = try result.nextRows() { rows += (0..<chunk.count).map(chunk.row) }
    }
    return rows
  }
}
