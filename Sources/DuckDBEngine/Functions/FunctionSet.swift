internal import CDuckDBABI
import PythonUDF

/// All functions of one name, overloads of each other, on their way into a database.
struct FunctionSet {
  let name: String
  let functions: [ScalarFunction]
  let library: DuckDBLibrary

  /// Makes the functions known in a connection's database.
  ///
  /// A function that is alone in taking so many arguments is declared to take them of any type, and checks them itself
  /// when a query is bound: so every integer width arrives as it is, without a cast, and a wrong argument gets a message
  /// in the function's own terms. Where the types have to decide between overloads DuckDB decides, by its own rules.
  ///
  /// - Throws: `query` when DuckDB refuses the name, `invalidArgument` when an overload has a type that it lacks.
  func register(on connection: duckdb_connection) throws(DuckDBError) {
    let duckdb = library.functions.pointee
    if functions.count == 1 {
      var function: duckdb_scalar_function? = try functions[0].make(in: library)
      defer { duckdb.destroy_scalar_function(&function) }
      let any = try logicalType(of: .any)
      guard let function else { return }
      withExtendedLifetime(any) { duckdb.scalar_function_set_varargs(function, any.handle) }
      return try check(duckdb.register_scalar_function(connection, function))
    }
    var set = duckdb.create_scalar_function_set(name)
    defer { duckdb.destroy_scalar_function_set(&set) }
    guard let set else { throw DuckDBError(.query, "DuckDB has no memory for another function") }
    for function in functions {
      for count in function.signature.fewestArguments...function.signature.parameters.count {
        try add(function, arguments: count, to: set)
      }
    }
    try check(duckdb.register_scalar_function_set(connection, set))
  }

  /// Adds a function as it is called with a number of arguments.
  private func add(
    _ function: ScalarFunction, arguments count: Int, to set: duckdb_scalar_function_set
  ) throws(DuckDBError) {
    let duckdb = library.functions.pointee
    let signature = function.signature
    let last = signature.parameters.last { $0.isVariadic }
    if last != nil, count == signature.parameters.count { return }
    let isAlone = functions.count { $0.signature.parameters(forArguments: count) != nil } == 1
    var made: duckdb_scalar_function? = try function.make(in: library)
    defer { duckdb.destroy_scalar_function(&made) }
    guard let handle = made else { return }
    for parameter in signature.parameters.prefix(count) {
      let type = try logicalType(of: isAlone ? .any : parameter.type)
      withExtendedLifetime(type) { duckdb.scalar_function_add_parameter(handle, type.handle) }
    }
    if let last, count == signature.parameters.count - 1 {
      let type = try logicalType(of: last.type)
      withExtendedLifetime(type) { duckdb.scalar_function_set_varargs(handle, type.handle) }
    }
    try check(duckdb.add_scalar_function_to_set(set, handle))
  }

  private func logicalType(of type: UDFType) throws(DuckDBError) -> LogicalType {
    guard type == .any else {
      return try VectorColumns(functions: library.functions).logicalType(type.storedInDuckDB.sqlType)
    }
    guard let handle = library.functions.pointee.create_logical_type(DUCKDB_TYPE_ANY) else {
      throw DuckDBError(.query, "DuckDB has no memory for another function")
    }
    return LogicalType(handle, functions: library.functions)
  }

  private func check(_ state: duckdb_state) throws(DuckDBError) {
    guard state != DuckDBSuccess else { return }
    let overloads = functions.count > 1 ? ", or two of its overloads take the same types" : ""
    throw DuckDBError(
      .query,
      "DuckDB refuses a function named \(name); rename the UDF (a function of that name may exist\(overloads))")
  }
}
