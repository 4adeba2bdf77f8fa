import CDuckDBABI
import Columnar
import Synchronization

@testable import DuckDBEngine

/// A scalar function of one argument that a test writes in Swift, on columns.
final class VectorFunction: Sendable {
  typealias Body = @Sendable (VectorColumns, duckdb_data_chunk, duckdb_vector) throws -> Void

  private let body: Body

  /// Registers a function that takes any number of arguments of any type.
  @discardableResult
  init(
    _ name: String, returning result: SQLType, on connection: DuckDBConnection, isVolatile: Bool = false,
    _ body: @escaping Body
  ) throws {
    let library = connection.database.library
    self.body = body
    let duckdb = library.functions.pointee
    let type = try VectorColumns(functions: library.functions).logicalType(result)
    var function = duckdb.create_scalar_function()
    var any = duckdb.create_logical_type(DUCKDB_TYPE_ANY)
    defer {
      duckdb.destroy_scalar_function(&function)
      duckdb.destroy_logical_type(&any)
    }
    guard let function, let any else { throw DuckDBError(.query, "no memory for a function") }
    duckdb.scalar_function_set_name(function, name)
    duckdb.scalar_function_set_varargs(function, any)
    duckdb.scalar_function_set_return_type(function, type.handle)
    duckdb.scalar_function_set_special_handling(function)
    if isVolatile { duckdb.scalar_function_set_volatile(function) }
    // Never given back: a test process is short.
    duckdb.scalar_function_set_extra_info(function, Unmanaged.passRetained(self).toOpaque(), nil)
    duckdb.scalar_function_set_function(function, Self.callback(of: library))
    let state = try connection.withRegistrationHandle { duckdb.register_scalar_function($0, function) }
    guard state == DuckDBSuccess else { throw DuckDBError(.query, "DuckDB refuses the function") }
  }

  /// A callback is told nothing, not even its library, so each library has its own.
  private static let libraries = Mutex<[DuckDBLibrary]>([])

  private static func callback(of library: DuckDBLibrary) -> duckdb_scalar_function_t {
    let index = libraries.withLock { libraries in
      if let index = libraries.firstIndex(where: { $0 === library }) { return index }
      libraries.append(library)
      return libraries.count - 1
    }
    return index == 0
      ? { VectorFunction.run($0, $1, $2, 0) } : { VectorFunction.run($0, $1, $2, 1) }
  }

  private static func run(
    _ info: duckdb_function_info, _ input: duckdb_data_chunk, _ output: duckdb_vector, _ library: Int
  ) {
    let functions = libraries.withLock { $0[library].functions }
    guard let data = functions.pointee.scalar_function_get_extra_info(info) else { return }
    let function = Unmanaged<VectorFunction>.fromOpaque(data).takeUnretainedValue()
    do {
      try function.body(VectorColumns(functions: functions), input, output)
    } catch {
      functions.pointee.scalar_function_set_error(info, "\(error)")
    }
  }
}

extension VectorColumns {
  /// An argument of a function as a column.
  func argument(_ index: Int, of chunk: duckdb_data_chunk, type: SQLType) throws -> Column {
    let count = Int(functions.pointee.data_chunk_get_size(chunk))
    guard let vector = functions.pointee.data_chunk_get_vector(chunk, idx_t(index)) else {
      throw DuckDBError(.invalidArgument, "no argument \(index)")
    }
    return try column(vector, type: type, count: count)
  }
}

extension DuckDBConnection {
  /// The type of the only column of a query.
  func type(of query: String) throws -> SQLType {
    guard let column = try execute("FROM (\(query)) LIMIT 0").next()?.columns.first else {
      throw DuckDBError(.query, "no columns: \(query)")
    }
    return column.type
  }

  /// Registers a function that reads its argument as a column, and writes that column as its result.
  func registerIdentity(
    _ name: String, _ type: SQLType, change: @escaping @Sendable (Column) throws -> Column = { $0 }
  ) throws {
    try VectorFunction(name, returning: type, on: self) { vectors, input, output in
      let column = try vectors.argument(0, of: input, type: type)
      try column.validate(.full)
      guard column.type == type.field(named: "x")?.type else {
        throw DuckDBError(.invalidArgument, "\(type) came as \(column.type)")
      }
      try vectors.write(change(column), as: type, to: output)
    }
  }
}

/// A vector outside of any query, in a chunk of its own.
final class LooseVector {
  let vector: duckdb_vector
  let columns: VectorColumns
  let type: SQLType
  private let chunk: duckdb_data_chunk

  init(_ type: SQLType, in library: TestLibrary) throws {
    self.type = type
    columns = VectorColumns(functions: try library.load().functions)
    let duckdb = columns.functions.pointee
    let logicalType = try columns.logicalType(type)
    guard let chunk = withExtendedLifetime(logicalType, { duckdb.create_data_chunk([logicalType.handle], 1) }),
      let vector = duckdb.data_chunk_get_vector(chunk, 0)
    else { throw DuckDBError(.query, "no memory for a chunk") }
    (self.chunk, self.vector) = (chunk, vector)
  }

  deinit {
    var chunk: duckdb_data_chunk? = chunk
    columns.functions.pointee.destroy_data_chunk(&chunk)
  }

  func write(_ column: Column) throws { try columns.write(column, as: type, to: vector) }

  func column(count: Int) throws -> Column {
    let column = try columns.column(vector, type: type, count: count)
    try column.validate(.full)
    return column
  }

  /// The values as the reader of results has them.
  func values(count: Int) throws -> [String] {
    let shape = try VectorShape(type, for: .results(timeZone: "UTC", intervals: .exact))
    let column = try columns.column(vector, shape: shape, count: count)
    return (0..<count).map { SQLValue(column, $0, type).description }
  }

  /// Writes rows as they lie in memory.
  func fill<Row>(_ rows: [Row], at vector: duckdb_vector? = nil) {
    guard let data = columns.functions.pointee.vector_get_data(vector ?? self.vector) else { return }
    for (index, row) in rows.enumerated() { data.assumingMemoryBound(to: Row.self)[index] = row }
  }

  /// Makes rows null, and nothing else: neither their children nor their values.
  func markNull(_ rows: [Int], at vector: duckdb_vector? = nil) {
    let vector = vector ?? self.vector
    columns.functions.pointee.vector_ensure_validity_writable(vector)
    guard let words = columns.functions.pointee.vector_get_validity(vector) else { return }
    for row in rows { words[row >> 6] &= ~(1 << UInt64(row & 63)) }
  }

  func member(_ index: Int) -> duckdb_vector? {
    columns.functions.pointee.struct_vector_get_child(vector, idx_t(index))
  }

  /// The child of a list, with room for so many elements.
  func elements(_ count: Int) -> duckdb_vector? {
    _ = columns.functions.pointee.list_vector_reserve(vector, idx_t(count))
    _ = columns.functions.pointee.list_vector_set_size(vector, idx_t(count))
    return columns.functions.pointee.list_vector_get_child(vector)
  }
}

/// What an error says; empty when there is none.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}
