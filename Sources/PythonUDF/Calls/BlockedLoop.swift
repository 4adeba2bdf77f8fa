import Functions
import Logging
import PythonRuntime
import ThreadConfinement

extension UDFLog {
  /// What notes that an async function does something else than await, with the place where it is if that can be seen.
  func noteBlocked(of function: String) -> CallContext.Blocked {
    { [self] duration, host in
      // Where it is takes the GIL, which it may hold for long.
      DetachedThread.start { [self] in
        let frames = host.frames() ?? []
        let own = frames.first { !$0.file.contains("/lib/python3") } ?? frames.first
        let place = own.map { " in line \($0.line) of \($0.file)" } ?? ""
        let seconds = (duration.inSeconds * 10).rounded() / 10
        note(
          .warning,
          """
          it has held up its event loop for \(seconds) s\(place), and with it every other row: await what it waits for, or \
          hand it to asyncio.to_thread
          """, of: function)
      }
    }
  }
}
