/// Where the rows of a variable width column begin and end.
@usableFromInline
struct VariableWidthRows: Sendable {
  @usableFromInline let offsets: Buffer
  @usableFromInline let data: Buffer
  @usableFromInline let validity: Bitmap?
  @usableFromInline let first: Int
  @usableFromInline let count: Int
  @usableFromInline let isLarge: Bool

  init(_ column: Column) {
    offsets = column.buffers[0]
    data = column.buffers[1]
    validity = column.validity
    first = column.offset
    count = column.count
    isLarge = column.type.layout == .variableWidth(offsetByteWidth: 8)
  }

  @inlinable
  func isNull(_ row: Int) -> Bool {
    guard let validity else { return false }
    return !validity[row]
  }

  /// The bytes of a row. Foreign offsets may be wrong until they are validated: then this traps,
  /// rather than read memory that is not the column's.
  @inlinable
  func bytes(at row: Int) -> UnsafeRawBufferPointer {
    guard let bytes = bytesIfInside(at: row) else {
      preconditionFailure(
        "row \(row) lies outside its column's data; validate columns from outside with .full")
    }
    return bytes
  }

  /// The bytes of a row; nil when its offsets are wrong.
  @inlinable
  func bytesIfInside(at row: Int) -> UnsafeRawBufferPointer? {
    precondition(row >= 0 && row < count, "row \(row) of a column of \(count) rows")
    let start = offset(at: row)
    let end = offset(at: row &+ 1)
    guard start >= 0 && start <= end && end <= data.byteCount else { return nil }
    return UnsafeRawBufferPointer(start: data.baseAddress + start, count: end &- start)
  }

  @inlinable
  func offset(at row: Int) -> Int {
    let position = first &+ row
    return isLarge
      ? Int(offsets.baseAddress.load(fromByteOffset: position &* 8, as: Int64.self))
      : Int(offsets.baseAddress.load(fromByteOffset: position &* 4, as: Int32.self))
  }
}
