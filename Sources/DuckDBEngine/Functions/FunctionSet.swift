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
      let any = try logicalType(of: nil)
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
    let isRepeated = last != nil && count == signature.parameters.count - 1
    let isAlone = !isRepeated && functions.count { $0.signature.parameters(forArguments: count) != nil } == 1
    var types: [SQLType?] = []
    for parameter in signature.parameters.prefix(isRepeated ? count + 1 : count) {
      types.append(isAlone ? nil : try parameter.type.declaredType)
    }
    var made: duckdb_scalar_function? = try function.declaring(types).make(in: library)
    defer { duckdb.destroy_scalar_function(&made) }
    guard let handle = made else { return }
    for (index, type) in types.enumerated() {
      let type = try logicalType(of: type)
      withExtendedLifetime(type) {
        if index < count {
          duckdb.scalar_function_add_parameter(handle, type.handle)
        } else {
          duckdb.scalar_function_set_varargs(handle, type.handle)
        }
      }
    }
    try check(duckdb.add_scalar_function_to_set(set, handle))
  }

  /// Nil stands for any type.
  private func logicalType(of type: SQLType?) throws(DuckDBError) -> LogicalType {
    if let type { return try VectorColumns(functions: library.functions).logicalType(type) }
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

extension UDFType {
  /// What DuckDB casts an argument to where types choose between overloads; nil for any type.
  fileprivate var declaredType: SQLType? {
    get throws(DuckDBError) { self == .any ? nil : try storedInDuckDB.sqlType }
  }
}
