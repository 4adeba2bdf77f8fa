import HostSupport

/// Why loading DuckDB, opening a database or running SQL failed.
public struct DuckDBError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case libraryNotFound, libraryTooOld, missingSymbol, open, query, interrupted, connectionInUse
      case resultClosed, invalidArgument
    }

    private let value: Value

    /// The name of the code.
    public var description: String { value.rawValue }

    /// No usable library was found, or the one that was asked for does not load.
    public static let libraryNotFound = Code(value: .libraryNotFound)
    /// The library is older than the oldest supported version.
    public static let libraryTooOld = Code(value: .libraryTooOld)
    /// The library lacks a function of the C interface, or is not DuckDB.
    public static let missingSymbol = Code(value: .missingSymbol)
    /// A database could not be opened, or a setting was refused.
    public static let open = Code(value: .open)
    /// SQL is wrong or failed while it ran; the message is DuckDB's own text.
    public static let query = Code(value: .query)
    /// The statement was stopped by ``DuckDBConnection/interrupt()``.
    public static let interrupted = Code(value: .interrupted)
    /// Another thread, or a function called by the running query, is using the connection.
    public static let connectionInUse = Code(value: .connectionInUse)
    /// The rest of a result was asked for after a later statement had started.
    public static let resultClosed = Code(value: .resultClosed)
    /// A value that cannot be passed to DuckDB, such as a text with a NUL character.
    public static let invalidArgument = Code(value: .invalidArgument)
  }

  /// The kind of failure.
  public var code: Code
  /// What went wrong, for a person. For ``Code/query``, DuckDB's text: of a line at most 4,000 characters and of the
  /// whole 20,000, each with how much was left out.
  public var message: String

  /// Makes an error from its parts; a long message is shortened.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message.cut(lines: TextLimit.databaseLine, whole: TextLimit.databaseText)
  }

  /// DuckDB's error of a statement. An interruption is told by the text, since not every step has a type for its error.
  init(running message: String) { self.init(message.hasPrefix("INTERRUPT Error") ? .interrupted : .query, message) }

  /// The message.
  public var description: String { message }
}
