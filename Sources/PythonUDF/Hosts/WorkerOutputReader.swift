import Essentials
import HostSupport
import Synchronization
import WorkerProcess

/// Reads what a worker writes to standard error and standard output, and tells it by lines.
final class WorkerOutputReader: Sendable {
  private let connection: WorkerConnection
  private let tell: @Sendable (String) -> Void
  private let output = Mutex(WorkerOutput())
  /// Held while lines are told, so that they come in their order. Who only looks at the last lines does not wait for that.
  private let telling = Mutex(())
  private let isOver = Atomic(false)

  init(_ connection: WorkerConnection, _ tell: @escaping @Sendable (String) -> Void) {
    (self.connection, self.tell) = (connection, tell)
  }

  /// Reads until there is no more.
  func read() {
    var isOpen = true
    while isOpen, isReadable(within: -1) {
      change { output, line in
        // With the lock, so that whoever has it knows that nothing is on its way.
        let bytes = Bytes.readSome(1 << 16, from: connection.errors)
        output.add(bytes, line)
        isOpen = !bytes.isEmpty
      }
    }
    isOver.store(true, ordering: .relaxed)
  }

  /// Tells the rest, when all has been read.
  ///
  /// - Parameter hasDied: whether there is an error that shows the last lines.
  func end(hasDied: Bool) { change { output, line in output.end(hasDied: hasDied, line) } }

  /// Tells what was written so far, also what has no end of a line.
  func settle() {
    // What is in the pipe by now is another thread's to read, which is seldom more than a moment behind.
    let limit = ContinuousClock.now + .seconds(1)
    while !isOver.load(ordering: .relaxed), isReadable(within: 0), ContinuousClock.now < limit { usleep(1_000) }
    change { output, line in output.flush(line) }
  }

  /// The last lines, for an error.
  var lastLines: [String] { output.withLock(\.lastLines) }

  private func change(_ body: (inout WorkerOutput, (String) -> Void) -> Void) {
    telling.withLock { _ in
      var lines: [String] = []
      output.withLock { output in body(&output) { lines.append($0) } }
      for line in lines { tell(line) }
    }
  }

  /// Whether there is something to read, or the end; waits for that.
  private func isReadable(within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: connection.errors, events: Int16(POLLIN), revents: 0)
    while true {
      let ready = poll(&request, 1, milliseconds)
      guard ready < 0, errno == EINTR else { return ready != 0 }
    }
  }
}
