import Dispatch
import Essentials
import Synchronization

/// Tells when files change. It looks at them four times a second, which works on every file system, also for editors that put a
/// new file in the place of the old one.
final class FileWatch: @unchecked Sendable {
  // Sendable because `timer` never changes and Dispatch lets any thread use a timer; the rest is Sendable by itself.
  private struct File {
    /// As it was when it was loaded.
    var loaded: FileStamp?
    /// As it was at the last look; a file that is being written changes from look to look.
    var seen: FileStamp?
    var isTold = false
  }

  private let files = Mutex<[String: File]>([:])
  private let timer: any DispatchSourceTimer

  /// - Parameter tell: called on another thread when a file has changed and then stayed the same for a moment.
  init(tell: @escaping @Sendable () -> Void) {
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "clutch.watch"))
    timer.schedule(deadline: .now() + .milliseconds(250), repeating: .milliseconds(250))
    timer.setEventHandler { [weak self] in
      if self?.look() ?? false { tell() }
    }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Watches a file that was loaded when it had a stamp.
  func watch(_ path: String, since stamp: FileStamp?) {
    files.withLock { $0[path] = File(loaded: stamp, seen: stamp) }
  }

  /// The files that have changed since they were watched, each once.
  func takeChanged() -> [String] {
    files.withLock { files in
      let changed = files.filter { $0.value.isTold }.keys.sorted()
      for path in changed { files[path]?.isTold = false }
      return changed
    }
  }

  private func look() -> Bool {
    files.withLock { files in
      var hasChanged = false
      for (path, var file) in files {
        let stamp = FileStamp(of: path)
        // A file that is gone for a moment is being replaced.
        if let stamp, stamp == file.seen, stamp != file.loaded {
          (file.loaded, file.isTold) = (stamp, true)
          hasChanged = true
        }
        file.seen = stamp
        files[path] = file
      }
      return hasChanged
    }
  }
}

/// What changes of a file when somebody writes it.
struct FileStamp: Equatable, Sendable {
  private let seconds, nanoseconds, size: Int
  private let number: UInt64

  /// Nil where there is no file.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    (seconds, nanoseconds) = (Int(time.tv_sec), Int(time.tv_nsec))
    (size, number) = (Int(status.st_size), UInt64(status.st_ino))
  }
}
