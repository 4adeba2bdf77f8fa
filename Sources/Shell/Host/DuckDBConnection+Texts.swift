import DuckDBEngine

extension DuckDBConnection {
  /// The rows of a query of a shell's own, as texts.
  func texts(_ sql: String) throws -> [[String]] {
    guard let result = try execute(sql).next() else { return [] }
    var texts: [[String]] = []
    while let rows = try result.nextRows() {
      for row in 0..<rows.count { texts.append(result.columns.indices.map { rows[row, $0].description }) }
    }
    return texts
  }
}
