import Clutch
import Essentials
import ThreadConfinement

/// Stops a query whose reader has gone, though nothing is written that would fail.
///
/// A thread waits for the end of a pipe's other side, or for `stop`. Statements with effects are not stopped: they would
/// not be either if they had rows to write.
final class ReaderWatch: Sendable {
  /// Closed to end the thread.
  private let end: Int32

  /// Nil when the output is nothing that has a reader.
  init?(of output: Int32, stopping connection: DuckDBConnection, _ pools: [UDFPool], _ signals: Signals) {
    var status = stat()
    var ends: [Int32] = [-1, -1]
    guard fstat(output, &status) == 0, [S_IFIFO, S_IFSOCK].contains(status.st_mode & S_IFMT), pipe(&ends) == 0
    else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    end = ends[1]
    // The database must be able to close as soon as the work is done, however late the thread learns of that.
    DetachedThread.start { [weak connection, reading = ends[0]] in
      defer { close(reading) }
      guard Self.hasReaderGone(from: output, before: reading) else { return }
      connection?.interruptQueries {
        signals.endWithoutReader()
        for pool in pools { pool.interrupt() }
      }
    }
  }

  /// Ends the thread.
  func stop() { close(end) }

  /// Waits until either end is gone, and says whether it is the reader's.
  private static func hasReaderGone(from output: Int32, before end: Int32) -> Bool {
    // Nothing is asked for: that the other side has gone is told in any case.
    var requests = [pollfd(fd: output, events: 0, revents: 0), pollfd(fd: end, events: 0, revents: 0)]
    while poll(&requests, nfds_t(requests.count), -1) < 0 {
      guard errno == EINTR || errno == EAGAIN else { return false }
    }
    let gone = Int16(POLLERR | POLLHUP)
    return requests[1].revents == 0 && requests[0].revents & gone != 0
  }
}
