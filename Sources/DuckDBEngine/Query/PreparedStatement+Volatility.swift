internal import CDuckDBABI
import Functions

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
