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
      guard let dictionary = column.dictionary else { return nil }
      let size = dictionary.count + 1
      guard size <= Self.mostGroups, count * size <= Self.mostGroups else { return nil }
      for (row, index) in try column.dictionaryIndices().enumerated() {
        // A null of the dictionary is a null like that of a row.
        let place = index < 0 || dictionary.isNull(index) ? 0 : index + 1
        groups[row] = groups[row] * size + place
      }
      count *= size
    }
    self.groups = groups
    groupCount = count
  }
}
