import Foundation
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

  /// Looks at the files, and for changed secrets, every second.
  ///
  /// - Parameter files: those whose change loads them anew; none for only the secrets.
  func watch(_ files: [String]) {
    let task = Task { [continuation] in
      var known = files.map(FileState.init)
      while (try? await Task.sleep(for: .seconds(1))) != nil {
        let now = files.map(FileState.init)
        if now != known {
          let changed = zip(files, zip(known, now)).filter { $1.0 != $1.1 }.map(\.0)
          known = now
          continuation.yield(.reload(why: "\(changed.joined(separator: ", ")) changed"))
        }
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
