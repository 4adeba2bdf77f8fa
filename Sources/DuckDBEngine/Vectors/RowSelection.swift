/// The rows of a vector that are to be read, in order; a row may come more than once.
///
/// The elements of lists are read by it: DuckDB's lists may share elements, leave some out, and stand in any order.
struct RowSelection {
  private(set) var ranges: [Range<Int>] = []
  /// The number of rows.
  private(set) var count = 0

  init() {}

  init(_ range: Range<Int>) { append(range) }

  /// Adds rows. Those that follow the last ones make a longer range, which is copied in one piece.
  mutating func append(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    count += range.count
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else {
      ranges.append(range)
    }
  }

  /// The rows of a child of which `size` belong to each row.
  func scaled(by size: Int) -> RowSelection {
    var scaled = RowSelection()
    for range in ranges { scaled.append(range.lowerBound * size..<range.upperBound * size) }
    return scaled
  }

  /// Calls `body` with the position among the selected rows and the row in the vector.
  @inline(__always)
  func forEach<Failure>(_ body: (_ position: Int, _ row: Int) throws(Failure) -> Void) throws(Failure) {
    var position = 0
    for range in ranges {
      for row in range {
        try body(position, row)
        position += 1
      }
    }
  }
}
