internal import CDuckDBABI
import Columnar
import Functions

/// A constant argument of another type than its parameter's, cast as DuckDB casts it for functions of its own.
enum ConstantCast {
  /// The type that a constant is cast to for a parameter: texts become what the parameter is declared as, dates
  /// timestamps, and what is within lists, maps and structures likewise. Nil where DuckDB would not cast either.
  static func target(of type: SQLType, for parameter: UDFType) -> SQLType? {
    if let field = type.field(named: ""), parameter.accepts(field) { return type }
    guard let declared = try? parameter.storedInDuckDB.sqlType else { return nil }
    switch (type, parameter) {
    case (.plain(.varchar), _): return declared
    case (.plain(.date), .timestamp), (.plain(.timestamp), .timestamp(_, _?)): return declared
    case (.list(let element), .list(let wanted)): return target(of: element, for: wanted).map { .list($0) }
    case (.array(let element, let count), .list(let wanted)):
      return target(of: element, for: wanted).map { .array($0, count: count) }
    case (.map(let key, let value), .map(let wantedKey, let wantedValue)):
      guard let key = target(of: key, for: wantedKey), let value = target(of: value, for: wantedValue) else {
        return nil
      }
      return .map(key: key, value: value)
    case (.structure(let members), .structure(let structure)):
      guard let places = structure.places(in: members.map(\.name)) else { return nil }
      var cast = members
      for (field, place) in zip(structure.fields, places) {
        guard let type = target(of: members[place].type, for: field.type) else { return nil }
        cast[place].type = type
        // A type is written with names.
        if cast[place].name.isEmpty { cast[place].name = field.name }
      }
      return .structure(cast)
    default: return nil
    }
  }

  /// The value of a constant expression, cast, once for each row of a full vector.
  ///
  /// DuckDB does it, on a connection of its own: its C interface has no other way. The time zone is the query's.
  ///
  /// - Throws: `query` with DuckDB's text when the value cannot be cast.
  static func column(
    _ expression: duckdb_expression, to type: SQLType, in info: duckdb_bind_info, of database: duckdb_database,
    _ vectors: VectorColumns
  ) throws -> Column {
    let functions = vectors.functions
    let duckdb = functions.pointee
    var context: duckdb_client_context?
    duckdb.scalar_function_get_client_context(info, &context)
    defer { duckdb.destroy_client_context(&context) }
    var value: duckdb_value?
    defer { duckdb.destroy_value(&value) }
    guard let context else { throw DuckDBError(.query, "DuckDB gave no context for a constant") }
    var problem = duckdb.expression_fold(context, expression, &value)
    duckdb.destroy_error_data(&problem)
    guard let value else { throw DuckDBError(.query, "DuckDB cannot compute a constant argument") }
    let rows = Int(duckdb.vector_size())
    return try ValueQuery(database, timeZone: functions.timeZone(of: context), vectors).column(
      of: value, as: type, rows: rows
    ).values
  }
}

/// What DuckDB makes of a value of its own as a column, which its C interface has no other way for: a query on a connection
/// of its own.
struct ValueQuery: ~Copyable {
  private let connection: duckdb_connection
  private let vectors: VectorColumns
  private var functions: UnsafePointer<DuckDBFunctions> { vectors.functions }

  /// - Parameter timeZone: the session's, in which texts are moments; nil for DuckDB's own.
  /// - Throws: `query`.
  init(_ database: duckdb_database, timeZone: String?, _ vectors: VectorColumns) throws(DuckDBError) {
    let duckdb = vectors.functions.pointee
    var connection: duckdb_connection?
    guard duckdb.connect(database, &connection) == DuckDBSuccess, let connection else {
      throw DuckDBError(.query, "DuckDB cannot open a connection to read an argument")
    }
    self.connection = connection
    self.vectors = vectors
    if let timeZone {
      let result = ResultHandle(functions: functions, addedLines: 0)
      _ = duckdb.query(connection, "SET TimeZone = '\(timeZone.replacing("'", with: "''"))'", result.pointer)
    }
  }

  deinit {
    var connection: duckdb_connection? = connection
    functions.pointee.disconnect(&connection)
  }

  /// A value, once for each of some rows of at most one chunk.
  ///
  /// - Parameter type: what it is cast to; nil for its own type.
  /// - Throws: `query` with DuckDB's text when the value cannot be cast.
  func column(of value: duckdb_value, as type: SQLType?, rows: Int) throws -> (type: SQLType, values: Column) {
    let duckdb = functions.pointee
    var statement: duckdb_prepared_statement?
    defer { duckdb.destroy_prepare(&statement) }
    let expression = type.map { "CAST($1 AS \($0.declaration))" } ?? "$1"
    guard duckdb.prepare(connection, "SELECT \(expression) FROM range(\(rows))", &statement) == DuckDBSuccess,
      let prepared = statement
    else {
      let reason = statement.flatMap { duckdb.prepare_error($0) }.map { String(cString: $0) }
      throw DuckDBError(.query, reason ?? "DuckDB cannot read an argument\(type.map { " as \($0)" } ?? "")")
    }
    let result = ResultHandle(functions: functions, addedLines: 0)
    guard duckdb.bind_value(prepared, 1, value) == DuckDBSuccess,
      duckdb.execute_prepared(prepared, result.pointer) == DuckDBSuccess
    else {
      // What follows the first paragraph points into the statement above, which is not the user's.
      let reason = result.error.map { error in error.message.split(separator: "\n\nLINE ").first.map(String.init) ?? ""
      }
      throw DuckDBError(.query, reason ?? "DuckDB cannot read an argument\(type.map { " as \($0)" } ?? "")")
    }
    var chunk = duckdb.fetch_chunk(result.pointer.pointee)
    defer { duckdb.destroy_data_chunk(&chunk) }
    guard let chunk, let vector = duckdb.data_chunk_get_vector(chunk, 0),
      let handle = duckdb.vector_get_column_type(vector), Int(duckdb.data_chunk_get_size(chunk)) == rows
    else { throw result.error ?? DuckDBError(.query, "DuckDB gave no value for an argument") }
    let owner = LogicalType(handle, functions: functions)
    let found = type ?? withExtendedLifetime(owner) { SQLType(handle, functions: functions) }
    return (found, try vectors.column(vector, type: found, count: rows))
  }
}

extension SQLType {
  /// The type in SQL, whatever its names are.
  var declaration: String {
    switch self {
    case .list(let element): "\(element.declaration)[]"
    case .array(let element, let count): "\(element.declaration)[\(count)]"
    case .map(let key, let value): "MAP(\(key.declaration), \(value.declaration))"
    case .structure(let fields):
      "STRUCT(\(fields.map { "\"\($0.name.replacing("\"", with: "\"\""))\" \($0.type.declaration)" }.joined(separator: ", ")))"
    default: description
    }
  }
}
