internal import CDuckDBABI
import Columnar
import Functions
internal import Synchronization

/// A table function as DuckDB knows it: what its callbacks find behind the function's extra information.
final class TableFunction: Sendable {
  let signature: UDFSignature
  private let index: Int
  private let provider: any FunctionProvider
  private let errorMode: UDFErrorMode
  private let timeouts: UDFTimeouts
  /// The database that calls it, which outlives it.
  private let database: DatabaseHandle
  /// The columns, the last with the errors where these are collected.
  private let columns: [(name: String, shape: VectorShape)]

  /// The name that DuckDB has it under: the user's is that of a macro, which has what a table function lacks, names of
  /// parameters and default values.
  var innerName: String { Self.innerPrefix + signature.name }
  private static let innerPrefix = "__clutch_"

  /// What stands for an argument that is left out.
  static let leftOut = "⟨default⟩"

  /// - Throws: `invalidArgument` when a column has no type in DuckDB.
  init(
    _ index: Int, of provider: any FunctionProvider, onError errorMode: UDFErrorMode?, timeouts: UDFTimeouts,
    database: DatabaseHandle
  ) throws(DuckDBError) {
    signature = provider.signatures[index]
    self.index = index
    self.provider = provider
    self.errorMode = errorMode ?? signature.errorMode
    self.timeouts = timeouts
    self.database = database
    var columns: [(name: String, shape: VectorShape)] = []
    for (name, type) in signature.columnTypes {
      columns.append((name, try VectorShape(try type.storedInDuckDB.sqlType)))
    }
    if self.errorMode == .collect { columns.append(("error", try VectorShape(.error))) }
    self.columns = columns
  }

  // MARK: Registering

  /// Makes the function known in a connection's database, and its macros on the connection.
  ///
  /// - Throws: `query` when DuckDB refuses.
  func register(on connection: duckdb_connection, in library: DuckDBLibrary) throws(DuckDBError) {
    let callbacks = try TableCallbacks.of(library)
    let duckdb = library.functions.pointee
    var function = duckdb.create_table_function()
    defer { duckdb.destroy_table_function(&function) }
    guard let function, let any = duckdb.create_logical_type(DUCKDB_TYPE_ANY) else {
      throw DuckDBError(.query, "DuckDB has no memory for another function")
    }
    let type = LogicalType(any, functions: library.functions)
    duckdb.table_function_set_name(function, innerName)
    withExtendedLifetime(type) {
      for _ in signature.parameters { duckdb.table_function_add_parameter(function, type.handle) }
    }
    duckdb.table_function_set_extra_info(function, Unmanaged.passRetained(self).toOpaque()) { data in
      if let data { Unmanaged<TableFunction>.fromOpaque(data).release() }
    }
    duckdb.table_function_set_bind(function, callbacks.bind)
    duckdb.table_function_set_init(function, callbacks.begin)
    duckdb.table_function_set_function(function, callbacks.run)
    duckdb.table_function_supports_projection_pushdown(function, true)
    guard duckdb.register_table_function(connection, function) == DuckDBSuccess else {
      throw DuckDBError(.query, "DuckDB refuses a table function named \(signature.name); rename the UDF")
    }
  }

  /// What makes the user's names known: the function with the names of its parameters, those with default values
  /// optional, and for each row of a table the function's name with `_each`, for each number of arguments.
  ///
  /// - Parameter hasEach: whether the latter is wanted; not where the name is a function's own.
  func macros(hasEach: Bool) -> [String] {
    let parameters = signature.parameters
    let names = parameters.map { UDFType.quoted($0.name) }
    let declared = zip(parameters, names).map { $0.hasDefault ? "\($1) := '\(Self.leftOut)'" : $1 }
    let each = (parameters.count { !$0.hasDefault }...parameters.count).map { count in
      let given = names.prefix(count).joined(separator: ", ")
      return "(\(given)) AS TABLE (\(eachRow("\(UDFType.quoted(signature.name))(\(given))")))"
    }
    let macros = [
      """
      CREATE OR REPLACE TEMP MACRO \(UDFType.quoted(signature.name))(\(declared.joined(separator: ", "))) AS TABLE \
      SELECT * FROM \(UDFType.quoted(innerName))(\(names.joined(separator: ", ")))
      """,
      "CREATE OR REPLACE TEMP MACRO \(UDFType.quoted(signature.name + "_each"))\(each.joined(separator: ", "))",
    ]
    return Array(macros.prefix(hasEach ? 2 : 1))
  }

  /// The rows of a call, as a query.
  private func eachRow(_ call: String) -> String {
    let columns = signature.columnTypes.map { UDFType.quoted($0.name) }
    var rows = "SELECT unnest(\(call)) AS __clutch_row"
    var fields = ["__clutch_row AS \(columns[0])"]
    if case .structure = signature.result { fields = columns.map { "__clutch_row.\($0)" } }
    if errorMode == .collect {
      // The rows, and one of nulls where there is an error, beside as many errors.
      rows = """
        SELECT unnest(CASE WHEN e IS NULL THEN v ELSE list_append(v, NULL) END) AS __clutch_row, \
        unnest(CASE WHEN e IS NULL THEN list_resize([e], len(v), NULL) \
        ELSE list_append(list_resize([e][2:], len(v), NULL), e) END) AS error \
        FROM (SELECT coalesce(r.value, []) AS v, r.error AS e FROM (SELECT \(call) AS r))
        """
      fields.append("error")
    }
    return "SELECT \(fields.joined(separator: ", ")) FROM (\(rows))"
  }

  /// DuckDB's refusal to call a table function with columns, or another function where a table is wanted, with what to write;
  /// nil for any other error.
  ///
  /// There is no code that tells: "Table function "f" does not support lateral join column parameters - cannot use column
  /// "t.n" in this context.", "Table Function with name f does not exist!"
  static func explained(_ error: DuckDBError, in database: DuckDBDatabase) -> DuckDBError? {
    guard error.code == .query else { return nil }
    return withColumns(error) ?? inPlaceOfTable(error, in: database)
  }

  private static func withColumns(_ error: DuckDBError) -> DuckDBError? {
    let parts = error.message.split(separator: "\"", omittingEmptySubsequences: false)
    guard parts.count > 4, parts[0].hasSuffix("Table function "), parts[1].hasPrefix(innerPrefix),
      parts[2].contains("lateral join column")
    else { return nil }
    let (name, column) = (String(parts[1].dropFirst(innerPrefix.count)), parts[3])
    let call = UDFType.identifier(name)
    let each = UDFType.identifier(name + "_each")
    return DuckDBError(
      error.code,
      """
      \(error.message.replacing(parts[1], with: name))
      For each row of another table write FROM ..., \(each)(\(column)), or FROM ..., unnest(\(call)(\(column))) AS u(\(call)).
      """)
  }

  private static func inPlaceOfTable(_ error: DuckDBError, in database: DuckDBDatabase) -> DuckDBError? {
    let parts = error.message.split(separator: "Table Function with name ", maxSplits: 1)
    guard parts.count == 2, let end = parts[1].firstRange(of: " does not exist!") else { return nil }
    let name = String(parts[1][..<end.lowerBound])
    guard let kind = database.kind(ofFunction: name), kind != .table else { return nil }
    let gives = kind == .aggregate ? "a value for a group" : "a value for each row"
    return DuckDBError(
      error.code,
      """
      \(error.message)
      The UDF \(name) gives \(gives): write SELECT \(UDFType.identifier(name))(...). Only a function marked with @udtf gives a table.
      """)
  }

  // MARK: Callbacks

  /// Reads the arguments of one use of the function in a query.
  static func bind(_ info: duckdb_bind_info, _ functions: UnsafePointer<DuckDBFunctions>) {
    let duckdb = functions.pointee
    guard let data = duckdb.bind_get_extra_info(info) else { return }
    let function = Unmanaged<TableFunction>.fromOpaque(data).takeUnretainedValue()
    do {
      let binding = TableBinding(function, try function.arguments(info, functions))
      duckdb.bind_set_bind_data(info, Unmanaged.passRetained(binding).toOpaque()) { data in
        if let data { Unmanaged<TableBinding>.fromOpaque(data).release() }
      }
      for column in function.columns {
        let type = try VectorColumns(functions: functions).logicalType(column.shape.type)
        withExtendedLifetime(type) { duckdb.bind_add_result_column(info, column.name, type.handle) }
      }
    } catch {
      duckdb.bind_set_error(info, "\((error as? DuckDBError)?.message ?? "\(error)")")
    }
  }

  /// The arguments, in one row; those at the end that are left out are none.
  private func arguments(_ info: duckdb_bind_info, _ functions: UnsafePointer<DuckDBFunctions>) throws -> RecordBatch {
    let duckdb = functions.pointee
    var context: duckdb_client_context?
    duckdb.table_function_get_client_context(info, &context)
    defer { duckdb.destroy_client_context(&context) }
    let timeZone = context.flatMap { functions.timeZone(of: $0) }
    let query = try ValueQuery(database.pointer, timeZone: timeZone, VectorColumns(functions: functions))
    var arguments: [BoundArgument] = []
    var leftOut: String?
    for (index, parameter) in signature.parameters.enumerated() {
      var value = duckdb.bind_get_parameter(info, idx_t(index))
      defer { duckdb.destroy_value(&value) }
      guard let value else { throw DuckDBError(.query, "\(signature.name): DuckDB gave no argument \(index + 1)") }
      let what = "\(signature.name): argument \(index + 1) ('\(parameter.name)', \(parameter.type))"
      var (type, values): (SQLType, Column)
      do { (type, values) = try query.column(of: value, as: nil, rows: 1) } catch {
        throw DuckDBError(.query, "\(what): \(error)")
      }
      if parameter.hasDefault, type == .plain(.varchar), try values.toArray(of: String.self) == [Self.leftOut] {
        leftOut = leftOut ?? parameter.name
        continue
      }
      if let leftOut {
        throw DuckDBError(
          .query,
          "\(signature.name): '\(leftOut)' cannot be left out where '\(parameter.name)', which follows it, is given")
      }
      if let target = ConstantCast.target(of: type, for: parameter.type), target != type {
        do { (type, values) = try query.column(of: value, as: target, rows: 1) } catch {
          throw DuckDBError(.query, "\(what): \(error)")
        }
      }
      arguments.append(BoundArgument(type: type, isConstant: true, cast: .success((type, values))))
    }
    if let refusal = signature.refusal(of: arguments) { throw DuckDBError(.query, refusal) }
    return try BoundCall(arguments, for: signature) { timeZone ?? "UTC" }.constants()
  }

  /// Begins to draw rows.
  static func begin(_ info: duckdb_init_info, _ functions: UnsafePointer<DuckDBFunctions>) {
    let duckdb = functions.pointee
    guard let data = duckdb.init_get_bind_data(info) else { return }
    let binding = Unmanaged<TableBinding>.fromOpaque(data).takeUnretainedValue()
    let wanted = (0..<duckdb.init_get_column_count(info)).map {
      Int(truncatingIfNeeded: duckdb.init_get_column_index(info, $0))
    }
    do {
      let scan = try binding.function.scan(binding.arguments, wanted)
      duckdb.init_set_init_data(info, Unmanaged.passRetained(scan).toOpaque()) { data in
        guard let data else { return }
        Unmanaged<TableScan>.fromOpaque(data).takeRetainedValue().close()
      }
    } catch {
      duckdb.init_set_error(info, "\(error)")
    }
  }

  private func scan(_ arguments: RecordBatch, _ wanted: [Int]) throws -> TableScan {
    var options = CallOptions(errorMode: errorMode, timeouts: timeouts) { $0.storedInDuckDB }
    options.allowsLargeColumns = true
    // DuckDB asks for a column even if it only counts the rows; a place it knows by itself, such as that of the row's
    // number, is none of ours.
    let count = signature.columnTypes.count
    let known = wanted.filter { (0..<count).contains($0) }
    options.columns = known
    let cursor = try provider.open(index, arguments, options)
    // Behind the row of arguments, which comes first, and with the errors last.
    let places = wanted.map { column in
      known.firstIndex(of: column).map { $0 + 1 } ?? known.count + 1
    }
    return TableScan(
      cursor,
      zip(wanted, places).map { column, place in
        columns.indices.contains(column) ? (place, columns[column].shape) : nil
      })
  }

  /// Draws the rows of a chunk.
  static func run(
    _ info: duckdb_function_info, _ output: duckdb_data_chunk, _ functions: UnsafePointer<DuckDBFunctions>
  ) {
    let duckdb = functions.pointee
    guard let data = duckdb.function_get_init_data(info) else { return }
    let scan = Unmanaged<TableScan>.fromOpaque(data).takeUnretainedValue()
    do { try scan.fill(output, functions) } catch { duckdb.function_set_error(info, "\(error)") }
  }
}

/// One use of a table function in a query.
private final class TableBinding: Sendable {
  let function: TableFunction
  let arguments: RecordBatch

  init(_ function: TableFunction, _ arguments: RecordBatch) {
    self.function = function
    self.arguments = arguments
  }
}

/// The rows of one use of a table function on their way.
private final class TableScan: Sendable {
  private let cursor: any TableCursor
  /// For each vector of a chunk the place of its column in a batch; nil for what is none of ours.
  private let columns: [(place: Int, shape: VectorShape)?]

  init(_ cursor: any TableCursor, _ columns: [(place: Int, shape: VectorShape)?]) {
    self.cursor = cursor
    self.columns = columns
  }

  func fill(_ chunk: duckdb_data_chunk, _ functions: UnsafePointer<DuckDBFunctions>) throws {
    let duckdb = functions.pointee
    let vectors = VectorColumns(functions: functions)
    while let drawn = try cursor.nextAndWait(Int(duckdb.vector_size())) {
      // There may be failures without rows.
      guard drawn.values.rowCount > 0 else { continue }
      for (index, column) in columns.enumerated() {
        guard let column, let vector = duckdb.data_chunk_get_vector(chunk, idx_t(index)) else { continue }
        try vectors.write(drawn.values.columns[column.place], shape: column.shape, to: vector)
      }
      return duckdb.data_chunk_set_size(chunk, idx_t(drawn.values.rowCount))
    }
    duckdb.data_chunk_set_size(chunk, 0)
  }

  /// Ends the function; whoever had asked for its rows has them.
  func close() { try? cursor.closeAndWait() }
}

/// The C functions that DuckDB calls for a table function.
struct TableCallbacks: Sendable {
  let bind: duckdb_table_function_bind_t
  let begin: duckdb_table_function_init_t
  let run: duckdb_table_function_t

  /// - Throws: as `CallbackPlaces.place`.
  static func of(_ library: DuckDBLibrary) throws(DuckDBError) -> TableCallbacks {
    all[try CallbackPlaces.place(of: library)]
  }

  /// One for each place, as of `ScalarCallbacks`.
  private static let all = [
    TableCallbacks(bind: { bind($0, 0) }, begin: { begin($0, 0) }, run: { run($0, $1, 0) }),
    TableCallbacks(bind: { bind($0, 1) }, begin: { begin($0, 1) }, run: { run($0, $1, 1) }),
    TableCallbacks(bind: { bind($0, 2) }, begin: { begin($0, 2) }, run: { run($0, $1, 2) }),
  ]

  private static func bind(_ info: duckdb_bind_info, _ place: Int) {
    if let functions = CallbackPlaces.functions(place) { TableFunction.bind(info, functions) }
  }

  private static func begin(_ info: duckdb_init_info, _ place: Int) {
    if let functions = CallbackPlaces.functions(place) { TableFunction.begin(info, functions) }
  }

  private static func run(_ info: duckdb_function_info, _ output: duckdb_data_chunk, _ place: Int) {
    if let functions = CallbackPlaces.functions(place) { TableFunction.run(info, output, functions) }
  }
}
