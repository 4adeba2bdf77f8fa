/// What is known of a function called again with equal arguments, as `@udf(deterministic=...)` says it.
public enum UDFDeterminism: String, Sendable, Hashable, Codable, CaseIterable {
  /// Nothing was said. Every row is called; an engine may plan with the function as with its own, and so merge equal
  /// calls, compute a call with constants beforehand, and leave out calls whose result it does not need.
  case unspecified
  /// Equal arguments always give equal results: of rows of a batch with equal arguments one is called for all.
  case deterministic
  /// Equal arguments may give other results, as those of a clock or a generator of random numbers do: an engine calls it
  /// once for every row that it needs, and no more. So is a function without parameters of which nothing was said.
  case volatile
}
