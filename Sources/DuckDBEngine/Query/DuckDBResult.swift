internal import CDuckDBABI
public import Columnar

/// What a statement gave: rows to read, a number of changed rows, or nothing.
///
/// Belongs to the thread that runs the statements; keeps its connection open.
public final class DuckDBResult {
  /// What kind of answer a statement gives.
  public enum Kind: Sendable, Hashable {
    /// Rows, to be read with ``DuckDBResult/nextBatch()``.
    case rows
    /// The statement changed this many rows, as INSERT, UPDATE, DELETE and COPY do.
    case changedRows(Int)
    /// The statement ran, and there is nothing to say about it.
    case nothing
  }

  /// What kind of answer this is.
  public let kind: Kind
  /// The columns of the rows, as DuckDB names and types them; empty when there are no rows to read.
  public let columns: [DuckDBColumn]
  /// The columns of the batches, as Arrow has them.
  ///
  /// Each SQL type has the Arrow type that DuckDB itself exports when it is asked to lose nothing. `TIMESTAMPTZ` is a
  /// timestamp in the time zone that the session had when the statement began. `HUGEINT`, `UHUGEINT`, `BIT` and `TIMETZ`
  /// are of the extension type `arrow.opaque`, `UUID` of `arrow.uuid` and `JSON` of `arrow.json`. A `UNION` is a struct of
  /// the extension type `clutch.union`: the field `tag` counts the members from 0, and only the one that it says has a
  /// value. Of types that cannot be read, such as `BIGNUM`, an `arrow.opaque` struct without fields tells only which rows
  /// have a value.
  public var schema: Schema { arrow.schema }

  /// How to make columns of the rows.
  private let arrow, exact: BatchShape
  private let handle: ResultHandle
  private let connection: DuckDBConnection
  private var isFinished = false
  /// Batches of a chunk that did not fit into one, the next one last.
  private var waiting: [RecordBatch] = []

  /// - Parameters:
  ///   - names: of the columns, if not those of the result itself.
  ///   - timeZone: of the session.
  init(
    handle: ResultHandle, connection: DuckDBConnection, names: [String]?, timeZone: () -> String
  ) throws(DuckDBError) {
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
    let timeZone = columns.contains { $0.type.contains(.timestampTZ) } ? timeZone() : "UTC"
    arrow = try BatchShape(columns, for: .results(timeZone: timeZone, intervals: .arrow))
    let hasIntervals = columns.contains { $0.type.contains(.interval) }
    exact = hasIntervals ? try BatchShape(columns, for: .results(timeZone: timeZone, intervals: .exact)) : arrow
    self.handle = handle
    self.connection = connection
  }

  /// Computes and copies the next rows, with the columns of ``schema``; nil behind the last, and for a statement without
  /// rows. Each call holds one chunk in memory, at most 2,048 rows with DuckDB's usual build.
  ///
  /// Call it on the thread that runs the statements. The batch is independent of the result and can go to any thread. Rows
  /// that were read by ``nextRows()`` do not come again.
  ///
  /// - Throws: `query` when the query fails on the way, `interrupted`, `connectionInUse`, and
  ///   `resultClosed` when a later statement has been started on the connection; `invalidArgument` for an `INTERVAL` of
  ///   more hours than Arrow's nanoseconds hold, which are 2,562,047: cast such a column to VARCHAR.
  public func nextBatch() throws(DuckDBError) -> RecordBatch? { try nextBatch(arrow) }

  /// The schema of ``nextExactBatch()``.
  package var exactSchema: Schema { exact.schema }

  /// The same with an `INTERVAL` as DuckDB stores it, so that all of them fit: `arrow.opaque`, 16 bytes.
  package func nextExactBatch() throws(DuckDBError) -> RecordBatch? { try nextBatch(exact) }

  /// The next rows as values, for results of a few rows. Otherwise as ``nextBatch()``, and for all intervals.
  ///
  /// - Throws: as ``nextBatch()``.
  public func nextRows() throws(DuckDBError) -> DuckDBRows? {
    try nextExactBatch().map { DuckDBRows(batch: $0, types: columns.map(\.type)) }
  }

  private func nextBatch(_ shape: BatchShape) throws(DuckDBError) -> RecordBatch? {
    guard kind == .rows else { return nil }
    if let batch = waiting.popLast() { return batch }
    let batches = try fetch { chunk throws(DuckDBError) in try shape.batches(of: chunk, connection.functions) }
    waiting = batches?.reversed() ?? []
    return waiting.popLast()
  }

  /// Computes the rest of the rows without copying them.
  func drain() throws(DuckDBError) {
    guard kind == .rows else { return }
    while try fetch({ _ in true }) != nil {}
  }

  private func fetch<Value>(_ read: (duckdb_data_chunk) throws(DuckDBError) -> Value) throws(DuckDBError) -> Value? {
    if isFinished { return nil }
    return try connection.withHandle { _ throws(DuckDBError) in
      if handle.isClosed {
        throw DuckDBError(.resultClosed, "the result was closed by a later statement on its connection")
      }
      try connection.checkInterruption()
      var chunk = connection.functions.pointee.fetch_chunk(handle.pointer.pointee)
      defer { connection.functions.pointee.destroy_data_chunk(&chunk) }
      if let chunk { return try read(chunk) }
      isFinished = true
      if let error = handle.error { throw error }
      return nil
    }
  }
}

@available(*, unavailable)
extension DuckDBResult: Sendable {}
