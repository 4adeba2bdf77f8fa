/// What is wrong with a message of the other process. Nothing of the message has been taken then.
package struct WireError: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
