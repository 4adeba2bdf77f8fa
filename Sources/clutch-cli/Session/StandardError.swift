import Essentials
import HostSupport
import Synchronization

/// Standard error, which messages from several threads share with a line that shows how far the work is.
enum StandardError {
  /// The line that is on the terminal now, below what has been written; nil for none.
  private static let status = Mutex<String?>(nil)
  /// Where lines go if nobody may wait for the reader of standard error.
  private static let queue = Mutex<LineQueue?>(nil)
  private static let clearLine = "\r\u{1B}[K"

  /// Writes whole lines. When standard error is closed or full nobody can be told, and the work goes on.
  static func write(_ lines: String) {
    if let queue = queue.withLock({ $0 }) { return queue.add(lines) }
    status.withLock { status in
      if let status { put(clearLine + lines + status) } else { put(lines) }
    }
  }

  /// From now on a thread of its own writes, and nobody waits for the reader. There is no status line then.
  ///
  /// - Parameter leftOut: the line that says how many messages found no room.
  static func startQueue(leftOut: @escaping @Sendable (Int) -> String) {
    queue.withLock { $0 = LineQueue(descriptor: STDERR_FILENO, leftOut: leftOut) }
  }

  /// Before the process ends: waits until everything is written, unless nobody reads.
  static func finish() { queue.withLock { $0 }?.finish(patience: 0.25) }

  /// Shows a line that stays below what is written; nil takes it away.
  static func show(_ line: String?) {
    status.withLock { status in
      guard status != nil || line != nil else { return }
      status = line
      put(clearLine + (line ?? ""))
    }
  }

  private static func put(_ text: String) { _ = Bytes.write(Array(text.utf8), to: STDERR_FILENO) }
}
