internal import CLinuxABI
package import Columnar
package import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Memory that two processes have, of one file without a name: it grows, and never shrinks under who reads it.
///
/// It begins with a page of its own, in which the worker notes how far its call is. What follows is one message at a time.
package final class SharedMemory: @unchecked Sendable {
  // Sendable: the addresses are constants; `size` is behind a lock; who may write when is the protocol's affair, and what
  // the parent takes out it copies before it looks at it.

  /// The file's descriptor.
  package let descriptor: Int32
  private let base: UnsafeMutableRawPointer
  private let size: Mutex<Int>

  /// How large it may grow.
  package static let limit = 4 << 30
  /// Where messages begin.
  package static let firstByte = 4_096
  private static let step = 1 << 20

  /// Makes a new one.
  package convenience init() throws(WorkerError) {
    #if os(Linux)
      // MFD_CLOEXEC | MFD_ALLOW_SEALING
      let descriptor = memfd_create("clutch", 3)
    #else
      var path = Array("/tmp/clutch.XXXXXX".utf8CString)
      let descriptor = mkstemp(&path)
      if descriptor >= 0 {
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
    #endif
    guard descriptor >= 0 else { throw WorkerError("there is no memory to share with a worker: \(lastProblem)") }
    do throws(WorkerError) { try self.init(descriptor: descriptor) } catch {
      close(descriptor)
      throw error
    }
    #if os(Linux)
      // Whatever the worker does to the file, reading it cannot fail here. F_ADD_SEALS, F_SEAL_SHRINK
      _ = fcntl(descriptor, 1_033, 2)
    #endif
  }

  /// Shows that of another process, or one that has no room yet; takes the descriptor over.
  package init(descriptor: Int32) throws(WorkerError) {
    // The range of addresses is taken once, so that nothing moves when the file grows.
    guard
      let base = mmap(nil, Self.limit, PROT_READ | PROT_WRITE, MAP_SHARED | Self.noReserve, descriptor, 0),
      base != MAP_FAILED
    else { throw WorkerError("the memory shared with a worker cannot be mapped: \(lastProblem)") }
    self.descriptor = descriptor
    self.base = base
    size = Mutex(0)
    do throws(WorkerError) { try require(Self.firstByte) } catch {
      munmap(base, Self.limit)
      throw error
    }
  }

  #if os(Linux)
    private static let noReserve = Int32(MAP_NORESERVE)
  #else
    private static let noReserve: Int32 = 0
  #endif

  deinit {
    munmap(base, Self.limit)
    close(descriptor)
  }

  /// Makes sure that there are so many bytes, from the beginning.
  ///
  /// - Throws: `WorkerError` when there may not be so many, or the system has no room.
  package func require(_ byteCount: Int) throws(WorkerError) {
    guard byteCount <= Self.limit else {
      throw WorkerError(
        """
        \(byteCount) bytes are more than a worker process can be handed, or hand over, at once (\(Self.limit)): take fewer rows at \
        a time, give back less for each row, or let the function run in this process (placement "interpreter" or "main")
        """,
        isTooLarge: true)
    }
    let problem: String? = size.withLock { size in
      guard byteCount > size else { return nil }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return lastProblem }
      // The other process may have made it larger.
      if Int(status.st_size) >= byteCount {
        size = Int(status.st_size)
        return nil
      }
      let wanted = min(Self.limit, max(byteCount, size + size / 2) + Self.step - 1) & ~(Self.step - 1)
      guard ftruncate(descriptor, off_t(wanted)) == 0 else { return lastProblem }
      size = wanted
      return nil
    }
    if let problem {
      throw WorkerError("the memory shared with a worker cannot grow to \(byteCount) bytes: \(problem)")
    }
  }

  /// How many bytes there are, as far as this process has had to know.
  package var byteCount: Int { size.withLock { $0 } }

  /// Gives back what a large message took, from that byte on; it reads as zeros afterwards.
  package func release(from first: Int) {
    #if os(Linux)
      let page = 4_096
      let start = (first + page - 1) & ~(page - 1)
      let end = byteCount
      // FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
      if end > start { _ = fallocate(descriptor, 3, off_t(start), off_t(end - start)) }
    #endif
  }

  // MARK: How far the worker is

  /// The row that is under way, counted from 1.
  package var row: UnsafeMutablePointer<Atomic<Int>> { base.assumingMemoryBound(to: Atomic<Int>.self) }
  /// How often a step of the event loop has begun or ended.
  package var beats: UnsafeMutablePointer<Atomic<Int>> { (base + 64).assumingMemoryBound(to: Atomic<Int>.self) }

  // MARK: Messages

  /// Where a message lies.
  package struct Place: Sendable, Hashable {
    package var offset: Int
    /// How many bytes its small values take.
    package var valueByteCount: Int
    /// How many the memory of columns after them.
    package var bufferByteCount: Int

    package init(offset: Int, valueByteCount: Int, bufferByteCount: Int) {
      (self.offset, self.valueByteCount, self.bufferByteCount) = (offset, valueByteCount, bufferByteCount)
    }

    /// The first byte after it.
    package var end: Int { buffers + bufferByteCount }
    var buffers: Int { offset + WireWriter.aligned(valueByteCount) }

    /// Whether these are bytes that a message can have.
    package var isValid: Bool {
      let limit = SharedMemory.limit
      return offset >= SharedMemory.firstByte && offset <= limit && valueByteCount >= 0 && valueByteCount <= limit
        && bufferByteCount >= 0 && bufferByteCount <= limit && end <= limit
    }
  }

  /// Writes a message.
  ///
  /// - Parameter offset: where it is to begin.
  package func write(_ message: WireWriter, at offset: Int) throws(WorkerError) -> Place {
    let place = Place(
      offset: WireWriter.aligned(max(offset, Self.firstByte)), valueByteCount: message.bytes.count,
      bufferByteCount: message.bufferByteCount)
    try require(place.end)
    message.bytes.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { (base + place.offset).copyMemory(from: start, byteCount: bytes.count) }
    }
    var target = base + place.buffers
    for buffer in message.buffers {
      target.copyMemory(from: buffer.baseAddress, byteCount: buffer.byteCount)
      target += WireWriter.aligned(buffer.byteCount)
    }
    return place
  }

  /// Changes a bit, for tests of what a message is checked for.
  package func flip(bit: Int, from offset: Int) {
    let byte = base + offset + bit >> 3
    byte.storeBytes(of: byte.load(as: UInt8.self) ^ 1 << UInt8(bit & 7), as: UInt8.self)
  }

  /// Reads a message whose place came from the other process.
  ///
  /// - Parameter owner: what keeps the memory as it is for as long as columns use it; nil to copy them, so that the other
  ///   process cannot change them.
  package func read(_ place: Place, sharedBy owner: BufferOwner? = nil) throws(WorkerError) -> WireReader {
    guard place.isValid else { throw WorkerError("a message lies nowhere: \(place)") }
    var status = stat()
    if place.end > byteCount {
      guard fstat(descriptor, &status) == 0, Int(status.st_size) >= place.end else {
        throw WorkerError("a message is said to end at \(place.end), which is after the end of the memory")
      }
      try require(place.end)
    }
    let bytes = [UInt8](UnsafeRawBufferPointer(start: base + place.offset, count: place.valueByteCount))
    return WireReader(
      bytes,
      WireReader.Body(start: base + place.buffers, byteCount: place.bufferByteCount, owner: owner))
  }
}

/// What the system says of the last call.
var lastProblem: String { String(cString: strerror(errno)) }
