public import PythonRuntime

/// What the version of a source that is there now is doing; those before it, whose last calls may be under way, do not
/// count. All throw a `UDFError` with code `unknownFunction` when there is no source of that name.
extension UDFRegistry {
  /// How much memory each interpreter of a source takes.
  public func memoryUsage(of name: String) throws(UDFError) -> [MemoryUsage] { try version(name).pool.memoryUsage }

  /// What each interpreter of a source is doing, as `UDFPool.stacks` tells it.
  public func stacks(of name: String) throws(UDFError) -> [[PythonError.Frame]?] { try version(name).pool.stacks() }

  /// The functions of a source of which rows failed without failing their batch, since this version came.
  public func failureSummaries(of name: String) throws(UDFError) -> [UDFFailureSummary] {
    try version(name).pool.failureSummaries
  }

  /// What the policy has denied in the interpreters of a source, since this version came.
  public func denials(of name: String) throws(UDFError) -> PolicyDenials { try version(name).pool.denials }
}
