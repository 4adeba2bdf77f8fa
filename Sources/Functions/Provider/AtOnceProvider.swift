package import Columnar

/// A provider that may run a short call on its caller's own thread, for callers that cost more to wake than the call takes:
/// event loops.
package protocol AtOnceProvider: FunctionProvider {
  /// Calls the function at a place in ``signatures`` on the calling thread, if its batches have lately been short enough for that.
  ///
  /// A call that turns out to be long is stopped after some milliseconds, as far as Python code can be stopped, and nil is given:
  /// the rows that it has done are done again then.
  ///
  /// - Parameters:
  ///   - function: the place of the function.
  ///   - batch: as for `evaluate`.
  ///   - options: as for `evaluate`.
  /// - Returns: nil when the call is to be made by `evaluate`.
  /// - Throws: as `evaluate`.
  func evaluateAtOnce(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult?
}
