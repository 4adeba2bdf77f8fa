/// The rows of a column of lists, of any layout, or of maps. It keeps the column's memory alive.
public struct ListRows: Sendable {
  private enum Kind: Sendable { case offsets, largeOffsets, views, largeViews, fixedSize(Int) }

  /// The elements of all lists, one list after the other or as the layout has it. Those of a map are structs of key and
  /// value.
  public let elements: Column
  /// The number of rows.
  public let count: Int

  private let kind: Kind
  private let buffers: [Buffer]
  private let validity: Bitmap?
  private let first: Int

  /// The column must be one of lists or maps.
  init(_ column: Column) {
    elements = column.children[0]
    count = column.count
    buffers = column.buffers
    validity = column.validity
    first = column.offset
    switch column.type.layout {
    case .list(let byteWidth): kind = byteWidth == 8 ? .largeOffsets : .offsets
    case .listViews(let byteWidth): kind = byteWidth == 8 ? .largeViews : .views
    case .fixedSizeList(let size): kind = .fixedSize(size)
    default: preconditionFailure("a \(column.type) column has no lists")
    }
  }

  /// Whether `row` is null; not the same as an empty list.
  public func isNull(_ row: Int) -> Bool {
    guard let validity else { return false }
    return !validity[row]
  }

  /// The list at `row`, without a copy; nil when it is null.
  public subscript(row: Int) -> Column? { isNull(row) ? nil : elements.slice(range(at: row)) }

  /// The elements of the list at `row`. For a null row they are unspecified.
  ///
  /// Foreign offsets may be wrong until they are validated with `.full`; then this traps.
  public func range(at row: Int) -> Range<Int> {
    guard let range = rangeIfInside(at: row) else {
      // The view of a null row may hold anything.
      if isNull(row) { return 0..<0 }
      preconditionFailure("row \(row) lies outside its column's elements; validate columns from outside with .full")
    }
    return range
  }

  /// The elements of a row; nil when its offsets are wrong.
  func rangeIfInside(at row: Int) -> Range<Int>? {
    precondition(row >= 0 && row < count, "row \(row) of a column of \(count) rows")
    let position = first + row
    let start: Int
    let length: (partialValue: Int, overflow: Bool)
    switch kind {
    case .offsets:
      start = load(Int32.self, 0, position)
      length = load(Int32.self, 0, position + 1).subtractingReportingOverflow(start)
    case .largeOffsets:
      start = load(Int64.self, 0, position)
      length = load(Int64.self, 0, position + 1).subtractingReportingOverflow(start)
    case .views: (start, length) = (load(Int32.self, 0, position), (load(Int32.self, 1, position), false))
    case .largeViews: (start, length) = (load(Int64.self, 0, position), (load(Int64.self, 1, position), false))
    case .fixedSize(let size): (start, length) = (position * size, (size, false))
    }
    guard !length.overflow, start >= 0, length.partialValue >= 0, start <= elements.count,
      length.partialValue <= elements.count - start
    else { return nil }
    return start..<(start + length.partialValue)
  }

  private func load<Offset: ColumnOffset>(_ offset: Offset.Type, _ buffer: Int, _ position: Int) -> Int {
    Int(buffers[buffer].baseAddress.load(fromByteOffset: position * MemoryLayout<Offset>.stride, as: Offset.self))
  }
}
