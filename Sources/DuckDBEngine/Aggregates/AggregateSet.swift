internal import CDuckDBABI
import Functions

/// All aggregate functions of one name, overloads of each other, on their way into a database.
struct AggregateSet: Sendable {
  let name: String
  let functions: [AggregateFunction]
  let library: DuckDBLibrary

  /// Makes the functions known in a connection's database; those of the name that are there take these places.
  ///
  /// As with scalar functions, one that is alone in taking so many arguments takes them of any type, and checks them itself.
  ///
  /// - Throws: `query` when DuckDB refuses the name, `invalidArgument` when an overload has a type that it lacks.
  func register(on connection: duckdb_connection) throws(DuckDBError) {
    let duckdb = library.functions.pointee
    var set = duckdb.create_aggregate_function_set(name)
    defer { duckdb.destroy_aggregate_function_set(&set) }
    guard let set else { throw DuckDBError(.query, "DuckDB has no memory for another function") }
    for function in functions {
      let parameters = function.signature.parameters
      for count in function.signature.fewestArguments...parameters.count where count > 0 {
        let isAlone = functions.count { $0.signature.parameters(forArguments: count) != nil } == 1
        var types: [SQLType?] = []
        for parameter in parameters.prefix(count) {
          types.append(isAlone || parameter.type == .any ? nil : try parameter.type.storedInDuckDB.sqlType)
        }
        var made: duckdb_aggregate_function? = try function.make(types)
        defer { duckdb.destroy_aggregate_function(&made) }
        if let made { try check(duckdb.add_aggregate_function_to_set(set, made)) }
      }
    }
    try check(duckdb.register_aggregate_function_set(connection, set))
  }

  private func check(_ state: duckdb_state) throws(DuckDBError) {
    guard state != DuckDBSuccess else { return }
    let overloads = functions.count > 1 ? ", or two of its overloads take the same types" : ""
    throw DuckDBError(
      .query,
      "DuckDB refuses a function named \(name); rename the UDF (a function of that name may exist\(overloads))")
  }
}
