internal import CDuckDBABI

/// The statements of one text of SQL, run one by one: each is prepared when the one before has run,
/// so it sees what that did.
///
/// Belongs to the thread that made it.
public final class DuckDBStatements {
  /// How many statements the text holds.
  public let count: Int

  private let connection: DuckDBConnection
  private let sql: String
  private let statements: ExtractedStatements?
  private var position = 0
  /// The text of each statement; empty when it is not known where each stands.
  private lazy var texts: [String] = {
    let texts = StatementTexts.of(sql)
    return texts.count == count ? texts : []
  }()

  init(sql: String, connection: DuckDBConnection) throws(DuckDBError) {
    try sql.refuseNUL()
    self.connection = connection
    self.sql = sql
    statements = try connection.withHandle { handle throws(DuckDBError) in
      try ExtractedStatements(sql, handle, connection)
    }
    count = statements?.count ?? 0
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
    let index = position
    position += 1
    return try connection.withHandle { handle throws(DuckDBError) in
      connection.beginStatement()
      let running = connection.database.statements.begin()
      var isOpen = false
      defer { if !isOpen { running.end() } }
      let prepared = try PreparedStatement(
        statements.handle, index: idx_t(index), of: sql, handle: handle, connection: connection)
      connection.noteStatement(isQuery: prepared.isQuery)
      try connection.checkInterruption()
      if prepared.isTransactionControl {
        connection.noteTransaction(isBeginning: !texts.indices.contains(index) || !texts[index].endsTransaction)
      }
      let result: ResultHandle
      var names: [String]?
      if let parallel = prepareForAllThreads(prepared, index, handle) {
        names = prepared.columnNames
        result = try parallel.execute()
      } else {
        result = try prepared.execute()
      }
      result.statement = running
      isOpen = true
      connection.setOpenResult(result)
      return try DuckDBResult(handle: result, connection: connection, names: names) {
        connection.functions.timeZone(of: handle)
      }
    }
  }

  /// The same query in a form whose rows DuckDB computes on all threads, if it needs one and calls functions of ours.
  /// Others are not worth preparing twice.
  private func prepareForAllThreads(
    _ prepared: borrowing PreparedStatement, _ index: Int, _ handle: duckdb_connection
  ) -> PreparedStatement? {
    guard prepared.hasCalls, prepared.isQuery, connection.database.library.streamsCTEsInOrder,
      texts.indices.contains(index), texts[index].readsTables
    else { return nil }
    // The names of columns are those of the statement itself: a CTE gives each a different one.
    let wrapped = "WITH \"rows\" AS MATERIALIZED (\n\(texts[index])\n) FROM \"rows\""
    guard let statements = try? ExtractedStatements(wrapped, handle, connection), statements.count == 1,
      let parallel = try? PreparedStatement(
        statements.handle, index: 0, of: wrapped, handle: handle, connection: connection, isTrial: true, addedLines: 1),
      parallel.columnNames.count == prepared.columnNames.count
    else { return nil }
    return parallel
  }
}

@available(*, unavailable)
extension DuckDBStatements: Sendable {}

extension String {
  /// Whether it may read more than one row; what does not is computed while it is planned.
  fileprivate var readsTables: Bool { lowercased().contains("from") }

  /// Whether a statement about transactions, if it stands at the beginning of the text, is not one that begins one.
  fileprivate var endsTransaction: Bool {
    let word = drop { $0.isWhitespace }.prefix { $0.isLetter }.lowercased()
    return ["commit", "end", "rollback", "abort"].contains(word)
  }
}

/// Owns what DuckDB's parser made of a text.
private final class ExtractedStatements {
  let handle: duckdb_extracted_statements
  let count: Int
  private let functions: UnsafePointer<DuckDBFunctions>

  /// Nil for a text without statements.
  init?(_ sql: String, _ connectionHandle: duckdb_connection, _ connection: DuckDBConnection) throws(DuckDBError) {
    functions = connection.functions
    var statements: duckdb_extracted_statements?
    count = Int(functions.pointee.extract_statements(connectionHandle, sql, &statements))
    guard let statements else { return nil }
    handle = statements
    let message = functions.pointee.extract_statements_error(statements).map { String(cString: $0) }
    if count == 0, let message, !message.isEmpty { throw DuckDBError(.query, message) }
  }

  deinit {
    var handle: duckdb_extracted_statements? = handle
    functions.pointee.destroy_extracted(&handle)
  }
}
