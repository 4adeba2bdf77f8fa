/// Where the rows of a column of texts or bytes lie, in any of the layouts for these.
@usableFromInline
package struct VariableWidthRows: Sendable {
  @usableFromInline
  enum Kind: Sendable { case offsets, largeOffsets, views, fixedWidth }

  @usableFromInline let kind: Kind
  /// The offsets, the views or, where all rows have one width, the rows.
  @usableFromInline let positions: Buffer
  /// What the offsets or the views point into.
  @usableFromInline let data: [Buffer]
  @usableFromInline let validity: Bitmap?
  @usableFromInline let first: Int
  @usableFromInline let count: Int
  @usableFromInline let byteWidth: Int

  /// The column must be a text or binary one.
  package init(_ column: Column) {
    positions = column.buffers[0]
    data = Array(column.buffers.dropFirst())
    validity = column.validity
    first = column.offset
    count = column.count
    switch column.type.layout {
    case .fixedWidth(let byteWidth): (kind, self.byteWidth) = (.fixedWidth, byteWidth)
    case .views: (kind, byteWidth) = (.views, 16)
    case .variableWidth(let offsetByteWidth):
      (kind, byteWidth) = (offsetByteWidth == 8 ? .largeOffsets : .offsets, offsetByteWidth)
    default: preconditionFailure("a \(column.type) column has no rows of bytes")
    }
  }

  @inlinable
  func isNull(_ row: Int) -> Bool {
    guard let validity else { return false }
    return !validity[row]
  }

  /// The bytes of a row. Foreign offsets may be wrong until they are validated: then this traps,
  /// rather than read memory that is not the column's.
  @inlinable
  package func bytes(at row: Int) -> UnsafeRawBufferPointer {
    guard let bytes = bytesIfInside(at: row) else {
      // The view of a null row may hold anything.
      if isNull(row) { return UnsafeRawBufferPointer(start: nil, count: 0) }
      preconditionFailure(
        "row \(row) lies outside its column's data; validate columns from outside with .full")
    }
    return bytes
  }

  /// The bytes of a row; nil when its offsets are wrong.
  @inlinable
  func bytesIfInside(at row: Int) -> UnsafeRawBufferPointer? {
    precondition(row >= 0 && row < count, "row \(row) of a column of \(count) rows")
    let position = first &+ row
    switch kind {
    case .offsets:
      return part(
        of: data[0], from: Int(positions.baseAddress.load(fromByteOffset: position &* 4, as: Int32.self)),
        to: Int(positions.baseAddress.load(fromByteOffset: position &* 4 &+ 4, as: Int32.self)))
    case .largeOffsets:
      return part(
        of: data[0], from: Int(positions.baseAddress.load(fromByteOffset: position &* 8, as: Int64.self)),
        to: Int(positions.baseAddress.load(fromByteOffset: position &* 8 &+ 8, as: Int64.self)))
    case .views:
      let view = ViewLayout(at: positions.baseAddress + position &* 16)
      guard !view.isInline else { return view.inlineBytes }
      guard view.byteCount > 0, data.indices.contains(view.bufferIndex) else { return nil }
      return part(of: data[view.bufferIndex], from: view.offset, to: view.offset &+ view.byteCount)
    case .fixedWidth:
      return part(of: positions, from: position &* byteWidth, to: (position &+ 1) &* byteWidth)
    }
  }

  /// The offsets of the rows and one more, which may be wrong, and what they point into; nil for another layout than that of
  /// 32-bit offsets.
  package var shortOffsets: (offsets: UnsafePointer<Int32>, data: UnsafeRawBufferPointer)? {
    guard kind == .offsets else { return nil }
    return (
      (positions.baseAddress + first &* 4).assumingMemoryBound(to: Int32.self),
      UnsafeRawBufferPointer(start: data[0].baseAddress, count: data[0].byteCount)
    )
  }

  @inlinable
  func part(of buffer: Buffer, from start: Int, to end: Int) -> UnsafeRawBufferPointer? {
    guard start >= 0 && start <= end && end <= buffer.byteCount else { return nil }
    return UnsafeRawBufferPointer(start: buffer.baseAddress + start, count: end &- start)
  }
}
