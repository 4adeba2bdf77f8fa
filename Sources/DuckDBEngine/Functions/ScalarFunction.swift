internal import CDuckDBABI
import Columnar
import PythonUDF

/// A UDF as DuckDB knows it: what its callbacks find behind the function's extra information.
///
/// The callbacks run on several of DuckDB's threads at once; each waits for an idle interpreter of the pool.
final class ScalarFunction: Sendable {
  private let signature: UDFSignature
  private let pool: UDFPool

  init(_ signature: UDFSignature, in pool: UDFPool) {
    self.signature = signature
    self.pool = pool
  }

  // MARK: Registering

  /// Makes the function known in a connection's database.
  ///
  /// It is declared to take any number of arguments of any type and checks them itself when a query is bound: so every
  /// integer width arrives as it is, without a cast, and a wrong argument gets a message in the function's own terms.
  ///
  /// - Throws: `query` when DuckDB refuses the name.
  func register(on connection: duckdb_connection, of library: DuckDBLibrary) throws(DuckDBError) {
    let callbacks = try ScalarCallbacks.of(library)
    let duckdb = library.functions.pointee
    var function = duckdb.create_scalar_function()
    var any = duckdb.create_logical_type(DUCKDB_TYPE_ANY)
    var result = duckdb.create_logical_type(signature.result.duckdbType)
    defer {
      duckdb.destroy_scalar_function(&function)
      duckdb.destroy_logical_type(&any)
      duckdb.destroy_logical_type(&result)
    }
    guard let function, let any, let result else {
      throw DuckDBError(.query, "DuckDB has no memory for another function")
    }
    duckdb.scalar_function_set_name(function, signature.name)
    duckdb.scalar_function_set_varargs(function, any)
    duckdb.scalar_function_set_return_type(function, result)
    // Nulls are the pool's affair: an optional parameter receives None.
    duckdb.scalar_function_set_special_handling(function)
    // Unless the author says so, nothing is known of what Python code does: it is called for every row, and never
    // folded into a constant.
    if !signature.isDeterministic { duckdb.scalar_function_set_volatile(function) }
    duckdb.scalar_function_set_extra_info(function, Unmanaged.passRetained(self).toOpaque()) { data in
      if let data { Unmanaged<ScalarFunction>.fromOpaque(data).release() }
    }
    duckdb.scalar_function_set_bind(function, callbacks.bind)
    duckdb.scalar_function_set_function(function, callbacks.run)
    guard duckdb.register_scalar_function(connection, function) == DuckDBSuccess else {
      throw DuckDBError(
        .query, "DuckDB refuses a function named \(signature.name); rename the UDF (a function of that name may exist)")
    }
  }

  // MARK: Callbacks

  /// Checks the argument types of one use of the function in a query.
  static func bind(_ info: duckdb_bind_info, _ functions: UnsafePointer<DuckDBFunctions>) {
    let duckdb = functions.pointee
    guard let data = duckdb.scalar_function_bind_get_extra_info(info) else { return }
    let function = Unmanaged<ScalarFunction>.fromOpaque(data).takeUnretainedValue()
    let count = duckdb.scalar_function_bind_get_argument_count(info)
    let arguments = (0..<count).map { index -> SQLType in
      var expression = duckdb.scalar_function_bind_get_argument(info, index)
      defer { duckdb.destroy_expression(&expression) }
      guard let expression, let type = duckdb.expression_return_type(expression) else { return .unknown }
      defer {
        var handle: duckdb_logical_type? = type
        duckdb.destroy_logical_type(&handle)
      }
      return SQLType(type, functions: functions)
    }
    // The type of a prepared statement's parameter is only known when it is executed, and bound again.
    if arguments.contains(where: \.isUndecided) { return }
    if let refusal = function.signature.refusal(of: arguments) {
      duckdb.scalar_function_bind_set_error(info, refusal)
    }
  }

  /// Calls the function for the rows of a chunk.
  static func run(
    _ info: duckdb_function_info, _ input: duckdb_data_chunk, _ output: duckdb_vector,
    _ functions: UnsafePointer<DuckDBFunctions>
  ) {
    let duckdb = functions.pointee
    guard let data = duckdb.scalar_function_get_extra_info(info) else { return }
    let function = Unmanaged<ScalarFunction>.fromOpaque(data).takeUnretainedValue()
    do {
      let vectors = VectorColumns(functions: functions)
      let result = try function.call(function.batch(of: input, vectors))
      try vectors.write(result, to: output)
    } catch {
      duckdb.scalar_function_set_error(info, "\(error)")
    }
  }

  /// On the pool's own threads there is no need to change to one.
  private func call(_ batch: RecordBatch) throws -> Column {
    try pool.callOnOwnThread(signature.name, batch) ?? pool.callAndWait(signature.name, batch)
  }

  private func batch(of chunk: duckdb_data_chunk, _ vectors: VectorColumns) throws -> RecordBatch {
    let duckdb = vectors.functions.pointee
    let rows = Int(duckdb.data_chunk_get_size(chunk))
    var columns: [Column] = []
    // The number of arguments was checked when the query was bound.
    let parameters = signature.parameters(forArguments: Int(duckdb.data_chunk_get_column_count(chunk))) ?? []
    for (index, parameter) in parameters.enumerated() {
      guard let vector = duckdb.data_chunk_get_vector(chunk, idx_t(index)),
        let type = duckdb.vector_get_column_type(vector)
      else { continue }
      defer {
        var handle: duckdb_logical_type? = type
        duckdb.destroy_logical_type(&handle)
      }
      columns.append(
        try vectors.column(vector, type: SQLType(type, functions: vectors.functions), for: parameter.type, count: rows))
    }
    let fields = zip(parameters, columns).map { Field(name: $0.name, type: $1.type) }
    return try RecordBatch(schema: Schema(fields), columns: columns, rowCount: rows)
  }
}

extension UDFType {
  fileprivate var duckdbType: duckdb_type {
    switch self {
    case .int: DUCKDB_TYPE_BIGINT
    case .float: DUCKDB_TYPE_DOUBLE
    case .string: DUCKDB_TYPE_VARCHAR
    case .bool: DUCKDB_TYPE_BOOLEAN
    case .bytes: DUCKDB_TYPE_BLOB
    }
  }
}
