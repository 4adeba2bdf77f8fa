import HostSupport

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

  /// As `remove`, for a number that an object of Python's will close without our seeing it, if what gets that number then
  /// could not be told from what has it now.
  mutating func handOver(_ descriptor: Int32) {
    if identities[descriptor]?.isDistinct == false { identities[descriptor] = nil }
  }

  mutating func remove(_ descriptor: Int32) { identities[descriptor] = nil }

  func contain(_ descriptor: Int32) -> Bool {
    guard let known = identities[descriptor] else { return false }
    return FileIdentity(descriptor: descriptor) == known
  }
}
