import Testing

/// Python values of one result type, with what each becomes in the column or why it does not. Of an outcome that ends with
/// `...` the rest may be anything: a text of CPython's own, which is another in every version.
struct ResultFamily: Sendable, CustomTestStringConvertible {
  let type: String
  let classes: String
  let cases: [(expression: String, outcome: String)]

  var testDescription: String { type }

  init(_ type: String, classes: String = "", _ cases: [(String, String)]) {
    (self.type, self.classes) = (type, classes)
    self.cases = cases.map { (expression: $0.0, outcome: $0.1) }
  }
}

/// Calls one function that returns all values of a family, so that rows after a refused one are seen to be right.
func expectOutcomes(_ family: ResultFamily) async throws {
  let found = try await outcomes(of: family.cases.map(\.expression), as: family.type, classes: family.classes)
  for (row, found) in zip(family.cases, found) {
    let isAsSaid = row.outcome.hasSuffix("...") ? found.hasPrefix(row.outcome.dropLast(3)) : found == row.outcome
    #expect(isAsSaid, "\(row.expression): \(found), and not \(row.outcome)")
  }
}
