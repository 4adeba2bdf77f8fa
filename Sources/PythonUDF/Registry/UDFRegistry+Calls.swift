public import Columnar

extension UDFRegistry {
  /// Calls a function of a source for each row of a batch, and says which rows failed; the calling task is suspended and
  /// blocks no thread.
  ///
  /// - Parameters:
  ///   - function: the function.
  ///   - name: the source.
  ///   - batch: one column per parameter, in order.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long the call may take; where nothing is said, what the function says.
  /// - Throws: as `UDFPool.evaluate` does.
  public func evaluate(
    _ function: String, of name: String, _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) async throws -> UDFResult {
    let version = try begin(name)
    defer { version.end() }
    return try await version.pool.evaluate(function, batch, onError: errorMode, timeouts: timeouts)
  }

  /// Begins a call of the version that is there now; its `end` ends it.
  ///
  /// - Throws: `UDFError` with code `unknownFunction` when there is no source of that name.
  func begin(_ name: String) throws(UDFError) -> SourceVersion {
    while true {
      let version = try version(name)
      // One that takes no more calls has left its place before.
      if version.begin() { return version }
    }
  }
}
