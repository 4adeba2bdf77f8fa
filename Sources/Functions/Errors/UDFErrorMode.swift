/// What a row does whose call fails: the function raises, a value cannot be made for it, or its result does not fit.
///
/// `KeyboardInterrupt`, `SystemExit` and every other exception that is no `Exception`, and `MemoryError`, end the call in
/// every mode.
public enum UDFErrorMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// The call throws, and with it a query fails.
  case raise
  /// The row is null, and is counted.
  case null
  /// The row is null in the result, and has its error beside it: in SQL as a struct of value and error.
  case collect
}
