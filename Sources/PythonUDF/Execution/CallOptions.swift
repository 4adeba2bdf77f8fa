/// How one batch is called.
package struct CallOptions {
  /// What a failing row does; nil for what the function says.
  package var errorMode: UDFErrorMode?
  /// Told of every failing row, with its arguments.
  package var observer: (@Sendable (UDFRowFailure) -> Void)?
  /// Keeps the telling of failing rows for later, of a call that may be made in vain; nil for telling at once.
  package var postpone: (@Sendable (@escaping @Sendable () -> Void) -> Void)?
  /// How long it may take; where nothing is said, what the function says.
  package var timeouts: UDFTimeouts
  /// The watch over the call, which the call ends.
  var watch: WatchedCall?
  /// What is told when an interpreter begins.
  var observed: ObservedCall?
  /// The type of the result where it is fixed beforehand; nil for that of the function, with the arguments' digits for a
  /// plain `Decimal`.
  package var result: UDFType?

  package init(
    errorMode: UDFErrorMode? = nil, observer: (@Sendable (UDFRowFailure) -> Void)? = nil,
    timeouts: UDFTimeouts = UDFTimeouts(), result: UDFType? = nil
  ) {
    self.errorMode = errorMode
    self.observer = observer
    self.timeouts = timeouts
    self.result = result
  }

  func observed(by call: ObservedCall) -> CallOptions {
    var options = self
    options.observed = call
    return options
  }
}
