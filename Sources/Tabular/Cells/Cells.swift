import Columnar

/// The rows of a column as texts, one behind the other.
struct Cells {
  /// Null rows have a text, too.
  private(set) var text: [UInt8] = []
  private var ends: [Int] = []
  /// Empty when no row is null.
  private var nulls: [Bool] = []
  /// Whether the values have punctuation of their own, so that they stand inside others as they are.
  let isNested: Bool

  /// Asks for the text of each row that is not null.
  ///
  /// - Parameter isNested: of SQL's texts.
  @inline(__always)
  init(
    _ column: Column, null: StaticString, isNested: Bool = false,
    _ append: (_ row: Int, _ text: inout [UInt8]) throws -> Void
  ) rethrows {
    self.isNested = isNested
    ends.reserveCapacity(column.count)
    let validity = column.type == .null ? Bitmap(repeatElement(false, count: column.count)) : column.validity
    for row in 0..<column.count {
      if let validity, !validity[row] {
        null.withUTF8Buffer { text += $0 }
        if nulls.isEmpty { nulls = Array(repeating: false, count: column.count) }
        nulls[row] = true
      } else {
        try append(row, &text)
      }
      ends.append(text.count)
    }
  }

  func isNull(_ row: Int) -> Bool { !nulls.isEmpty && nulls[row] }

  subscript(row: Int) -> ArraySlice<UInt8> { text[(row == 0 ? 0 : ends[row - 1])..<ends[row]] }

  /// Appends the text of a row inside the text of another value.
  func appendNested(_ row: Int, to text: inout [UInt8]) {
    if isNested || isNull(row) { text += self[row] } else { NestedText.append(self[row], to: &text) }
  }
}
