internal import Columnar

/// What went wrong when Arrow columns were read from IPC messages, or written as such.
///
/// The message is written for a person and says what to do. The code is for programs.
public struct IPCError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  public let code: Code
  /// The failure in words, with the field, the sizes and the positions involved.
  public let message: String

  /// Creates an error. Of a message of more than 1,000 bytes, which the names of foreign fields may make, the middle is
  /// left out.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message.utf8.count <= 1000 ? message : "\(message.prefix(500)) ... \(message.suffix(300))"
  }

  /// The message.
  public var description: String { message }

  /// The same failure, said to be in `context` (a field's path, say).
  func inContext(_ context: String) -> IPCError { IPCError(code: code, message: "\(context): \(message)") }
}

extension IPCError {
  /// The kinds of failure. More may be added, so a switch over them needs a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case invalidMessage, truncated, unsupported, limitExceeded, invalidColumn, compression, missingLibrary, misuse
      case file
    }

    private let value: Value

    /// The bytes of a message break the rules of the format.
    public static let invalidMessage = Code(value: .invalidMessage)
    /// The bytes end in the middle of a message, or before the end of the file.
    public static let truncated = Code(value: .truncated)
    /// Arrow has the type or the feature, and it cannot be read or written here.
    public static let unsupported = Code(value: .unsupported)
    /// A size, a count or a depth is above what the options allow.
    public static let limitExceeded = Code(value: .limitExceeded)
    /// A column does not hold what its type asks for.
    public static let invalidColumn = Code(value: .invalidColumn)
    /// Compressed bytes cannot be decompressed, or bytes cannot be compressed.
    public static let compression = Code(value: .compression)
    /// The library for a compression is not installed.
    public static let missingLibrary = Code(value: .missingLibrary)
    /// A reader or a writer was asked for what it does not have, or no longer.
    public static let misuse = Code(value: .misuse)
    /// A file cannot be opened, read or written.
    public static let file = Code(value: .file)

    /// The name of the code.
    public var description: String { value.rawValue }
  }
}

extension IPCError {
  /// A message that breaks the rules.
  static func invalid(_ problem: String) -> IPCError {
    IPCError(code: .invalidMessage, message: "\(problem); whoever wrote the message must correct it")
  }

  /// What is wrong with a column.
  init(_ error: ColumnError, in context: String) {
    self.init(code: .invalidColumn, message: "\(context): \(error.message)")
  }
}
