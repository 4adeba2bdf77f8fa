internal import CDuckDBABI
import Functions

/// All functions of one name, overloads of each other, on their way into a database.
struct FunctionSet: Sendable {
  /// What DuckDB is told of equal calls.
  enum Stability {
    /// What the functions say, and the library can bear: see decision 17.
    case declared
    /// That they give equal results, unless the functions say otherwise.
    case consistent
    /// That they may give other results.
    case volatile
  }

  let name: String
  let functions: [ScalarFunction]
  let library: DuckDBLibrary

  /// Makes the functions known in a connection's database; those of the name that are there take these places.
  ///
  /// A function that is alone in taking so many arguments is declared to take them of any type, and checks them itself
  /// when a query is bound: so every integer width arrives as it is, without a cast, and a wrong argument gets a message
  /// in the function's own terms. Where the types have to decide between overloads DuckDB decides, by its own rules.
  ///
  /// - Throws: `query` when DuckDB refuses the name, `invalidArgument` when an overload has a type that it lacks.
  func register(on connection: duckdb_connection, as stability: Stability = .declared) throws(DuckDBError) {
    let duckdb = library.functions.pointee
    if functions.count == 1, !mayBeCalledAlike(functions[0]) {
      let made = try make(functions[0], [], repeating: .some(nil), stability)
      return try withExtendedLifetime(made) { () throws(DuckDBError) in
        try check(duckdb.register_scalar_function(connection, made.handle))
      }
    }
    var set = duckdb.create_scalar_function_set(name)
    defer { duckdb.destroy_scalar_function_set(&set) }
    guard let set else { throw DuckDBError(.query, "DuckDB has no memory for another function") }
    if functions.count == 1 {
      try add(try make(functions[0], [], repeating: nil, stability), to: set)
      try add(try make(functions[0], [nil], repeating: .some(nil), stability), to: set)
    } else {
      for function in functions {
        for count in function.signature.fewestArguments...function.signature.parameters.count {
          try add(function, arguments: count, stability, to: set)
        }
      }
    }
    try check(duckdb.register_scalar_function_set(connection, set))
  }

  /// Whether a call without arguments, which is no constant unless the function says so, has to be told from others.
  private func mayBeCalledAlike(_ function: ScalarFunction) -> Bool {
    let signature = function.signature
    return signature.determinism == .unspecified && signature.fewestArguments == 0 && !signature.parameters.isEmpty
  }

  /// Adds a function as it is called with a number of arguments.
  private func add(
    _ function: ScalarFunction, arguments count: Int, _ stability: Stability, to set: duckdb_scalar_function_set
  ) throws(DuckDBError) {
    let signature = function.signature
    let last = signature.parameters.last { $0.isVariadic }
    if last != nil, count == signature.parameters.count { return }
    let isRepeated = last != nil && count == signature.parameters.count - 1
    let isAlone = !isRepeated && functions.count { $0.signature.parameters(forArguments: count) != nil } == 1
    var types: [SQLType?] = []
    for parameter in signature.parameters.prefix(isRepeated ? count + 1 : count) {
      types.append(isAlone ? nil : try parameter.type.declaredType)
    }
    let declared = try function.declaring(types)
    let repeated: SQLType?? = isRepeated ? types.last : nil
    try add(try make(declared, Array(types.prefix(count)), repeating: repeated, stability), to: set)
  }

  private func add(_ made: MadeFunction, to set: duckdb_scalar_function_set) throws(DuckDBError) {
    try withExtendedLifetime(made) { () throws(DuckDBError) in
      try check(library.functions.pointee.add_scalar_function_to_set(set, made.handle))
    }
  }

  /// Makes a function with parameters of some types, nil for any type.
  ///
  /// - Parameter repeated: the type of any number of further arguments; nil for none.
  private func make(
    _ function: ScalarFunction, _ types: [SQLType?], repeating repeated: SQLType??, _ stability: Stability
  ) throws(DuckDBError) -> MadeFunction {
    let takesNone = types.isEmpty && (repeated == nil || function.signature.parameters.isEmpty)
    let made = MadeFunction(
      try function.make(in: library, isVolatile: isVolatile(function, takesNone, stability)), library.functions)
    for type in types {
      let type = try logicalType(of: type)
      withExtendedLifetime(type) { library.functions.pointee.scalar_function_add_parameter(made.handle, type.handle) }
    }
    if let repeated {
      let type = try logicalType(of: repeated)
      withExtendedLifetime(type) { library.functions.pointee.scalar_function_set_varargs(made.handle, type.handle) }
    }
    return made
  }

  private func isVolatile(_ function: ScalarFunction, _ takesNoArguments: Bool, _ stability: Stability) -> Bool {
    switch (stability, function.signature.determinism) {
    case (.volatile, _), (_, .volatile): true
    case (_, .unspecified) where takesNoArguments: true
    case (.declared, _): library.callsForUnusedValues
    case (.consistent, _): false
    }
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

/// Owns a function of DuckDB's until it is registered, which copies it.
private final class MadeFunction {
  let handle: duckdb_scalar_function
  private let functions: UnsafePointer<DuckDBFunctions>

  init(_ handle: duckdb_scalar_function, _ functions: UnsafePointer<DuckDBFunctions>) {
    self.handle = handle
    self.functions = functions
  }

  deinit {
    var handle: duckdb_scalar_function? = handle
    functions.pointee.destroy_scalar_function(&handle)
  }
}

extension UDFType {
  /// What DuckDB casts an argument to where types choose between overloads; nil for any type.
  fileprivate var declaredType: SQLType? {
    get throws(DuckDBError) { self == .any ? nil : try storedInDuckDB.sqlType }
  }
}
