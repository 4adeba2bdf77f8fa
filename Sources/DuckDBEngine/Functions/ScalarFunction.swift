internal import CDuckDBABI
import Columnar
import Functions

/// A UDF as DuckDB knows it: what its callbacks find behind the function's extra information.
///
/// The callbacks run on several of DuckDB's threads at once; each waits for an idle interpreter.
final class ScalarFunction: Sendable {
  let signature: UDFSignature
  private let result: VectorShape
  private let index: Int
  private let provider: any FunctionProvider
  private let errorMode: UDFErrorMode
  private let timeouts: UDFTimeouts
  /// The types that DuckDB casts the arguments to, the last also those that follow; nil where it takes them as they are.
  private let declared: [SQLType?]
  /// The database that calls it, which outlives it.
  private let database: DatabaseHandle
  /// Up to how many bytes, or elements, arguments and results have 32-bit offsets.
  private let shortReach: Int

  /// - Parameters:
  ///   - index: the function's place in the provider's signatures.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long calls may take; where nothing is said, what the function says.
  ///   - database: the database that the function is for.
  ///   - declared: the types that DuckDB casts the arguments to, the last also those that follow.
  ///   - shortReach: up to how many bytes, or elements, arguments and results have 32-bit offsets.
  /// - Throws: `invalidArgument` when the result has no type in DuckDB.
  init(
    _ index: Int, of provider: any FunctionProvider, onError errorMode: UDFErrorMode?, timeouts: UDFTimeouts,
    database: DatabaseHandle, declared: [SQLType?] = [], shortReach: Int = Int(Int32.max)
  ) throws(DuckDBError) {
    self.shortReach = shortReach
    self.declared = declared
    self.database = database
    self.timeouts = timeouts
    signature = provider.signatures[index].listing
    self.index = index
    self.provider = provider
    self.errorMode = errorMode ?? signature.errorMode
    let valueType = try signature.result.storedInDuckDB.sqlType
    result = try VectorShape(self.errorMode == .collect ? .collected(valueType) : valueType)
  }

  /// The same function, declared to take arguments of some types.
  func declaring(_ types: [SQLType?]) throws(DuckDBError) -> ScalarFunction {
    try ScalarFunction(
      index, of: provider, onError: errorMode, timeouts: timeouts, database: database, declared: types,
      shortReach: shortReach)
  }

  // MARK: Registering

  /// The function for DuckDB, without parameters; it goes to `destroy_scalar_function`.
  ///
  /// - Parameter isVolatile: whether DuckDB is to take no two calls for the same.
  /// - Throws: `query` when DuckDB cannot make it.
  func make(in library: DuckDBLibrary, isVolatile: Bool) throws(DuckDBError) -> duckdb_scalar_function {
    let callbacks = try ScalarCallbacks.of(library)
    let duckdb = library.functions.pointee
    let type = try VectorColumns(functions: library.functions).logicalType(result.type)
    guard let function = duckdb.create_scalar_function() else {
      throw DuckDBError(.query, "DuckDB has no memory for another function")
    }
    duckdb.scalar_function_set_name(function, signature.name)
    withExtendedLifetime(type) { duckdb.scalar_function_set_return_type(function, type.handle) }
    // Nulls are not DuckDB's affair: an optional parameter receives None.
    duckdb.scalar_function_set_special_handling(function)
    if isVolatile { duckdb.scalar_function_set_volatile(function) }
    duckdb.scalar_function_set_extra_info(function, Unmanaged.passRetained(self).toOpaque()) { data in
      if let data { Unmanaged<ScalarFunction>.fromOpaque(data).release() }
    }
    duckdb.scalar_function_set_bind(function, callbacks.bind)
    if signature.kind == .batches { duckdb.scalar_function_set_init(function, callbacks.begin) }
    duckdb.scalar_function_set_function(function, callbacks.run)
    return function
  }

  /// Why it cannot be called at all: it stands for an aggregate function where there can be none.
  private var refusal: String? {
    guard signature.kind == .aggregate else { return nil }
    return """
      UDF \(signature.name) is an aggregate function, which needs DuckDB 2.0: the library that is loaded passes functions from \
      outside states that do not exist (for ORDER BY within a call, and in windows over a whole partition)
      """
  }

  // MARK: Callbacks

  /// Checks the argument types of one use of the function in a query.
  static func bind(_ info: duckdb_bind_info, _ functions: UnsafePointer<DuckDBFunctions>) {
    let duckdb = functions.pointee
    guard let data = duckdb.scalar_function_bind_get_extra_info(info) else { return }
    let function = Unmanaged<ScalarFunction>.fromOpaque(data).takeUnretainedValue()
    let signature = function.signature
    if let refusal = function.refusal {
      _ = Planning.current?.note(function, arguments: 1)
      return duckdb.scalar_function_bind_set_error(info, refusal)
    }
    let count = duckdb.scalar_function_bind_get_argument_count(info)
    let planning = Planning.current
    let place = planning?.note(function, arguments: Int(count)) ?? 0
    let hidden = planning?.hidden ?? []
    let parameters = signature.parameters(forArguments: Int(count))
    var arguments: [BoundArgument] = []
    for index in 0..<Int(count) {
      if hidden.contains(.init(call: place, argument: index)) {
        arguments.append(BoundArgument(type: function.declaredType(index) ?? .unknown, isConstant: false))
      } else if let argument = function.argument(index, for: parameters?[index], info, functions) {
        arguments.append(argument)
      } else {
        // DuckDB has taken its own failure for the function's by now.
        planning?.note(hidden: .init(call: place, argument: index))
        let refusal = "\(signature.name): argument \(index + 1) holds a subquery, which DuckDB does not show a UDF here"
        duckdb.scalar_function_bind_set_error(
          info, "\(refusal); name it in FROM, as in SELECT \(signature.name)(x) FROM (SELECT (SELECT ...) AS x)")
      }
    }
    guard arguments.count == Int(count) else { return }
    // The type of a prepared statement's parameter is only known when it is executed, and bound again.
    if arguments.contains(where: \.type.isUndecided) { return }
    do throws(DuckDBError) {
      let use = Unmanaged.passRetained(
        try FunctionUse(arguments, for: signature) { functions.timeZone(of: info) })
      duckdb.scalar_function_set_bind_data(info, use.toOpaque()) { data in
        if let data { Unmanaged<FunctionUse>.fromOpaque(data).release() }
      }
      duckdb.scalar_function_set_bind_data_copy(info) { data in
        data.map { Unmanaged<FunctionUse>.fromOpaque($0).retain().toOpaque() }
      }
    } catch {
      duckdb.scalar_function_bind_set_error(info, error.message)
    }
  }

  /// Nil for an argument that DuckDB cannot copy, and so does not show.
  private func argument(
    _ index: Int, for parameter: UDFSignature.Parameter?, _ info: duckdb_bind_info,
    _ functions: UnsafePointer<DuckDBFunctions>
  ) -> BoundArgument? {
    let duckdb = functions.pointee
    var expression = duckdb.scalar_function_bind_get_argument(info, idx_t(index))
    defer { duckdb.destroy_expression(&expression) }
    // Some versions show an argument as it is before it is cast.
    let declared = declaredType(index)
    guard let expression, let handle = duckdb.expression_return_type(expression) else { return nil }
    let owner = LogicalType(handle, functions: functions)
    let isConstant = duckdb.expression_is_foldable(expression)
    let type = declared ?? withExtendedLifetime(owner) { SQLType(handle, functions: functions) }
    var argument = BoundArgument(type: type, isConstant: isConstant)
    guard isConstant, declared == nil, let parameter, let target = ConstantCast.target(of: type, for: parameter.type),
      target != type
    else { return argument }
    do {
      argument.cast = .success(
        (target, try ConstantCast.column(expression, to: target, in: info, of: database.pointer, vectors(functions))))
    } catch {
      let reason = "\(signature.name): argument \(index + 1) ('\(parameter.name)', \(parameter.type)): \(error)"
      argument.cast = .failure(DuckDBError(.query, reason))
    }
    return argument
  }

  /// Calls the function for the rows of a chunk.
  static func run(
    _ info: duckdb_function_info, _ input: duckdb_data_chunk, _ output: duckdb_vector,
    _ functions: UnsafePointer<DuckDBFunctions>
  ) {
    let duckdb = functions.pointee
    guard let data = duckdb.scalar_function_get_extra_info(info) else { return }
    let function = Unmanaged<ScalarFunction>.fromOpaque(data).takeUnretainedValue()
    guard let bound = duckdb.scalar_function_get_bind_data(info) else {
      return duckdb.scalar_function_set_error(info, "\(function.signature.name): the argument types are not known")
    }
    let use = Unmanaged<FunctionUse>.fromOpaque(bound).takeUnretainedValue()
    let call: BoundCall
    do throws(DuckDBError) { call = try use.call(for: input, functions) } catch {
      return duckdb.scalar_function_set_error(info, error.message)
    }
    let planning = Planning.current
    if let failure = call.plannedFailure(isPlanning: planning != nil) {
      if planning == nil { failure.tell() }
      return duckdb.scalar_function_set_error(info, failure.message)
    }
    // With other modes a failing row has a result, which stays.
    let postponed = planning != nil && function.errorMode == .raise ? Postponed() : nil
    do {
      let vectors = function.vectors(functions)
      let stream = function.signature.kind == .batches ? StreamState.of(info, functions) : nil
      let result = try function.call(call.batch(of: input, vectors), call.timeZone, postponed, stream)
      try vectors.write(result, shape: function.result, to: output)
    } catch {
      if let planning {
        let failure = PlannedFailure("\(error)", postponed?.tellings ?? [])
        planning.note(failure)
        if call.isConstant { call.keep(failure) }
      }
      duckdb.scalar_function_set_error(info, "\(error)")
    }
  }

  private func vectors(_ functions: UnsafePointer<DuckDBFunctions>) -> VectorColumns {
    VectorColumns(functions: functions, shortReach: shortReach)
  }

  private func declaredType(_ index: Int) -> SQLType? {
    declared.indices.contains(index) ? declared[index] : declared.last ?? nil
  }

  /// - Parameters:
  ///   - timeZone: in which DuckDB shows the moments among the arguments; nil when there are none.
  ///   - postponed: takes what tells of failing rows; nil for telling at once.
  ///   - stream: takes the batches of a part of the query; nil where each is called for alone.
  private func call(
    _ batch: RecordBatch, _ timeZone: String?, _ postponed: Postponed?, _ stream: StreamState?
  ) throws -> Column {
    var options = CallOptions(errorMode: errorMode, timeouts: timeouts) { $0.storedInDuckDB }
    options.allowsLargeColumns = true
    options.shortReach = shortReach
    options.timeZone = timeZone
    if let postponed { options.postpone = { postponed.add($0) } }
    let result =
      try stream?.next(batch, of: index, provider, options) ?? provider.evaluateAndWait(index, batch, options)
    guard let errors = result.errors else { return result.values }
    var rows = StructBuilder()
    for _ in 0..<batch.rowCount { rows.append() }
    let columns = [result.values, errors]
    return try rows.finish(
      fields: zip(["value", "error"], columns).map { Field(name: $0, type: $1.type) }, columns: columns)
  }
}

extension SQLType {
  /// A value with its error: one of the two is null, or both for a row whose result is null.
  static func collected(_ value: SQLType) -> SQLType {
    .structure([.init(name: "value", type: value), .init(name: "error", type: error)])
  }

  /// What became of a row that failed.
  static let error = SQLType.structure([
    .init(name: "type", type: .plain(.varchar)), .init(name: "message", type: .plain(.varchar)),
    .init(name: "line", type: .plain(.integer)), .init(name: "traceback", type: .plain(.varchar)),
  ])
}
