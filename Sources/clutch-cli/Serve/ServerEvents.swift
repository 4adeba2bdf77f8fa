import Essentials
import Synchronization

/// What happens to a server from outside.
enum ServerEvent: Sendable {
  /// Load the files anew.
  case reload(why: String)
  /// Finish; a second time: end at once.
  case end(signal: Int32)
  /// Look whether certificates and tokens have changed.
  case checkSecrets
}

/// Signals and changes of files as one sequence.
final class ServerEvents: Sendable {
  let events: AsyncStream<ServerEvent>
  private let continuation: AsyncStream<ServerEvent>.Continuation
  private let watching = Mutex<Task<Void, Never>?>(nil)

  init() { (events, continuation) = AsyncStream.makeStream() }

  /// Listens to signals from now on.
  ///
  /// - Parameter show: what SIGUSR1 shows.
  func listen(show: @escaping @Sendable () -> Void) {
    SignalHandler.listen { [continuation] number in
      switch number {
      case SIGUSR1: show()
      case SIGHUP: continuation.yield(.reload(why: "SIGHUP"))
      default: continuation.yield(.end(signal: number))
      }
    }
  }

  /// Until `listen`, a signal that would load files anew does nothing, and every other ends the tool.
  static func ignoreReloads() {
    SignalHandler.listen { number in
      guard number != SIGHUP, number != SIGUSR1 else { return }
      StandardError.write("\(SignalHandler.message(number))")
      StandardError.finish()
      _exit(128 + number)
    }
  }

  /// Looks at the files, and for changed secrets, every second.
  func watch(_ files: WatchedFiles) {
    let task = Task { [continuation] in
      var files = files
      while (try? await Task.sleep(for: .seconds(1))) != nil {
        let changed = files.changes()
        if !changed.isEmpty { continuation.yield(.reload(why: "\(changed.joined(separator: ", ")) changed")) }
        continuation.yield(.checkSecrets)
      }
    }
    watching.withLock { $0 = task }
  }

  func end() {
    watching.withLock { $0 }?.cancel()
    continuation.finish()
  }
}

/// Files as they were when they were last looked at.
struct WatchedFiles: Sendable {
  private let files: [String]
  private var states: [FileState]

  init(_ files: [String]) {
    self.files = files
    states = files.map(FileState.init)
  }

  /// Those that are not what they were.
  mutating func changes() -> [String] {
    let now = files.map(FileState.init)
    defer { states = now }
    return zip(files, zip(states, now)).filter { $1.0 != $1.1 }.map(\.0)
  }
}

/// What tells a file from what it was before; also one that is not there.
private struct FileState: Equatable {
  let size: Int64
  let seconds: Int
  let nanoseconds: Int
  let inode: UInt64

  init(_ path: String) {
    var information = stat()
    guard stat(path, &information) == 0 else {
      (size, seconds, nanoseconds, inode) = (-1, 0, 0, 0)
      return
    }
    size = Int64(information.st_size)
    inode = UInt64(information.st_ino)
    #if os(Linux)
      (seconds, nanoseconds) = (information.st_mtim.tv_sec, information.st_mtim.tv_nsec)
    #else
      (seconds, nanoseconds) = (information.st_mtimespec.tv_sec, information.st_mtimespec.tv_nsec)
    #endif
  }
}
