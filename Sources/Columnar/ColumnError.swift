/// What went wrong with columnar data that came from outside: a type, a length, a layout, a text.
///
/// The message is written for a person and says what to do. The code is for programs.
public struct ColumnError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  public let code: Code
  /// The failure in words, with the types, lengths and rows involved.
  public let message: String

  /// Creates an error.
  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// The same failure, said to be in `context` (a column's name, say).
  func inContext(_ context: String) -> ColumnError {
    ColumnError(code: code, message: "\(context): \(message)")
  }
}

extension ColumnError {
  /// The kinds of failure. More may be added, so a switch over them needs a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case typeMismatch, lengthMismatch, invalidLayout, invalidOffsets, invalidText, wrongNullCount
      case nullsNotAllowed, capacityExceeded, invalidType, unsupportedType, invalidSchema, invalidIndex, producerFailed
    }

    private let value: Value

    /// The column's type is not the one that was asked for.
    public static let typeMismatch = Code(value: .typeMismatch)
    /// Columns, schema and row count do not agree in number.
    public static let lengthMismatch = Code(value: .lengthMismatch)
    /// Buffers or children do not have the number, size or alignment that the type needs.
    public static let invalidLayout = Code(value: .invalidLayout)
    /// Offsets of a variable width column decrease or point outside the data.
    public static let invalidOffsets = Code(value: .invalidOffsets)
    /// A text value is not UTF-8.
    public static let invalidText = Code(value: .invalidText)
    /// The declared number of nulls is not the one that the validity bitmap shows.
    public static let wrongNullCount = Code(value: .wrongNullCount)
    /// A field that is declared without nulls has some.
    public static let nullsNotAllowed = Code(value: .nullsNotAllowed)
    /// The data does not fit the offsets of the type.
    public static let capacityExceeded = Code(value: .capacityExceeded)
    /// The parameters of a type make no sense.
    public static let invalidType = Code(value: .invalidType)
    /// Arrow has the type, but it cannot be read here.
    public static let unsupportedType = Code(value: .unsupportedType)
    /// The description of a type that came with foreign data breaks Arrow's rules.
    public static let invalidSchema = Code(value: .invalidSchema)
    /// An index of a dictionary encoded column points outside the dictionary.
    public static let invalidIndex = Code(value: .invalidIndex)
    /// The producer of a stream of batches has failed.
    public static let producerFailed = Code(value: .producerFailed)

    /// The name of the code.
    public var description: String { value.rawValue }
  }
}
