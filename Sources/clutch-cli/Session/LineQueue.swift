import Essentials
import ThreadConfinement

/// Lines on their way to a descriptor, which a thread of its own writes: nobody who says something waits for whoever reads it.
///
/// What does not fit is left out and counted, and the count is said as soon as there is a reader again.
///
/// `@unchecked Sendable`: what changes is used with the lock held.
final class LineQueue: @unchecked Sendable {
  private let descriptor: Int32
  private let capacity: Int
  private let leftOut: @Sendable (Int) -> String
  private let changed = Lock()
  private var waiting: [UInt8] = []
  /// Messages that came after those that wait and found no room.
  private var leftOutCount = 0
  private var isWriting = false
  /// How much was ever written: who waits sees that it goes on.
  private var written = 0

  /// Begins to write.
  ///
  /// - Parameters:
  ///   - capacity: how many bytes may wait.
  ///   - leftOut: the line that says how many messages were left out.
  init(descriptor: Int32, capacity: Int = 1 << 20, leftOut: @escaping @Sendable (Int) -> String) {
    (self.descriptor, self.capacity, self.leftOut) = (descriptor, capacity, leftOut)
    DetachedThread.start { [self] in writeAll() }
  }

  /// Takes whole lines. Any thread; it never waits for the reader.
  func add(_ lines: String) {
    let bytes = lines.utf8
    changed.lock()
    defer { changed.unlock() }
    // After the first that is left out all are, so that the count stands where they would have.
    guard leftOutCount == 0, waiting.isEmpty || waiting.count + bytes.count <= capacity else {
      leftOutCount += 1
      return
    }
    waiting += bytes
    changed.broadcast()
  }

  /// Waits until everything is written; while nothing can be written, only so long.
  func finish(patience: Double, atMost: Double = 5) {
    changed.lock()
    defer { changed.unlock() }
    let end = ContinuousClock.now + .seconds(atMost)
    var (seen, deadline) = (written, ContinuousClock.now + .seconds(patience))
    while !waiting.isEmpty || leftOutCount > 0 || isWriting {
      if written != seen { (seen, deadline) = (written, ContinuousClock.now + .seconds(patience)) }
      guard changed.wait(until: min(deadline, end)) || written != seen, ContinuousClock.now < end else { return }
    }
  }

  private func writeAll() {
    while true {
      changed.lock()
      isWriting = false
      changed.broadcast()
      while waiting.isEmpty, leftOutCount == 0 { changed.wait() }
      var bytes = waiting
      if leftOutCount > 0 { bytes += leftOut(leftOutCount).utf8 }
      (waiting, leftOutCount, isWriting) = ([], 0, true)
      changed.unlock()
      write(bytes)
    }
  }

  /// When the descriptor is closed nobody can be told, and the work goes on.
  private func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Essentials.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
        changed.lock()
        written += count
        changed.broadcast()
        changed.unlock()
      } else if count < 0, errno == EAGAIN {
        // Whoever shares the descriptor has made it so.
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&state, 1, -1)
      } else if count < 0, errno == EINTR {
        continue
      } else {
        return
      }
    }
  }
}
