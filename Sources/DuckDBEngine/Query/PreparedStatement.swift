internal import CDuckDBABI

/// A prepared statement for the time between preparing and executing it.
struct PreparedStatement: ~Copyable {
  private let handle: duckdb_prepared_statement
  private let connection: DuckDBConnection

  init(
    _ statements: duckdb_extracted_statements, index: idx_t, of sql: String, handle: duckdb_connection,
    connection: DuckDBConnection
  ) throws(DuckDBError) {
    let functions = connection.functions
    let planning = Planning()
    var prepared: duckdb_prepared_statement?
    func prepare(_ statements: duckdb_extracted_statements) -> String? {
      functions.pointee.destroy_prepare(&prepared)
      let status = planning.during {
        functions.pointee.prepare_extracted_statement(handle, statements, index, &prepared)
      }
      guard status != DuckDBSuccess else { return nil }
      let message = prepared.flatMap { functions.pointee.prepare_error($0) }.map { String(cString: $0) }
      return message ?? "DuckDB cannot prepare the statement"
    }
    var refusal = prepare(statements)
    if let reason = refusal, connection.database.library.callsForUnusedValues, Volatility.isReason(for: reason) {
      if let outcome = Self.withConsistentFunctions(of: planning, handle, connection, sql, prepare) {
        refusal = outcome
      }
    }
    if let refusal {
      functions.pointee.destroy_prepare(&prepared)
      throw planning.explained(DuckDBError(.query, refusal))
    }
    guard let prepared else { throw DuckDBError(.query, "DuckDB cannot prepare the statement") }
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
    // What a prepared statement is executed with is planned only here.
    let planning = Planning()
    let status = planning.during { (begin ?? functions.pointee.pending_prepared)(handle, &pending) }
    guard status == DuckDBSuccess, let pending else {
      let message = pending.flatMap { functions.pointee.pending_error($0) }.map { String(cString: $0) }
      throw planning.explained(DuckDBError(.query, message ?? "DuckDB cannot start the statement"))
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
