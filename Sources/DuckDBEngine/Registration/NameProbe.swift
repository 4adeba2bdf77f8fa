internal import CDuckDBABI
import Functions

/// Asks DuckDB what it makes of `name(...)`: a call of the function of that name, or something of its own grammar, such as
/// `coalesce(...)`, `try(...)` or `extract(...)`.
///
/// Which names are such differs by version and is no list anywhere, so the functions are registered in a transaction that
/// is undone, and DuckDB is asked to bind calls of them. A database of their own would take a fifth of a start.
struct NameProbe {
  private let database: DuckDBDatabase
  private let connection: DuckDBConnection

  /// - Throws: `open`.
  init(_ database: DuckDBDatabase) throws(DuckDBError) {
    self.database = database
    connection = try database.connect()
    try connection.run("BEGIN")
  }

  /// Undoes what was registered; so does the end of the connection.
  func end() throws(DuckDBError) { try connection.run("ROLLBACK") }

  /// Why calls do not reach a function of this name; nil when they do.
  func problem(with set: FunctionSet) throws(DuckDBError) -> String? {
    let counts = set.functions.map { function in
      let parameters = function.signature.parameters
      return function.signature.fewestArguments...(parameters.count + (parameters.last?.isVariadic == true ? 1 : 0))
    }
    let functions = database.library.functions
    // Any arguments will do, as only the way to the function counts.
    let probe = FunctionSet(name: set.name, functions: [set.functions[0]], library: set.library)
    var isRegistered = false
    for count in Set(counts.joined()).sorted() {
      let arguments = Array(repeating: "NULL", count: count).joined(separator: ", ")
      let planning = Planning()
      let (status, reason) = try connection.withRegistrationHandle { handle throws(DuckDBError) in
        if !isRegistered { try probe.register(on: handle, as: .volatile) }
        var statement: duckdb_prepared_statement?
        defer { functions.pointee.destroy_prepare(&statement) }
        let status = planning.during {
          functions.pointee.prepare(handle, "SELECT \(set.name)(\(arguments))", &statement)
        }
        return (status, statement.flatMap { functions.pointee.prepare_error($0) }.map { String(cString: $0) } ?? "")
      }
      isRegistered = status == DuckDBSuccess
      // A statement that fails may have ended the transaction for everything but this.
      if !isRegistered { try connection.run("ROLLBACK; BEGIN") }
      if !planning.functions.isEmpty { continue }
      let dots = count == 0 ? "" : "..."
      if status != DuckDBSuccess, reason.hasPrefix("Parser Error") {
        return "\(set.name)(\(dots)) is no call in SQL, because \(set.name.uppercased()) is a SQL keyword"
      }
      return "\(set.name)(\(dots)) is something else in SQL, where \(set.name.uppercased()) is a SQL keyword"
    }
    return nil
  }
}
