#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import Columnar

/// A file that is read in parts. It is not mapped into memory: a mapped file that another program cuts short ends whoever
/// reads it.
final class OpenFile: Sendable {
  let byteCount: Int
  private let descriptor: Int32
  private let path: String

  /// Throws `file` when there is no such file, or when it is no regular one.
  init(path: String) throws(IPCError) {
    // A named pipe without a writer must not hold this up; it is refused below.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    self.path = path
    guard descriptor >= 0 else { throw fileError("cannot be opened", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw IPCError(code: .file, message: "\(path) is no file that can be read in parts; read it as a stream")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Throws `truncated` when the file no longer has all of the bytes.
  func bytes(_ range: Range<Int>) throws(IPCError) -> Buffer {
    let memory = GrowableBuffer(byteCapacity: range.count)
    var count = 0
    while count < range.count {
      let read = pread(descriptor, memory.base + count, range.count - count, off_t(range.lowerBound + count))
      if read < 0 {
        if errno == EINTR { continue }
        throw fileError("cannot be read", path)
      }
      guard read > 0 else {
        throw IPCError(code: .truncated, message: "\(path) has become shorter while it was read; read it again")
      }
      count += read
    }
    return memory.freeze(byteCount: range.count)
  }
}

/// What the system says about the last call.
func fileError(_ problem: String, _ path: String) -> IPCError {
  IPCError(code: .file, message: "\(path) \(problem): \(String(cString: strerror(errno)))")
}
