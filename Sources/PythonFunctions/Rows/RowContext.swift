package import Functions

/// What the rows of a batch are called with, besides their arguments.
package struct RowContext {
  package let options: CallOptions
  /// Told of every failing row, with its arguments.
  package let observer: (@Sendable (UDFRowFailure) -> Void)?
  /// Where each row is noted, for those who watch and for what the function writes.
  package let progress: CallProgress
  /// What the rows of an async function are called with besides.
  package let concurrent: Concurrent
  /// Whether the results are read before any code of the source's runs again, which could write where they lie.
  package var areTakenAtOnce: Bool

  /// What is said of rows that are under way at the same time.
  package struct Concurrent {
    /// How long each row may take; nil for any time.
    package var timeout: Duration?
    /// The places that the rows take beside those of other calls; nil for a place for each.
    package var places: ConcurrentPlaces.Lease?
    /// Called when a row does not end that was cancelled.
    package var hangs: @Sendable (_ isLate: Bool) -> Void

    package init(
      timeout: Duration? = nil, places: ConcurrentPlaces.Lease? = nil,
      hangs: @escaping @Sendable (_ isLate: Bool) -> Void = { _ in }
    ) {
      self.timeout = timeout
      self.places = places
      self.hangs = hangs
    }
  }

  package init(
    options: CallOptions = CallOptions(), observer: (@Sendable (UDFRowFailure) -> Void)? = nil,
    progress: CallProgress = CallProgress(), concurrent: Concurrent = Concurrent(), areTakenAtOnce: Bool = false
  ) {
    self.options = options
    self.observer = observer
    self.progress = progress
    self.concurrent = concurrent
    self.areTakenAtOnce = areTakenAtOnce
  }
}
