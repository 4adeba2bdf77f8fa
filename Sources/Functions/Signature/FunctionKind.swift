/// How a function is called, and what it gives.
public enum FunctionKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Once for each row, with values; gives a value.
  case rows
  /// Once for a batch, with the values of its rows; gives as many.
  case batch
  /// With an iterator over the batches of a query; gives values for each in turn.
  case batches
  /// Once for each row, with values; gives rows of a table of its own, as they are asked for.
  case table
  /// Takes rows into a state and gives a value for all of them.
  case aggregate
  /// For several rows at the same time: an `async` function.
  case concurrent
}

extension FunctionKind {
  /// Whether callers cannot tell it from another kind: both give a value for each row of a batch.
  package func isCalled(as other: FunctionKind) -> Bool {
    let perRow: Set<FunctionKind> = [.rows, .batch, .concurrent]
    return self == other || perRow.contains(self) && perRow.contains(other)
  }
}
