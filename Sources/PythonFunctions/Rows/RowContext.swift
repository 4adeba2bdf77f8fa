package import Functions

/// What the rows of a batch are called with, besides their arguments.
package struct RowContext {
  package let options: CallOptions
  /// Told of every failing row, with its arguments.
  package let observer: (@Sendable (UDFRowFailure) -> Void)?
  /// Where each row is noted, for those who watch and for what the function writes.
  package let progress: CallProgress

  package init(
    options: CallOptions = CallOptions(), observer: (@Sendable (UDFRowFailure) -> Void)? = nil,
    progress: CallProgress = CallProgress()
  ) {
    self.options = options
    self.observer = observer
    self.progress = progress
  }
}
