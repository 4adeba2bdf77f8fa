/// What a function's results do that are decimal numbers with more digits after the point than their column.
package struct DecimalRule: Sendable, Hashable, Codable {
  /// Whether they are rounded, halves away from zero, and floats are taken for the number that Python shows them as;
  /// else both are errors of their row.
  package let rounds: Bool
  /// What an author can write for other digits, in the terms of the file.
  package let advice: String

  /// What annotated functions do.
  package static let exact = DecimalRule(
    rounds: false, advice: "annotate the result Annotated[Decimal, Decimal128(precision, scale)]")
}
