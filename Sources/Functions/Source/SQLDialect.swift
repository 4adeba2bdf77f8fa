/// A system whose names of SQL types are meant where systems differ: `INT8` is 64 bits wide in most and 8 in Databend.
public enum SQLDialect: String, Sendable, Hashable, Codable, CaseIterable {
  /// Databend.
  case databend
  /// DuckDB.
  case duckdb
  /// PostgreSQL.
  case postgresql
  /// RisingWave.
  case risingwave
  /// Snowflake.
  case snowflake
}
