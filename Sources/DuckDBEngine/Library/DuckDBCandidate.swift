/// A place where a DuckDB library was looked for, and what came of it.
public struct DuckDBCandidate: Sendable, Hashable {
  /// Who named the place.
  public enum Origin: Sendable, Hashable {
    /// A path given by the caller.
    case explicit
    /// The environment variable `CLUTCH_DUCKDB`.
    case environment
    /// A place where systems and package managers keep libraries.
    case system
    /// The Python package `duckdb`.
    case duckdbWheel
    /// The Python package `bareduckdb`.
    case bareduckdbWheel
  }

  /// What came of a candidate.
  public enum Outcome: Sendable, Hashable {
    /// The library loaded and has this version.
    case accepted(version: String)
    /// The library was not usable.
    case refused(DuckDBError)
  }

  /// The file, or the bare name that was left to the system's search.
  public let path: String
  /// Who named the place.
  public let origin: Origin
  /// What came of it.
  public let outcome: Outcome
}

extension DuckDBCandidate.Origin: CustomStringConvertible {
  /// The origin in words.
  public var description: String {
    switch self {
    case .explicit: "explicit path"
    case .environment: LibrarySearch.environmentVariable
    case .system: "system"
    case .duckdbWheel: "Python package duckdb"
    case .bareduckdbWheel: "Python package bareduckdb"
    }
  }
}

extension DuckDBCandidate: CustomStringConvertible {
  /// One line for a person.
  public var description: String {
    switch outcome {
    case .accepted(let version): "\(path) (\(origin)): DuckDB \(version)"
    case .refused(let error): "\(path) (\(origin)): \(error.message)"
    }
  }
}
