internal import ArrowIPC
package import Columnar

extension Column {
  /// Columns of one type, one after the other.
  package static func joining(_ pieces: [Column]) throws(WireError) -> Column {
    do { return try joined(pieces) } catch { throw WireError("\(error)") }
  }

  /// A column of which every row is null.
  package static func allNull(_ count: Int, of type: ColumnType) throws(WireError) -> Column {
    do { return try nulls(count, of: type) } catch { throw WireError("\(error)") }
  }
}
