/// The 16 bytes of a row of a view column.
///
/// They start with the size as an `Int32`. Up to 12 bytes then follow in place; of longer rows the first 4, and as
/// `Int32` the number of a data buffer and the position in it.
@usableFromInline
package struct ViewLayout {
  /// The most bytes that fit into the row itself.
  @inlinable package static var inlineCapacity: Int { 12 }

  @usableFromInline let address: UnsafeRawPointer

  @inlinable
  package init(at address: UnsafeRawPointer) { self.address = address }

  @inlinable package var byteCount: Int { Int(address.load(as: Int32.self)) }
  @inlinable package var isInline: Bool { (0...ViewLayout.inlineCapacity).contains(byteCount) }
  @inlinable package var inlineBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: address + 4, count: byteCount)
  }
  @inlinable package var prefix: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: address + 4, count: 4) }
  @inlinable package var bufferIndex: Int { Int(address.load(fromByteOffset: 8, as: Int32.self)) }
  @inlinable package var offset: Int { Int(address.load(fromByteOffset: 12, as: Int32.self)) }

  /// Whether the bytes after those of a row in place are zero, as they must be.
  package var isPadded: Bool {
    UnsafeRawBufferPointer(start: address + 4, count: ViewLayout.inlineCapacity).dropFirst(byteCount)
      .allSatisfy { $0 == 0 }
  }
}
