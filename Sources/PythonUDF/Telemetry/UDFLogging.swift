public import Logging

/// Where what UDFs print, log and warn of goes, and how much of it.
public struct UDFLogging: Sendable {
  /// The logger. What a UDF writes carries metadata: `udf.source`, `udf.function`, `udf.row` (in its batch, from 0),
  /// `udf.origin`, and for Python's `logging` the name of its logger as `udf.logger`.
  ///
  /// Its handler is called on the interpreters' threads while the function waits, and must not call the UDFs.
  public var logger: Logger
  /// How many messages a second a function may write, at least 1; nil for any number. How many were left out is logged.
  public var messagesPerSecond: Int?

  /// Creates the logging of a pool.
  ///
  /// - Parameters:
  ///   - logger: the caller's current logger by default, which writes to standard error where nobody has chosen another.
  ///   - messagesPerSecond: how many messages a second a function may write; nil for any number.
  public init(logger: Logger = .current, messagesPerSecond: Int? = 100) {
    self.logger = logger
    self.messagesPerSecond = messagesPerSecond
  }
}
