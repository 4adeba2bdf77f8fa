internal import CDuckDBABI

/// A prepared statement for the time between preparing and executing it.
struct PreparedStatement: ~Copyable {
  private let handle: duckdb_prepared_statement
  private let connection: DuckDBConnection

  init(
    _ statements: duckdb_extracted_statements, index: idx_t, handle: duckdb_connection,
    connection: DuckDBConnection
  ) throws(DuckDBError) {
    let functions = connection.functions
    var prepared: duckdb_prepared_statement?
    let status = functions.pointee.prepare_extracted_statement(handle, statements, index, &prepared)
    guard let prepared else { throw DuckDBError(.query, "DuckDB cannot prepare the statement") }
    guard status == DuckDBSuccess else {
      let message = functions.pointee.prepare_error(prepared).map { String(cString: $0) }
      var toDestroy: duckdb_prepared_statement? = prepared
      functions.pointee.destroy_prepare(&toDestroy)
      throw DuckDBError(.query, message ?? "DuckDB cannot prepare the statement")
    }
    self.handle = prepared
    self.connection = connection
  }

  deinit {
    var handle: duckdb_prepared_statement? = handle
    connection.functions.pointee.destroy_prepare(&handle)
  }

  /// Queries are streamed. Everything else is run to its end, because its effects must not depend on
  /// whether somebody reads the result.
  func execute() throws(DuckDBError) -> ResultHandle {
    let functions = connection.functions
    var pending: duckdb_pending_result?
    defer { functions.pointee.destroy_pending(&pending) }
    let isQuery = functions.pointee.prepared_statement_type(handle) == DUCKDB_STATEMENT_TYPE_SELECT
    let begin = isQuery ? functions.pointee.pending_prepared_streaming : nil
    let status = (begin ?? functions.pointee.pending_prepared)(handle, &pending)
    guard status == DuckDBSuccess, let pending else {
      let message = pending.flatMap { functions.pointee.pending_error($0) }.map { String(cString: $0) }
      throw DuckDBError(.query, message ?? "DuckDB cannot start the statement")
    }
    // Beginning has just cleared DuckDB's own note of an interruption.
    try connection.checkInterruption()
    let result = ResultHandle(functions: functions)
    guard functions.pointee.execute_pending(pending, result.pointer) == DuckDBSuccess else {
      throw result.error ?? DuckDBError(.query, "DuckDB cannot run the statement")
    }
    return result
  }
}
