internal import CDuckDBABI

/// Keeps the user's transaction while a statement is prepared, which may take several attempts.
///
/// Since 2.0 a statement that is refused ends the transaction, by default. So while there are attempts DuckDB is told that
/// what it refuses at binding does not; a refusal that counts is then made again without that, and ends the transaction as
/// the user's settings have it.
struct TransactionShield {
  private static let setting = "current_transaction_invalidation_policy"

  private let handle: duckdb_connection
  private let functions: UnsafePointer<DuckDBFunctions>
  /// What the setting was.
  private let policy: String

  /// Nil where none is needed: outside a transaction, without functions of ours, and before 2.0, where already asking for
  /// the setting, which is not there, would end the transaction.
  init?(_ handle: duckdb_connection, of connection: DuckDBConnection) {
    guard connection.isInTransaction, connection.database.hasFunctions,
      connection.database.library.endsTransactionsAtRefusals,
      let policy = connection.functions.setting(Self.setting, of: handle)
    else { return nil }
    self.handle = handle
    functions = connection.functions
    self.policy = policy
    // What is refused here is any statement: the transaction has ended by a failure.
    guard set("SYNTACTIC_ERRORS_DO_NOT_INVALIDATE") else { return nil }
  }

  func end() { _ = set(policy) }

  private func set(_ policy: String) -> Bool {
    var result = duckdb_result()
    defer { functions.pointee.destroy_result(&result) }
    return functions.pointee.query(handle, "SET \(Self.setting) = '\(policy)'", &result) == DuckDBSuccess
  }
}
