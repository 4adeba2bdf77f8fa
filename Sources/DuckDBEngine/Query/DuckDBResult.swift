internal import CDuckDBABI

/// What a statement gave: rows to read, a number of changed rows, or nothing.
///
/// Belongs to the thread that runs the statements; keeps its connection open.
public final class DuckDBResult {
  /// What kind of answer a statement gives.
  public enum Kind: Sendable, Hashable {
    /// Rows, to be read with ``DuckDBResult/nextRows()``.
    case rows
    /// The statement changed this many rows, as INSERT, UPDATE, DELETE and COPY do.
    case changedRows(Int)
    /// The statement ran, and there is nothing to say about it.
    case nothing
  }

  /// What kind of answer this is.
  public let kind: Kind
  /// The columns of the rows; empty when there are no rows to read.
  public let columns: [DuckDBColumn]

  private let handle: ResultHandle
  private let connection: DuckDBConnection
  private var isFinished = false

  /// - Parameter names: of the columns, if not those of the result itself.
  init(handle: ResultHandle, connection: DuckDBConnection, names: [String]?) {
    let functions = connection.functions
    switch functions.pointee.result_return_type(handle.pointer.pointee) {
    case DUCKDB_RESULT_TYPE_CHANGED_ROWS:
      kind = .changedRows(Int(clamping: functions.pointee.rows_changed(handle.pointer)))
      columns = []
    case DUCKDB_RESULT_TYPE_NOTHING:
      kind = .nothing
      columns = []
    default:
      kind = .rows
      var columns = handle.columns()
      for (index, name) in (names ?? []).enumerated() { columns[index].name = name }
      self.columns = columns
    }
    self.handle = handle
    self.connection = connection
  }

  /// Computes and copies the next rows; nil behind the last. Each call holds one chunk in memory.
  ///
  /// - Throws: `query` when the query fails on the way, `interrupted`, `connectionInUse`, and
  ///   `resultClosed` when a later statement has been started on the connection.
  public func nextRows() throws(DuckDBError) -> DuckDBRows? {
    guard kind == .rows else { return nil }
    return try fetch { chunk in
      let functions = connection.functions
      let count = Int(functions.pointee.data_chunk_get_size(chunk))
      let values = columns.enumerated().map { index, column in
        VectorReader(functions: functions)
          .values(
            functions.pointee.data_chunk_get_vector(chunk, idx_t(index)), type: column.type, count: count)
      }
      return DuckDBRows(count: count, columns: values)
    }
  }

  /// Computes the rest of the rows without copying them.
  func drain() throws(DuckDBError) {
    guard kind == .rows else { return }
    while try fetch({ _ in true }) != nil {}
  }

  private func fetch<Value>(_ read: (duckdb_data_chunk) -> Value) throws(DuckDBError) -> Value? {
    if isFinished { return nil }
    return try connection.withHandle { _ throws(DuckDBError) in
      if handle.isClosed {
        throw DuckDBError(.resultClosed, "the result was closed by a later statement on its connection")
      }
      try connection.checkInterruption()
      var chunk = connection.functions.pointee.fetch_chunk(handle.pointer.pointee)
      defer { connection.functions.pointee.destroy_data_chunk(&chunk) }
      if let chunk { return read(chunk) }
      isFinished = true
      if let error = handle.error { throw error }
      return nil
    }
  }
}

@available(*, unavailable)
extension DuckDBResult: Sendable {}
