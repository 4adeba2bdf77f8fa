import CPythonABI
import Columnar
import PythonRuntime

/// Lets a deterministic function be called once per distinct combination of values of dictionary encoded columns.
///
/// The results stay Python objects until the batch is done.
struct DistinctRows {
  /// The number of each row's combination.
  let groups: [Int]
  let groupCount: Int

  /// More combinations than this are not worth a table.
  private static let mostGroups = 1 << 16

  /// Nil unless all columns are dictionary encoded, and rows outnumber combinations.
  init?(_ columns: [Column]) throws(ColumnError) {
    guard !columns.isEmpty, columns.allSatisfy({ $0.dictionary != nil }) else { return nil }
    var groups = [Int](repeating: 0, count: columns[0].count)
    var count = 1
    for column in columns {
      // One more, for null.
      let size = (column.dictionary?.count ?? 0) + 1
      guard size <= Self.mostGroups, count * size <= Self.mostGroups else { return nil }
      for (row, index) in try column.dictionaryIndices().enumerated() { groups[row] = groups[row] * size + index + 1 }
      count *= size
    }
    self.groups = groups
    groupCount = count
  }
}
