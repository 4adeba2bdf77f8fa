/// How a function that is called for a batch takes it, as its annotations and `@udf(rows=...)` say.
package struct BatchForm: Sendable, Hashable, Codable {
  /// The places of the parameters that are columns; the others are lists.
  package let columns: [Int]
  /// Whether an iterator gives tuples, and not the only column of each batch.
  package let isTuple: Bool
  /// The class of these tuples, by its place among the source's; nil for plain ones.
  package let tupleClass: Int?
  /// How many rows a call gets at most; nil for those of the batch.
  package let rows: Int?
}
