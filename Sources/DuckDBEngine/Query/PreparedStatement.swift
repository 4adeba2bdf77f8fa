internal import CDuckDBABI

/// A prepared statement for the time between preparing and executing it.
struct PreparedStatement: ~Copyable {
  private let handle: duckdb_prepared_statement
  private let connection: DuckDBConnection
  /// The lines that were put in front of the user's.
  private let addedLines: Int
  /// Whether functions of ours are called in it.
  let hasCalls: Bool
  private let hidden: Set<Planning.Place>

  /// - Parameters:
  ///   - isTrial: whether the user's transaction is to go on when this fails.
  ///   - addedLines: the lines that were put in front of the user's.
  init(
    _ statements: duckdb_extracted_statements, index: idx_t, of sql: String, handle: duckdb_connection,
    connection: DuckDBConnection, isTrial: Bool = false, addedLines: Int = 0
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
    /// Prepares the statement once more; nil when it cannot be read again, which it could be before.
    func prepareAgain() -> String?? {
      var again: duckdb_extracted_statements?
      defer { functions.pointee.destroy_extracted(&again) }
      guard functions.pointee.extract_statements(handle, sql, &again) > index, let again else { return .none }
      return .some(prepare(again))
    }
    let shield = TransactionShield(handle, of: connection)
    var refusal = prepare(statements)
    // Asking DuckDB for an argument that holds a subquery fails the statement, and nothing else tells of one.
    while refusal != nil, planning.learn() {
      guard let outcome = prepareAgain() else { break }
      refusal = outcome
    }
    shield?.end()
    if refusal != nil, shield != nil, !isTrial, let outcome = prepareAgain() { refusal = outcome }
    if let reason = refusal, connection.database.library.callsForUnusedValues, Volatility.isReason(for: reason) {
      if let outcome = Self.withConsistentFunctions(of: planning, handle, connection, sql, prepare) {
        refusal = outcome
      }
    }
    if let refusal {
      functions.pointee.destroy_prepare(&prepared)
      throw planning.explained(DuckDBError(running: refusal), in: connection.database)
    }
    guard let prepared else { throw DuckDBError(.query, "DuckDB cannot prepare the statement") }
    self.handle = prepared
    self.connection = connection
    self.addedLines = addedLines
    hidden = planning.hidden
    hasCalls = !planning.functions.isEmpty
  }

  deinit {
    var handle: duckdb_prepared_statement? = handle
    connection.functions.pointee.destroy_prepare(&handle)
  }

  /// Whether it is a query: it only reads, and gives rows.
  var isQuery: Bool { connection.functions.pointee.prepared_statement_type(handle) == DUCKDB_STATEMENT_TYPE_SELECT }

  /// Whether it begins or ends a transaction.
  var isTransactionControl: Bool {
    connection.functions.pointee.prepared_statement_type(handle) == DUCKDB_STATEMENT_TYPE_TRANSACTION
  }

  var columnNames: [String] {
    (0..<connection.functions.pointee.prepared_statement_column_count(handle)).map { index in
      let name = connection.functions.pointee.prepared_statement_column_name(handle, index)
      defer { connection.functions.pointee.free(UnsafeMutablePointer(mutating: name)) }
      return name.map { String(cString: $0) } ?? ""
    }
  }

  /// Queries are streamed. Everything else is run to its end, because its effects must not depend on
  /// whether somebody reads the result.
  func execute() throws(DuckDBError) -> ResultHandle {
    let functions = connection.functions
    var pending: duckdb_pending_result?
    defer { functions.pointee.destroy_pending(&pending) }
    let begin = isQuery ? functions.pointee.pending_prepared_streaming : nil
    // What a prepared statement is executed with is planned only here.
    let planning = Planning(hiding: hidden)
    let status = planning.during { (begin ?? functions.pointee.pending_prepared)(handle, &pending) }
    guard status == DuckDBSuccess, let pending else {
      throw planning.explained(error(of: pending), in: connection.database)
    }
    // Beginning has just cleared DuckDB's own note of an interruption.
    try connection.checkInterruption()
    try wait(for: pending)
    let result = ResultHandle(functions: functions, addedLines: addedLines)
    guard functions.pointee.execute_pending(pending, result.pointer) == DuckDBSuccess else {
      throw result.error ?? DuckDBError(.query, "DuckDB cannot run the statement")
    }
    return result
  }

  /// Works on the statement until its first rows are there, or it has run to its end.
  ///
  /// While other threads have all of the work, `execute_pending` would look for more without a pause, at the expense of
  /// those that have it: see `docs/decisions/0018-threads-of-a-query.md`.
  private func wait(for pending: duckdb_pending_result) throws(DuckDBError) {
    var backoff = Backoff()
    while true {
      switch connection.functions.pointee.pending_execute_task(pending) {
      case DUCKDB_PENDING_ERROR: throw error(of: pending)
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE: backoff.pause()
      case let state where connection.functions.pointee.pending_execution_is_finished(state): return
      default: backoff.reset()
      }
    }
  }

  private func error(of pending: duckdb_pending_result?) -> DuckDBError {
    let message = pending.flatMap { connection.functions.pointee.pending_error($0) }.map { String(cString: $0) }
    guard let message else { return DuckDBError(.query, "DuckDB cannot start the statement") }
    return DuckDBError(running: message.withoutLines(addedLines))
  }
}

extension String {
  /// The text of an error that counts the lines of a statement, for a statement without the first `count` of them.
  func withoutLines(_ count: Int) -> String {
    guard count > 0, let mark = range(ofLast: "\nLINE ") else { return self }
    let number = self[mark.upperBound...].prefix { $0.isNumber }
    guard let line = Int(number), line > count else { return self }
    return self[..<mark.upperBound] + String(line - count) + self[number.endIndex...]
  }

  private func range(ofLast text: String) -> Range<String.Index>? {
    var start = endIndex
    while start > startIndex {
      start = index(before: start)
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
    }
    return nil
  }
}
