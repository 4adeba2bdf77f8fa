/// An immutable, reference counted piece of memory.
///
/// Copies share the memory; the last one gives it back. Memory allocated here is 64-byte aligned
/// and zero padded to a multiple of 64 bytes, as Arrow recommends.
public struct Buffer: @unchecked Sendable {
  // Unchecked because of the pointer: the memory is never written once a buffer exists, and `owner`
  // keeps it alive for as long as the pointer can be reached.

  /// The size in bytes, without padding.
  public let byteCount: Int

  /// The first byte. An empty buffer points at a static area of 64 zero bytes, never nowhere.
  @usableFromInline package let baseAddress: UnsafeRawPointer

  /// Nil for memory that lives as long as the process.
  private let owner: BufferOwner?

  /// Shows memory that `owner` keeps alive.
  ///
  /// The memory must not change from here on.
  package init(sharing address: UnsafeRawPointer, byteCount: Int, owner: BufferOwner?) {
    precondition(byteCount >= 0, "a buffer cannot have \(byteCount) bytes")
    self.baseAddress = address
    self.byteCount = byteCount
    self.owner = owner
  }

  /// Takes over memory that someone else allocated.
  ///
  /// `release` is called exactly once, when the last copy of this buffer is gone, on the thread
  /// that drops it. The memory must not change until then.
  package init(
    adopting address: UnsafeRawPointer, byteCount: Int, release: @escaping @Sendable () -> Void
  ) {
    self.init(sharing: address, byteCount: byteCount, owner: BufferOwner(release: release))
  }

  /// A part of the memory, without a copy. `range` must lie inside the buffer, which the part keeps alive.
  package func slice(_ range: Range<Int>) -> Buffer {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= byteCount, "bytes \(range) of a buffer of \(byteCount)")
    return Buffer(sharing: baseAddress + range.lowerBound, byteCount: range.count, owner: owner)
  }

  /// Copies the elements, in their memory representation.
  public init<Element: BitwiseCopyable>(copying elements: some Sequence<Element>) {
    let copied: Buffer? = elements.withContiguousStorageIfAvailable { storage in
      Buffer(copyingBytes: UnsafeRawBufferPointer(storage))
    }
    self =
      copied
      ?? ContiguousArray(elements).withUnsafeBytes { Buffer(copyingBytes: $0) }
  }

  /// Copies the bytes.
  package init(copyingBytes bytes: UnsafeRawBufferPointer) {
    var memory = GrowableBuffer(byteCapacity: bytes.count)
    memory.copy(bytes, toByteOffset: 0)
    self = memory.freeze(byteCount: bytes.count)
  }

  /// The memory, readable for as long as this buffer is borrowed.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = RawSpan(_unsafeStart: baseAddress, byteCount: byteCount)
      return _overrideLifetime(span, borrowing: self)
    }
  }
}

extension Buffer {
  /// A buffer of no bytes. Reading up to 64 bytes at its address finds zeros.
  public static let empty: Buffer = {
    let area = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    area.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    return Buffer(sharing: UnsafeRawPointer(area), byteCount: 0, owner: nil)
  }()

  /// At most 64 zero bytes, without an allocation: the offsets of a column without rows.
  package static func zeros(byteCount: Int) -> Buffer {
    precondition(byteCount <= 64, "the static area has 64 bytes, not \(byteCount)")
    return Buffer(sharing: empty.baseAddress, byteCount: byteCount, owner: nil)
  }
}
