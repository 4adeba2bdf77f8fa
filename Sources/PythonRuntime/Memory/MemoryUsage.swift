import HostSupport

/// How much memory an interpreter's Python objects take.
///
/// Counted is what CPython's allocators hand out: whole arenas of 1 MiB for objects of up to 512 bytes, each larger block
/// by itself, and the tables of these allocators. Memory that a C library takes from the system directly, and the stacks
/// of threads, are not counted.
public struct MemoryUsage: Sendable, Hashable, CustomStringConvertible {
  /// Bytes in use now; of an ended interpreter what it left behind, which is a few kilobytes.
  public let current: Int
  /// The most bytes that were ever in use at once.
  public let peak: Int
  /// The bytes that may be in use; nil when there is no limit.
  public let limit: Int?

  package init(current: Int, peak: Int, limit: Int?) {
    (self.current, self.peak, self.limit) = (current, peak, limit)
  }

  /// As in "3.4 MB, at most 21.0 MB so far, of 256 MB".
  public var description: String {
    let text = "\(ByteCount(current)), at most \(ByteCount(peak)) so far"
    return limit.map { "\(text), of \(ByteCount($0))" } ?? text
  }
}
