import Essentials

/// A lock on a file (`flock`), held until the object goes or the process ends, however that happens. Programs that the
/// process starts do not inherit it.
package final class FileLock: Sendable {
  package enum Kind { case shared, exclusive }

  private let descriptor: Int32

  /// Takes it, or gives nil where another process has it.
  ///
  /// The file is made if need be. One that is removed while its lock is taken is no longer it: another try is made then.
  ///
  /// - Throws: `FileProblem`.
  package init?(_ path: String, _ kind: Kind) throws(FileProblem) {
    while true {
      let descriptor = try Self.open(path)
      var result: Int32
      repeat {
        result = flock(descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB)
      } while result != 0 && errno == EINTR
      guard result == 0 else {
        let code = errno
        close(descriptor)
        guard code == EWOULDBLOCK else { throw FileProblem(code, path) }
        return nil
      }
      var (own, there) = (stat(), stat())
      guard fstat(descriptor, &own) == 0, stat(path, &there) == 0, own.st_ino == there.st_ino,
        own.st_dev == there.st_dev
      else {
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      return
    }
  }

  deinit {
    // A program that another thread just starts has the descriptor too until it is itself, and would keep the lock so long.
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Takes it when others let go of it.
  ///
  /// - Parameters:
  ///   - isWanted: asked several times a second; nil is returned once it says no.
  ///   - waits: told once, if others have it.
  static func wait(
    _ path: String, _ kind: Kind, while isWanted: () -> Bool, waits: () -> Void = {}
  ) throws(FileProblem) -> FileLock? {
    if let lock = try FileLock(path, kind) { return lock }
    waits()
    while isWanted() {
      usleep(50_000)
      if let lock = try FileLock(path, kind) { return lock }
    }
    return nil
  }

  /// Notes that the file has been used now.
  func touch() { _ = futimens(descriptor, nil) }

  private static func open(_ path: String) throws(FileProblem) -> Int32 {
    let descriptor = Essentials.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 { return descriptor }
    let code = errno
    // In a folder that cannot be written to, one that is there can be locked.
    let readable = Essentials.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard readable >= 0 else { throw FileProblem(code, path) }
    return readable
  }
}

/// Why something could not be done with a file.
package struct FileProblem: Error {
  let code: Int32
  let path: String

  /// - Parameter code: a number of `errno`.
  init(_ code: Int32, _ path: String) {
    self.code = code
    self.path = path
  }

  var isFull: Bool { code == ENOSPC || code == EDQUOT }
  var isReadOnly: Bool { [EROFS, EACCES, EPERM].contains(code) }

  /// The same as what a caller sees.
  var error: EnvironmentError {
    let reason = String(cString: strerror(code))
    guard isFull else {
      return EnvironmentError(
        .cacheNotUsable,
        """
        \(path) cannot be made: \(reason). Environments are built there; set CLUTCH_CACHE to a folder of yours that can be \
        written to, or give a ready environment with --env FOLDER.
        """)
    }
    return .noSpace(path, reason)
  }
}

extension EnvironmentError {
  static func noSpace(_ path: String, _ reason: String) -> EnvironmentError {
    EnvironmentError(
      .noSpace,
      """
      There is no room for the environment in \(path): \(reason). "clutch env clean" removes old ones; or set CLUTCH_CACHE \
      to a folder on another disk.
      """)
  }
}
