internal import CDuckDBABI

/// Owns a logical type of DuckDB's.
final class LogicalType {
  let handle: duckdb_logical_type
  private let functions: UnsafePointer<DuckDBFunctions>

  /// Takes over a type that DuckDB made for the caller.
  init(_ handle: duckdb_logical_type, functions: UnsafePointer<DuckDBFunctions>) {
    self.handle = handle
    self.functions = functions
  }

  deinit {
    var handle: duckdb_logical_type? = handle
    functions.pointee.destroy_logical_type(&handle)
  }
}
