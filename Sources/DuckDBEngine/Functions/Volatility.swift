internal import CDuckDBABI
import Functions

/// DuckDB's refusals of statements that count on a function to give equal results for equal arguments.
enum Volatility {
  /// Whether a message of DuckDB's is such a refusal. There is no code that tells.
  static func isReason(for message: String) -> Bool {
    let message = message.lowercased()
    return ["volatile", "side effect", "deterministic", "random function"].contains { message.contains($0) }
  }
}

extension UDFSignature {
  /// Why DuckDB takes the function for volatile, and what to write; nil when it does not.
  ///
  /// - Parameter withoutArguments: whether a call gives it none.
  func volatilityAdvice(withoutArguments: Bool) -> String? {
    let reason: String
    switch determinism {
    case .volatile where parameters.isEmpty: reason = "has no parameters, so every call may give another result"
    case .volatile: reason = "says that equal arguments may give other results, as with deterministic=False"
    case .unspecified where withoutArguments:
      reason = "is called without arguments, so every call may give another result"
    case .unspecified, .deterministic: return nil
    }
    return """
      UDF \(name) \(reason). If equal arguments always give equal results, write @udf(deterministic=True), or IMMUTABLE in \
      its declaration; else compute it in a subquery or a table first.
      """
  }
}

extension PreparedStatement {
  /// Prepares a statement anew that was refused because of functions that are volatile to this library only: DuckDB
  /// before 2.0 calls others for values that no row has (see decision 17), so all are registered as volatile with it. For
  /// the time of planning they are not.
  ///
  /// - Parameters:
  ///   - sql: the text of the statements, which DuckDB keeps no statement of once it was prepared.
  ///   - prepare: prepares the statement, and answers why that is not possible.
  /// - Returns: why the statement is refused all the same; nil when it is prepared.
  static func withConsistentFunctions(
    of planning: Planning, _ handle: duckdb_connection, _ connection: DuckDBConnection, _ sql: String,
    _ prepare: (duckdb_extracted_statements) -> String?
  ) -> String?? {
    let names = planning.functions.filter { $0.signature.determinism != .volatile }.map(\.signature.name)
    let sets = connection.database.functionSets(named: names)
    guard !sets.isEmpty else { return .none }
    let functions = connection.functions
    var statements: duckdb_extracted_statements?
    defer { functions.pointee.destroy_extracted(&statements) }
    guard functions.pointee.extract_statements(handle, sql, &statements) > 0, let statements else { return .none }
    defer { for set in sets { try? set.register(on: handle) } }
    do throws(DuckDBError) { for set in sets { try set.register(on: handle, as: .consistent) } } catch { return .none }
    return .some(prepare(statements))
  }
}
