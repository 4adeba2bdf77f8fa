public import Columnar

/// What a call gave for the rows of a batch.
public struct UDFResult: Sendable {
  /// The results, one per row; null where the call failed.
  public let values: Column
  /// With ``UDFErrorMode/collect`` the errors, one per row: a struct of `type`, `message`, `line` and `traceback`, null
  /// where the call succeeded. Else nil.
  public let errors: Column?
  /// How many calls failed.
  public let failureCount: Int
  /// The rows that failed, in order: all with ``UDFErrorMode/collect``, else the first few.
  public let failures: [UDFRowFailure]
  /// How many calls failed with each type of exception.
  package let failuresByType: [String: Int]

  /// How many rows were computed without Python, and how many of such a function's Python had to run; 0 where it ran all.
  package var vectorizedRows = 0
  package var rerunRows = 0

  package init(
    values: Column, errors: Column?, failureCount: Int, failures: [UDFRowFailure], failuresByType: [String: Int]
  ) {
    self.values = values
    self.errors = errors
    self.failureCount = failureCount
    self.failures = failures
    self.failuresByType = failuresByType
  }
}
