internal import CDuckDBABI
import Columnar
import PythonUDF

/// One use of a function in a query: the types of its arguments, looked up when the query is bound.
final class BoundCall: Sendable {
  let shapes: [VectorShape]
  let schema: Schema

  /// - Throws: `invalidArgument` for a type without a column.
  init(_ arguments: [SQLType], for signature: UDFSignature) throws(DuckDBError) {
    var shapes: [VectorShape] = []
    var fields: [Field] = []
    let parameters = signature.parameters(forArguments: arguments.count) ?? []
    for (parameter, argument) in zip(parameters, arguments) {
      shapes.append(try VectorShape(argument))
      if let field = argument.field(named: parameter.name) { fields.append(field) }
    }
    self.shapes = shapes
    schema = Schema(fields)
  }

  /// The arguments of a chunk.
  func batch(of chunk: duckdb_data_chunk, _ vectors: VectorColumns) throws -> RecordBatch {
    let duckdb = vectors.functions.pointee
    let rows = Int(duckdb.data_chunk_get_size(chunk))
    let columns = try shapes.enumerated().map { index, shape in
      guard let vector = duckdb.data_chunk_get_vector(chunk, idx_t(index)) else {
        throw DuckDBError(.invalidArgument, "DuckDB gave no vector for argument \(index + 1)")
      }
      return try vectors.column(vector, shape: shape, count: rows)
    }
    return try RecordBatch(schema: schema, columns: columns, rowCount: rows)
  }
}
