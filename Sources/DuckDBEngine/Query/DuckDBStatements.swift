internal import CDuckDBABI

/// The statements of one text of SQL, run one by one: each is prepared when the one before has run,
/// so it sees what that did.
///
/// Belongs to the thread that made it.
public final class DuckDBStatements {
  /// How many statements the text holds.
  public let count: Int

  private let sql: String
  private let connection: DuckDBConnection
  private let statements: duckdb_extracted_statements?
  private var position = 0

  init(sql: String, connection: DuckDBConnection) throws(DuckDBError) {
    try sql.refuseNUL()
    let functions = connection.functions
    var statements: duckdb_extracted_statements?
    var count = 0
    let message = try connection.withHandle { handle throws(DuckDBError) in
      count = Int(functions.pointee.extract_statements(handle, sql, &statements))
      return statements.flatMap { functions.pointee.extract_statements_error($0) }.map { String(cString: $0) }
    }
    if count == 0, let message, !message.isEmpty {
      functions.pointee.destroy_extracted(&statements)
      throw DuckDBError(.query, message)
    }
    self.sql = sql
    self.connection = connection
    self.statements = statements
    self.count = count
  }

  deinit {
    var statements = statements
    connection.functions.pointee.destroy_extracted(&statements)
  }

  /// Runs the next statement, or answers nil behind the last. The rest of the result before can then
  /// no longer be read.
  ///
  /// Returns when the first rows are there; the rest is computed as it is read. Statements other
  /// than queries have run to their end. After an error, the statement that failed is skipped.
  ///
  /// - Throws: `query` with DuckDB's text, `interrupted`, `connectionInUse`.
  public func next() throws(DuckDBError) -> DuckDBResult? {
    guard position < count, let statements else { return nil }
    try connection.checkInterruption()
    let connection = connection
    let index = idx_t(position)
    position += 1
    return try connection.withHandle { handle throws(DuckDBError) in
      connection.beginStatement()
      let prepared = try PreparedStatement(
        statements, index: index, of: sql, handle: handle, connection: connection)
      let result = try prepared.execute()
      connection.setOpenResult(result)
      return DuckDBResult(handle: result, connection: connection)
    }
  }
}

@available(*, unavailable)
extension DuckDBStatements: Sendable {}
