public import Columnar

/// The rows of a table function on their way, drawn as they are asked for, for as many rows of arguments as there are.
///
/// One caller at a time: a second one gets the error `busy`. Dropping the last reference does what `close` does, without
/// waiting for it.
public protocol TableCursor: Sendable {
  /// Draws rows; the calling task is suspended and blocks no thread. Cancelling it stops the function and closes the
  /// cursor.
  ///
  /// - Parameter limit: how many at most, at least 1.
  /// - Returns: at least one row, or failures; nil when there are no more.
  /// - Throws: as ``FunctionProvider/evaluate(_:_:_:)``. The cursor is closed then, and gives no more rows.
  func next(_ limit: Int) async throws -> UDFTableBatch?

  /// The same for a thread that belongs to an engine: it blocks until the rows are there.
  func nextAndWait(_ limit: Int) throws -> UDFTableBatch?

  /// Closes the function's generator, so that its `finally` blocks run; the calling task is suspended meanwhile. Does
  /// nothing when there are no more rows, or when it has been closed.
  ///
  /// - Throws: `UDFError` when the generator raises or does not end.
  func close() async throws

  /// The same while the calling thread waits.
  func closeAndWait() throws
}

/// Some rows of a table function.
public struct UDFTableBatch: Sendable {
  /// A column `row` (int32), the place of the row of arguments that a row belongs to, then the function's columns. With
  /// ``UDFErrorMode/collect`` a last column `error`, a struct of `type`, `message`, `line` and `traceback`, which is null
  /// for rows without an error; where the function failed it stands in a row of its own.
  public let values: RecordBatch
  /// How many calls and rows failed.
  public let failureCount: Int
  /// Those failures, in order: all with ``UDFErrorMode/collect``, else the first few.
  public let failures: [UDFRowFailure]
  /// How many failed with each type of exception.
  package let failuresByType: [String: Int]

  /// How many failures no row stands for.
  package let failuresWithoutRow: Int

  package init(
    values: RecordBatch, failureCount: Int, failures: [UDFRowFailure], failuresByType: [String: Int],
    failuresWithoutRow: Int
  ) {
    self.failuresWithoutRow = failuresWithoutRow
    self.values = values
    self.failureCount = failureCount
    self.failures = failures
    self.failuresByType = failuresByType
  }
}

/// The rows of a table function as record batches: a column `row` (int32), the place of the row of arguments, then the
/// function's columns. Nothing is drawn before it is asked for.
public struct TableRows: AsyncSequence, Sendable {
  private let open: @Sendable () throws -> any TableCursor
  private let limit: Int

  init(limit: Int, _ open: @escaping @Sendable () throws -> any TableCursor) {
    self.open = open
    self.limit = limit
  }

  /// Begins to call the function; each iteration calls it anew, and closes it when it is dropped.
  public func makeAsyncIterator() -> Iterator { Iterator(cursor: Result { try open() }, limit: limit) }

  /// One iteration.
  public struct Iterator: AsyncIteratorProtocol {
    let cursor: Result<any TableCursor, any Error>
    let limit: Int

    /// Draws rows.
    ///
    /// - Throws: as ``TableCursor/next(_:)``.
    public mutating func next() async throws -> RecordBatch? { try await cursor.get().next(limit)?.values }
  }
}
