internal import CDuckDBABI
import Columnar
import Functions
internal import Synchronization

/// An aggregate function as DuckDB knows it: what its callbacks find behind the function's extra information.
///
/// The C API has no callback that binds one: what an argument is, is known when there are vectors.
final class AggregateFunction: Sendable {
  let signature: UDFSignature
  let store: AggregateStore
  private let number: UInt32
  private let result: VectorShape
  private let isCollecting: Bool
  private let library: DuckDBLibrary
  /// The call for arguments of the types that came last.
  private let call = Mutex<(types: [SQLType], call: BoundCall)?>(nil)

  /// - Throws: `invalidArgument` when the result has no type in DuckDB.
  init(
    _ index: Int, of provider: any FunctionProvider, onError errorMode: UDFErrorMode?, timeouts: UDFTimeouts,
    library: DuckDBLibrary, statements: StatementLog
  ) throws(DuckDBError) {
    signature = provider.signatures[index]
    let mode = errorMode ?? signature.errorMode
    isCollecting = mode == .collect
    self.library = library
    let valueType = try signature.result.storedInDuckDB.sqlType
    result = try VectorShape(isCollecting ? .collected(valueType) : valueType)
    number = Self.numbers.add(1, ordering: .relaxed).newValue
    var options = CallOptions(errorMode: mode, timeouts: timeouts) { $0.storedInDuckDB }
    options.allowsLargeColumns = true
    store = AggregateStore(index, of: provider, number: number, options, statements)
    let known = WeakFunction(function: self)
    Self.known.withLock { $0[number] = known }
    statements.observe(store)
  }

  deinit { _ = Self.known.withLock { $0.removeValue(forKey: number) } }

  private struct WeakFunction: Sendable {
    weak let function: AggregateFunction?
  }

  /// What destroys states is told of nothing but these, which have the number of their function.
  private static let known = Mutex<[UInt32: WeakFunction]>([:])
  private static let numbers = Atomic<UInt32>(0)

  // MARK: Registering

  /// Makes the function for DuckDB, with as many parameters, nil for any type; it goes to `destroy_aggregate_function`.
  func make(_ types: [SQLType?]) throws(DuckDBError) -> duckdb_aggregate_function {
    let callbacks = try AggregateCallbacks.of(library)
    let duckdb = library.functions.pointee
    let vectors = VectorColumns(functions: library.functions)
    let type = try vectors.logicalType(result.type)
    guard let function = duckdb.create_aggregate_function() else {
      throw DuckDBError(.query, "DuckDB has no memory for another function")
    }
    duckdb.aggregate_function_set_name(function, signature.name)
    for declared in types {
      let parameter: LogicalType
      if let declared {
        parameter = try vectors.logicalType(declared)
      } else if let any = duckdb.create_logical_type(DUCKDB_TYPE_ANY) {
        parameter = LogicalType(any, functions: library.functions)
      } else {
        throw DuckDBError(.query, "DuckDB has no memory for another function")
      }
      withExtendedLifetime(parameter) { duckdb.aggregate_function_add_parameter(function, parameter.handle) }
    }
    withExtendedLifetime(type) { duckdb.aggregate_function_set_return_type(function, type.handle) }
    duckdb.aggregate_function_set_special_handling(function)
    duckdb.aggregate_function_set_extra_info(function, Unmanaged.passRetained(self).toOpaque()) { data in
      if let data { Unmanaged<AggregateFunction>.fromOpaque(data).release() }
    }
    duckdb.aggregate_function_set_functions(
      function, { _ in idx_t(StateHandle.size) }, { _, state in StateHandle.none.store(at: state) }, callbacks.update,
      callbacks.combine, callbacks.finish)
    duckdb.aggregate_function_set_destructor(function) { states, count in
      AggregateFunction.destroy(states, Int(count))
    }
    return function
  }

  // MARK: Callbacks

  /// Takes the rows of a chunk into states.
  func update(
    _ chunk: duckdb_data_chunk, _ states: UnsafeMutablePointer<duckdb_aggregate_state>,
    _ functions: UnsafePointer<DuckDBFunctions>
  ) throws {
    guard functions.pointee.data_chunk_get_size(chunk) > 0 else { return }
    let arguments = try bound(chunk, functions).batch(of: chunk, VectorColumns(functions: functions))
    try store.update(arguments, states)
  }

  private func bound(_ chunk: duckdb_data_chunk, _ functions: UnsafePointer<DuckDBFunctions>) throws(DuckDBError)
    -> BoundCall
  {
    let count = functions.pointee.data_chunk_get_column_count(chunk)
    var types: [SQLType] = []
    for index in 0..<count {
      guard let vector = functions.pointee.data_chunk_get_vector(chunk, index),
        let handle = functions.pointee.vector_get_column_type(vector)
      else { throw DuckDBError(.query, "\(signature.name): DuckDB does not say what argument \(index + 1) is") }
      let owner = LogicalType(handle, functions: functions)
      types.append(withExtendedLifetime(owner) { SQLType(handle, functions: functions) })
    }
    if let known = call.withLock({ $0 }), known.types == types { return known.call }
    let arguments = types.map { BoundArgument(type: $0, isConstant: false) }
    if let refusal = signature.refusal(of: arguments) { throw DuckDBError(.query, refusal) }
    let made = try BoundCall(arguments, for: signature) { "UTC" }
    call.withLock { $0 = (types, made) }
    return made
  }

  /// Writes the values of states.
  func finish(
    _ states: UnsafeMutablePointer<duckdb_aggregate_state>, _ count: Int, at offset: Int, of vector: duckdb_vector,
    _ functions: UnsafePointer<DuckDBFunctions>
  ) throws {
    let vectors = VectorColumns(functions: functions)
    let found = try store.finish(states, count)
    for (rows, result) in found {
      let column = try self.column(of: result)
      if found.count == 1, offset == 0, rows == Array(0..<count) {
        try vectors.write(column, shape: self.result, to: vector)
      } else {
        try copy(column, to: vector, rows.map { $0 + offset }, vectors)
      }
    }
  }

  private func column(of result: UDFResult) throws -> Column {
    guard isCollecting, let errors = result.errors else { return result.values }
    var rows = StructBuilder()
    for _ in 0..<result.values.count { rows.append() }
    let columns = [result.values, errors]
    return try rows.finish(
      fields: zip(["value", "error"], columns).map { Field(name: $0, type: $1.type) }, columns: columns)
  }

  /// Writes values to some rows of a vector, by way of one of our own.
  private func copy(_ column: Column, to vector: duckdb_vector, _ rows: [Int], _ vectors: VectorColumns) throws {
    let duckdb = vectors.functions.pointee
    let type = try vectors.logicalType(result.type)
    var own = withExtendedLifetime(type) { duckdb.create_vector(type.handle, idx_t(column.count)) }
    defer { duckdb.destroy_vector(&own) }
    guard let own, let selection = duckdb.create_selection_vector(idx_t(column.count)) else {
      throw DuckDBError(.query, "DuckDB has no memory for the values of \(signature.name)")
    }
    defer { duckdb.destroy_selection_vector(selection) }
    guard let places = duckdb.selection_vector_get_data_ptr(selection) else {
      throw DuckDBError(.query, "DuckDB has no memory for the values of \(signature.name)")
    }
    for place in 0..<column.count { places[place] = UInt32(place) }
    try vectors.write(column, shape: result, to: own)
    // Run by run of rows that follow each other.
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, rows[end] == rows[end - 1] + 1 { end += 1 }
      duckdb.vector_copy_sel(own, vector, selection, idx_t(end), idx_t(start), idx_t(rows[start]))
      start = end
    }
  }

  private static func destroy(_ states: UnsafeMutablePointer<duckdb_aggregate_state>, _ count: Int) {
    var byFunction: [UInt32: [StateHandle]] = [:]
    for index in 0..<count {
      let handle = StateHandle(at: states[index])
      guard !handle.isNone else { continue }
      byFunction[handle.function, default: []].append(handle)
      // It may be destroyed once more.
      StateHandle.none.store(at: states[index])
    }
    for (number, handles) in byFunction {
      let function = known.withLock { $0[number]?.function }
      function?.store.destroy(handles)
    }
  }
}

/// The C functions that DuckDB calls for an aggregate function and that need its library.
struct AggregateCallbacks: Sendable {
  let update: duckdb_aggregate_update_t
  let combine: duckdb_aggregate_combine_t
  let finish: duckdb_aggregate_finalize_t

  /// - Throws: as `CallbackPlaces.place`.
  static func of(_ library: DuckDBLibrary) throws(DuckDBError) -> AggregateCallbacks {
    all[try CallbackPlaces.place(of: library)]
  }

  /// One for each place, as of `ScalarCallbacks`.
  private static let all = [
    AggregateCallbacks(
      update: { update($0, $1, $2, 0) }, combine: { combine($0, $1, $2, $3, 0) },
      finish: { finish($0, $1, $2, $3, $4, 0) }),
    AggregateCallbacks(
      update: { update($0, $1, $2, 1) }, combine: { combine($0, $1, $2, $3, 1) },
      finish: { finish($0, $1, $2, $3, $4, 1) }),
    AggregateCallbacks(
      update: { update($0, $1, $2, 2) }, combine: { combine($0, $1, $2, $3, 2) },
      finish: { finish($0, $1, $2, $3, $4, 2) }),
  ]

  private static func update(
    _ info: duckdb_function_info, _ chunk: duckdb_data_chunk, _ states: UnsafeMutablePointer<duckdb_aggregate_state>,
    _ place: Int
  ) {
    with(info, place) { function, functions in try function.update(chunk, states, functions) }
  }

  private static func combine(
    _ info: duckdb_function_info, _ sources: UnsafeMutablePointer<duckdb_aggregate_state>,
    _ targets: UnsafeMutablePointer<duckdb_aggregate_state>, _ count: idx_t, _ place: Int
  ) {
    with(info, place) { function, _ in try function.store.combine(sources, targets, Int(count)) }
  }

  private static func finish(
    _ info: duckdb_function_info, _ states: UnsafeMutablePointer<duckdb_aggregate_state>, _ vector: duckdb_vector,
    _ count: idx_t, _ offset: idx_t, _ place: Int
  ) {
    with(info, place) { function, functions in
      try function.finish(states, Int(count), at: Int(offset), of: vector, functions)
    }
  }

  private static func with(
    _ info: duckdb_function_info, _ place: Int,
    _ body: (AggregateFunction, UnsafePointer<DuckDBFunctions>) throws -> Void
  ) {
    guard let functions = CallbackPlaces.functions(place),
      let data = functions.pointee.aggregate_function_get_extra_info(info)
    else { return }
    let function = Unmanaged<AggregateFunction>.fromOpaque(data).takeUnretainedValue()
    do { try body(function, functions) } catch {
      functions.pointee.aggregate_function_set_error(info, "\((error as? DuckDBError)?.message ?? "\(error)")")
    }
  }
}
