import DuckDBEngine
import Foundation
import PythonRuntime
import TestSupport
import Testing

/// The libraries that every test of the engine runs against, both in one process.
enum TestLibrary: String, Codable, CaseIterable, CustomTestStringConvertible {
  case duckdbWheel, bareduckdbWheel

  var testDescription: String { rawValue }

  /// The folder of the checkout's virtual environment that holds both.
  static func sitePackages() throws -> String {
    try #require(Checkout.python().sitePackages.first)
  }

  static func pythonLibrary() throws -> String { try Checkout.python().library }

  func path() throws -> String {
    try (self == .duckdbWheel ? DuckDBPackage.duckdb : .bareduckdb).path()
  }

  func load() throws -> DuckDBLibrary {
    try DuckDBLibrary.load(explicitPath: path(), environment: [:], pythonLibrary: Self.pythonLibrary())
  }

  func connect(_ configuration: [String: String] = ["threads": "2"]) throws -> DuckDBConnection {
    try DuckDBDatabase(library: load(), configuration: configuration).connect()
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

/// The memory that this process takes.
func residentMegabytes() throws -> Int {
  let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
  return (Int(pages) ?? 0) * Int(getpagesize()) / 1_000_000
}
