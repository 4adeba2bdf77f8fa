import HostSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Copies memory of this process that others change meanwhile, or that may be gone: the kernel copies it through a pipe, and
/// refuses where there is none. Reading what a process has by its number would need a permission that containers lack.
///
/// For one thread at a time.
final class CopiedMemory {
  private let pipe: PipeEnds
  /// What a pipe takes at once, whatever the system.
  private static let piece = 4_096

  /// Nil when there are no descriptors left.
  init?() {
    guard let pipe = try? PipeEnds() else { return nil }
    self.pipe = pipe
    // What is read has been written; should that ever not be so, nobody waits.
    for end in [pipe.reading, pipe.writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
  }

  deinit { for end in [pipe.reading, pipe.writing] { close(end) } }

  /// Copies what is at an address; false when not all of it is there.
  func copy(_ address: UInt, into target: UnsafeMutableRawBufferPointer) -> Bool {
    guard let base = target.baseAddress else { return true }
    var done = 0
    while done < target.count {
      let size = min(Self.piece, target.count - done)
      let (start, overflows) = address.addingReportingOverflow(UInt(done))
      guard !overflows, let source = UnsafeRawPointer(bitPattern: start) else { return false }
      let taken = write(pipe.writing, source, size)
      guard taken > 0 else { return false }
      guard read(pipe.reading, base + done, taken) == taken, taken == size else { return false }
      done += size
    }
    return true
  }

  func word(at address: UInt) -> UInt? {
    var word: UInt = 0
    return withUnsafeMutableBytes(of: &word) { copy(address, into: $0) } ? word : nil
  }

  func bytes(at address: UInt, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return bytes.withUnsafeMutableBytes { copy(address, into: $0) } ? bytes : nil
  }
}
