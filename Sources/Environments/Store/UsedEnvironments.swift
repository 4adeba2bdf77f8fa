import Synchronization

/// The environments that this process has taken: nobody removes one until it has ended.
enum UsedEnvironments {
  private static let locks = Mutex<[String: FileLock]>([:])

  /// Notes the use of an environment, given the path of its marker.
  ///
  /// - Returns: false when it is being removed now.
  static func take(_ path: String) throws(FileProblem) -> Bool {
    try locks.withLock { locks throws(FileProblem) in
      if let lock = locks[path] {
        lock.touch()
        return true
      }
      guard let lock = try FileLock(path, .shared) else { return false }
      lock.touch()
      locks[path] = lock
      return true
    }
  }
}
