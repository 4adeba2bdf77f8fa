#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Which file something is, whatever name it goes by: its device and its number there.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64
  /// False for what has no kind of its own, such as an eventfd: all of these share one number.
  let isDistinct: Bool

  /// Nil when there is no such file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// Nil when the descriptor is not open.
  init?(descriptor: Int32) {
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

/// The open files, pipes and sockets that an interpreter's code has opened itself.
///
/// A number alone does not tell: once closed, it can be given to a file of somebody else's.
struct OwnDescriptors {
  private var identities: [Int32: FileIdentity] = [:]

  /// Does nothing for the standard streams, which are the process's.
  mutating func add(_ descriptor: Int32) {
    guard descriptor > 2 else { return }
    identities[descriptor] = FileIdentity(descriptor: descriptor)
  }

  /// As `add`, for what an object of Python's owns, which can close it without our seeing it.
  mutating func addIfDistinct(_ descriptor: Int32) {
    guard descriptor > 2, let identity = FileIdentity(descriptor: descriptor), identity.isDistinct else { return }
    identities[descriptor] = identity
  }

  mutating func remove(_ descriptor: Int32) { identities[descriptor] = nil }

  func contain(_ descriptor: Int32) -> Bool {
    guard let known = identities[descriptor] else { return false }
    return FileIdentity(descriptor: descriptor) == known
  }
}
