public import Columnar

/// A function that takes batches one after the other, on its way: it is called once, and what it has set up serves all of
/// them.
///
/// One caller at a time: a second one gets the error `busy`. Dropping the last reference does what `close` does, without
/// waiting for it.
public protocol BatchStream: Sendable {
  /// Gives the function the next batch; the calling task is suspended and blocks no thread. Cancelling it stops the function
  /// and closes the stream.
  ///
  /// - Parameter batch: one column per parameter, in order; of the same types each time.
  /// - Returns: a value for each row. Rows that fail together, because the function raises, end its iterator: with an error
  ///   mode that goes on it is called anew with the next batch.
  /// - Throws: as ``FunctionProvider/evaluate(_:_:_:)``. The stream is closed then.
  func next(_ batch: RecordBatch) async throws -> UDFResult

  /// The same for a thread that belongs to an engine: it blocks until the result is there.
  func nextAndWait(_ batch: RecordBatch) throws -> UDFResult

  /// Tells the function that there are no more batches, and lets it come to its end.
  ///
  /// - Throws: `UDFError` when it raises then, gives another result, or does not end.
  func finish() async throws

  /// The same while the calling thread waits.
  func finishAndWait() throws

  /// Closes the function's generator where it is, so that its `finally` blocks run. Does nothing once it has ended.
  ///
  /// - Throws: `UDFError` when the generator raises or does not end.
  func close() async throws

  /// The same while the calling thread waits.
  func closeAndWait() throws
}
