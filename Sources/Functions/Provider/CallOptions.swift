package import Columnar

/// How the rows of a batch are called.
public struct CallOptions: Sendable {
  /// What a failing row does; nil for what the function says.
  public var errorMode: UDFErrorMode?
  /// How long the call may take; where nothing is said, what the function says.
  public var timeouts: UDFTimeouts
  /// Whether results of which a batch has more than 2,147,483,647 bytes, or elements of lists, come as `large_utf8`,
  /// `large_binary` and `large_list` (a map as a `large_list` of its entries), also within other types. Else such a batch
  /// fails with `wrongResult`, so that every column is of the type that the signature says: call with fewer rows then.
  /// Arguments may be large columns either way.
  public var allowsLargeColumns = false
  /// The number that this is about. Tests set it lower.
  package var shortReach = Int(Int32.max)
  /// The type that a result is written as, of that which the function has; nil for that of the function, with the
  /// arguments' digits for a plain `Decimal`. For engines whose types are fixed beforehand.
  package var resultType: (@Sendable (UDFType) -> UDFType)?
  /// The time zone in which the engine shows moments, for the text of failing rows' arguments; nil for that of the value.
  package var timeZone: String?
  /// Keeps the telling of failing rows for later, of a call that may be made in vain; nil for telling at once.
  package var postpone: (@Sendable (@escaping @Sendable () -> Void) -> Void)?

  /// The places of a table function's columns that are read, in the order in which they come; nil for all.
  package var columns: [Int]?

  /// Whether the states of an aggregate function without `merge` keep their rows, so that they can be merged.
  package var keepsRows = false

  package var offsetReach: OffsetReach { OffsetReach(short: shortReach, mayBeLong: allowsLargeColumns) }

  /// Options, each with its default unless given.
  public init(errorMode: UDFErrorMode? = nil, timeouts: UDFTimeouts = UDFTimeouts()) {
    self.errorMode = errorMode
    self.timeouts = timeouts
  }

  package init(
    errorMode: UDFErrorMode?, timeouts: UDFTimeouts, resultType: @escaping @Sendable (UDFType) -> UDFType
  ) {
    self.init(errorMode: errorMode, timeouts: timeouts)
    self.resultType = resultType
  }
}
