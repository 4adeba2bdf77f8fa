internal import CDuckDBABI
import Columnar

/// How the chunks of a result become batches, looked up once.
struct BatchShape: Sendable {
  let schema: Schema
  private let shapes: [VectorShape]

  init(_ columns: [DuckDBColumn], for use: ColumnUse) throws(DuckDBError) {
    schema = Schema(columns.compactMap { $0.type.field(named: $0.name, for: use) })
    var shapes: [VectorShape] = []
    for column in columns { shapes.append(try VectorShape(column.type, for: use)) }
    self.shapes = shapes
  }

  /// The rows of a chunk, in one batch unless they have more text, or elements of lists, than a column takes.
  func batches(
    of chunk: duckdb_data_chunk, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws(DuckDBError) -> [RecordBatch] {
    do {
      return try batches(of: chunk, 0..<Int(functions.pointee.data_chunk_get_size(chunk)), functions)
    } catch let error as DuckDBError {
      throw error
    } catch {
      throw DuckDBError(.invalidArgument, "\(error)")
    }
  }

  private func batches(
    of chunk: duckdb_data_chunk, _ rows: Range<Int>, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws -> [RecordBatch] {
    do {
      let vectors = VectorColumns(functions: functions)
      let columns = try shapes.enumerated().map { index, shape in
        guard let vector = functions.pointee.data_chunk_get_vector(chunk, idx_t(index)) else {
          throw DuckDBError(.invalidArgument, "DuckDB gave no values for column \(index)")
        }
        return try vectors.column(vector, shape: shape, rows: rows)
      }
      return [try RecordBatch(schema: schema, columns: columns, rowCount: rows.count)]
    } catch let error as ColumnError where error.code == .capacityExceeded && rows.count > 1 {
      let middle = rows.lowerBound + rows.count / 2
      return try batches(of: chunk, rows.lowerBound..<middle, functions)
        + batches(of: chunk, middle..<rows.upperBound, functions)
    }
  }
}
