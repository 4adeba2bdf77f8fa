#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import Columnar

/// A file that appears, whole, when it is committed, and not at all if it never is: until then the content is in a file
/// beside it.
final class NewFile {
  private let path: String
  private let temporary: String
  private var descriptor: Int32
  private(set) var byteCount = 0
  /// After a write that failed the end of the file is not where it should be.
  private var failure: IPCError?

  /// Throws `file` when the folder does not exist or cannot be written to.
  init(path: String) throws(IPCError) {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    self.path = path
    temporary = "\(path[..<slash]).\(path[slash...].prefix(50)).\(suffix).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw fileError("cannot be created", path) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)
  }

  func append(_ bytes: [UInt8]) throws(IPCError) { try append(Buffer(copying: bytes)) }

  func append(_ bytes: Buffer) throws(IPCError) {
    if let failure { throw failure }
    var count = 0
    while count < bytes.byteCount {
      let written = write(descriptor, bytes.baseAddress + count, bytes.byteCount - count)
      if written < 0 {
        if errno == EINTR { continue }
        let error = fileError("cannot be written", path)
        failure = error
        throw error
      }
      count += written
    }
    byteCount += count
  }

  /// Puts the file in its place.
  func commit() throws(IPCError) {
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, rename(temporary, path) == 0 else {
      let error = fileError("cannot be written", path)
      unlink(temporary)
      throw error
    }
  }
}
