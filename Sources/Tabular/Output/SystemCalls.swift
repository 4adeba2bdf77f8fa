// The few calls of the system's C library that output needs, under names that hide the platform.
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

extension OutputError {
  /// The error in `errno`, which must not have been touched since.
  static func last(_ action: String) -> OutputError {
    let code = errno
    return OutputError(
      message: "\(action): \(String(cString: strerror(code)))", isClosedPipe: code == EPIPE)
  }

  static func cannotWrite(_ target: String?) -> OutputError {
    last(target.map { "cannot write \($0)" } ?? "cannot write")
  }
}

enum SystemCalls {
  /// - Parameter target: what an error is about; nil for what has no name. So it is below.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ target: String?) throws(OutputError) {
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
      }
      if written >= 0 {
        start += written
      } else if errno == EAGAIN {
        try waitUntilWritable(descriptor, target)
      } else if errno != EINTR {
        throw .cannotWrite(target)
      }
    }
  }

  /// Standard output may have been made non-blocking by another process that shares it.
  private static func waitUntilWritable(_ descriptor: Int32, _ target: String?) throws(OutputError) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    if poll(&request, 1, -1) < 0, errno != EINTR { throw .cannotWrite(target) }
  }

  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The type and permission bits of a file, or nil if there is none.
  static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? mode_t(status.st_mode) : nil
  }

  static func isRegularFile(_ mode: mode_t) -> Bool { mode & S_IFMT == S_IFREG }

  /// Opens a file that must not exist yet; its permissions are what the process's mask leaves.
  ///
  /// - Parameter target: what an error is about.
  static func createFile(_ path: String, for target: String) throws(OutputError) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(target) }
    return descriptor
  }

  static func openExisting(_ path: String) throws(OutputError) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("cannot write \(path)") }
    return descriptor
  }

  static func setPermissions(_ mode: mode_t, of descriptor: Int32, _ target: String) throws(OutputError) {
    guard fchmod(descriptor, mode & 0o7777) == 0 else { throw .last("cannot set the permissions of \(target)") }
  }

  static func closeFile(_ descriptor: Int32, _ target: String?) throws(OutputError) {
    // After EINTR the descriptor is closed on Linux and macOS alike.
    guard close(descriptor) == 0 || errno == EINTR else { throw .cannotWrite(target) }
  }

  static func moveFile(_ source: String, to target: String) throws(OutputError) {
    guard rename(source, target) == 0 else { throw .cannotWrite(target) }
  }

  static func removeFile(_ path: String) { unlink(path) }

  static func ignoreClosedPipeSignal() { signal(SIGPIPE, SIG_IGN) }
}
