/// Why output could not be written.
public struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, for a person.
  public var message: String
  /// Whether the reader at the other end has gone, which is a quiet end for a command in a pipe.
  public var isClosedPipe: Bool

  /// Makes an error from its parts.
  public init(message: String, isClosedPipe: Bool = false) {
    self.message = message
    self.isClosedPipe = isClosedPipe
  }

  /// The message.
  public var description: String { message }
}
