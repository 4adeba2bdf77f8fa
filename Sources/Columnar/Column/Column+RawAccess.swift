/// Pointers for marshalling code. They are good for as long as the column is kept alive, which is
/// the caller's duty: wrap the loop in `withExtendedLifetime(column)`.
///
/// Offsets, sizes and views from outside need `.full` validation first.
extension Column {
  /// The first row of a fixed width column, the offset applied. Of a dictionary encoded column, the first index.
  package var unsafeValues: UnsafeRawPointer {
    guard case .fixedWidth(let byteWidth) = type.layout else {
      preconditionFailure("a \(type) column has no fixed width values")
    }
    return buffers[0].baseAddress + offset * byteWidth
  }

  /// The packed bits of a `bool` column; row 0 is at bit `bitOffset`.
  package var unsafeBits: (bytes: UnsafePointer<UInt8>, bitOffset: Int) {
    precondition(type.layout == .bits, "a \(type) column has no bits")
    return (buffers[0].baseAddress.assumingMemoryBound(to: UInt8.self), offset)
  }

  /// The validity bits; row 0 is at bit `bitOffset`. Nil when no row is null, and for the type
  /// `null`.
  package var unsafeValidity: (bytes: UnsafePointer<UInt8>, bitOffset: Int)? {
    guard let validity else { return nil }
    return (validity.buffer.baseAddress.assumingMemoryBound(to: UInt8.self), offset)
  }

  /// The offsets of a variable width column, row 0 first, and the data that they index.
  ///
  /// `Offset` must be what the type has: `Int32`, or `Int64` for the large types.
  package func unsafeOffsets<Offset: ColumnOffset>(
    as type: Offset.Type
  ) -> (offsets: UnsafePointer<Offset>, data: UnsafePointer<UInt8>) {
    require(.variableWidth(offsetByteWidth: MemoryLayout<Offset>.size))
    return (pointer(buffers[0]), buffers[1].baseAddress.assumingMemoryBound(to: UInt8.self))
  }

  /// The offsets of a `list`, `map` (`Int32`) or `large_list` (`Int64`) column, row 0 first. They count rows of
  /// `children[0]`.
  package func unsafeListOffsets<Offset: ColumnOffset>(as type: Offset.Type) -> UnsafePointer<Offset> {
    require(.list(offsetByteWidth: MemoryLayout<Offset>.size))
    return pointer(buffers[0])
  }

  /// The offsets and sizes of a `list_view` (`Int32`) or `large_list_view` (`Int64`) column, row 0 first. They count
  /// rows of `children[0]`; those of null rows may be anything.
  package func unsafeListViews<Offset: ColumnOffset>(
    as type: Offset.Type
  ) -> (offsets: UnsafePointer<Offset>, sizes: UnsafePointer<Offset>) {
    require(.listViews(offsetByteWidth: MemoryLayout<Offset>.size))
    return (pointer(buffers[0]), pointer(buffers[1]))
  }

  /// The views of a `utf8_view` or `binary_view` column, 16 bytes each and row 0 first, to be read with ``ViewLayout``,
  /// and the starts of the data buffers. Views of null rows may be anything.
  package var unsafeViews: (views: UnsafeRawPointer, data: [UnsafeRawPointer]) {
    require(.views)
    return (buffers[0].baseAddress + offset * 16, buffers.dropFirst().map(\.baseAddress))
  }

  private func require(_ layout: ColumnLayout) {
    precondition(type.layout == layout, "a \(type) column does not have the layout \(layout)")
  }

  private func pointer<Offset: ColumnOffset>(_ buffer: Buffer) -> UnsafePointer<Offset> {
    buffer.baseAddress.assumingMemoryBound(to: Offset.self) + offset
  }
}
