import Essentials
import HostSupport
import Synchronization

/// What ends a program, with all of its process group, when this process has gone, whatever it died of: the end of a pipe,
/// which the system closes then.
///
/// An installer knows nothing of such a pipe. So a shell begins it, which first leaves a process in the group that waits for
/// the pipe to be closed and then ends the group; the shell itself becomes the installer.
final class Lifeline: Sendable {
  private static let shell = "/bin/sh"
  /// Apart by two forks, so that the installer has no child that it does not know.
  private static let script = """
    ( ( read -r line <&3; kill -KILL 0 ) </dev/null >/dev/null 2>&1 & )
    exec "$@" 3<&-
    """

  private let ends: PipeEnds
  private let open = Mutex((reading: true, writing: true))
  private let hasShell: Bool

  init() throws(SystemError) {
    ends = try PipeEnds()
    // Without one, as in an image that has nothing but the program, an installer can outlive this process.
    hasShell = FileManager.default.isExecutableFile(atPath: Self.shell)
  }

  deinit {
    hasBegun()
    cut()
  }

  /// What the program gets as descriptor 3.
  var reading: Int32 { ends.reading }

  /// How the program is started.
  func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
    guard hasShell else { return (program, arguments) }
    return (Self.shell, ["-c", Self.script, "clutch", program] + arguments)
  }

  /// The program has its end of the pipe.
  func hasBegun() {
    open.withLock { open in
      if open.reading { close(ends.reading) }
      open.reading = false
    }
  }

  /// Ends what is left in the program's group. Only while the program is known to be the group's: until it was waited for, or
  /// right after.
  func cut() {
    open.withLock { open in
      if open.writing { close(ends.writing) }
      open.writing = false
    }
  }
}
