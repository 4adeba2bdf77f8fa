internal import CDuckDBABI
import Functions

/// Asks DuckDB what it makes of `name(...)`: a call of the function of that name, or something of its own grammar, such as
/// `coalesce(...)`, `try(...)` or `extract(...)`.
///
/// Which names are such differs by version and is no list anywhere, so the functions are registered in a transaction that
/// is undone, and DuckDB is asked to bind calls of them. A database of their own would take a fifth of a start.
struct NameProbe {
  private let connection: DuckDBConnection

  /// - Throws: `open`.
  init(_ database: DuckDBDatabase) throws(DuckDBError) { connection = try database.connect() }

  /// Why calls do not reach a function of this name; nil when they do.
  func problem(with set: FunctionSet) throws(DuckDBError) -> String? {
    let counts = set.functions.map { function in
      let parameters = function.signature.parameters
      return function.signature.fewestArguments...(parameters.count + (parameters.last?.isVariadic == true ? 1 : 0))
    }
    // Any arguments will do, as only the way to the function counts.
    let probe = FunctionSet(name: set.name, functions: [set.functions[0]], library: set.library)
    for count in Set(counts.joined()).sorted() {
      // Each in a transaction of its own: what DuckDB refuses ends it.
      try connection.run("BEGIN")
      let problem = try problem(with: probe, arguments: count)
      try connection.run("ROLLBACK")
      if let problem { return problem }
    }
    return nil
  }

  private func problem(with probe: FunctionSet, arguments count: Int) throws(DuckDBError) -> String? {
    let functions = connection.functions
    return try connection.withRegistrationHandle { handle throws(DuckDBError) in
      try probe.register(on: handle, as: .volatile)
      let arguments = Array(repeating: "NULL", count: count).joined(separator: ", ")
      let planning = Planning()
      var statement: duckdb_prepared_statement?
      let status = planning.during {
        functions.pointee.prepare(handle, "SELECT \(probe.name)(\(arguments))", &statement)
      }
      let reason = statement.flatMap { functions.pointee.prepare_error($0) }.map { String(cString: $0) } ?? ""
      functions.pointee.destroy_prepare(&statement)
      if !planning.functions.isEmpty { return nil }
      let dots = count == 0 ? "" : "..."
      if status != DuckDBSuccess, reason.hasPrefix("Parser Error") {
        return "\(probe.name)(\(dots)) is no call in SQL, because \(probe.name.uppercased()) is a SQL keyword"
      }
      return "\(probe.name)(\(dots)) is something else in SQL, where \(probe.name.uppercased()) is a SQL keyword"
    }
  }
}
