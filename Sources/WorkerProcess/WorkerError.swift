/// What went wrong between this process and a worker.
package struct WorkerError: Error, Sendable, CustomStringConvertible {
  package let description: String
  /// Whether there was too much to hand over.
  package let isTooLarge: Bool

  package init(_ description: String, isTooLarge: Bool = false) {
    self.description = description
    self.isTooLarge = isTooLarge
  }
}
