internal import CDuckDBABI

/// A database's handle for those who must not keep it open.
///
/// Sendable because DuckDB guards a database with locks of its own; who has it must not use it after the database.
struct DatabaseHandle: @unchecked Sendable {
  let pointer: duckdb_database
}
