#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Which file something is, whatever name it goes by: its device and its number there.
package struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64
  /// False for what has no kind of its own, such as an eventfd: all of these share one number.
  package let isDistinct: Bool

  /// Nil when there is no such file.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Nil when the descriptor is not open.
  package init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
    isDistinct = status.st_mode & S_IFMT != 0
  }
}
