import Columnar
import Synchronization

/// Memory that a test lends to a buffer, and a count of how often it came back.
final class ForeignMemory: Sendable {
  private let releases = Atomic<Int>(0)

  var releaseCount: Int { releases.load(ordering: .sequentiallyConsistent) }

  /// A buffer over a copy of `elements` that was allocated outside `Columnar`.
  func buffer<Element: BitwiseCopyable>(_ elements: [Element]) -> Buffer {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(elements.count * MemoryLayout<Element>.stride, 1), alignment: 64)
    elements.withUnsafeBytes { memory.copyMemory(from: $0) }
    // Only the release closure touches the memory again.
    nonisolated(unsafe) let owned = memory
    let address = memory.baseAddress.map { UnsafeRawPointer($0) } ?? Buffer.empty.baseAddress
    return Buffer(adopting: address, byteCount: elements.count * MemoryLayout<Element>.stride) {
      owned.deallocate()
      self.releases.add(1, ordering: .sequentiallyConsistent)
    }
  }
}
