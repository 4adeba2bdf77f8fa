/// Why output could not be written.
package struct OutputError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, for a person.
  package var message: String
  /// Whether the reader at the other end has gone, which is a quiet end for a command in a pipe.
  package var isClosedPipe: Bool

  /// The message.
  package var description: String { message }
}
