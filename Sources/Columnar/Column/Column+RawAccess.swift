/// Pointers for marshalling code. They are good for as long as the column is kept alive, which is
/// the caller's duty: wrap the loop in `withExtendedLifetime(column)`.
extension Column {
  /// The first row of a fixed width column, the offset applied.
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
  /// `Offset` must be what the type has: `Int32`, or `Int64` for the large types. Offsets from
  /// outside need `.full` validation first.
  package func unsafeOffsets<Offset: ColumnOffset>(
    as type: Offset.Type
  ) -> (offsets: UnsafePointer<Offset>, data: UnsafePointer<UInt8>) {
    precondition(
      self.type.layout == .variableWidth(offsetByteWidth: MemoryLayout<Offset>.size),
      "a \(self.type) column has no offsets of type \(Offset.self)")
    return (
      buffers[0].baseAddress.assumingMemoryBound(to: Offset.self) + offset,
      buffers[1].baseAddress.assumingMemoryBound(to: UInt8.self)
    )
  }
}
