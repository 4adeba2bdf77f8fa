import Essentials
import Synchronization

/// Lets other threads, and handlers of signals, wake the thread that waits for input.
final class Wakeup: Sendable {
  /// What a waiting thread is woken for.
  enum Event: UInt8, Sendable {
    /// Ctrl-C.
    case interrupt = 1
    /// The program is to end.
    case end
    /// The terminal has another size, or the program goes on after it was stopped.
    case redraw
    /// A file has changed.
    case change
  }

  /// What there is when the wait is over.
  enum Outcome: Equatable {
    case input
    /// Nothing will ever come.
    case hangUp
    case event(Event)
  }

  private let reading, writing: Int32
  /// Where the handler of signals about the terminal writes to; -1 for nowhere.
  private static let terminal = Atomic<Int32>(-1)

  /// - Throws: `ShellError` when the process has no descriptor left.
  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw ShellError("There is no file descriptor left: \(String(cString: strerror(errno))).")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    _ = Self.terminal.compareExchange(expected: writing, desired: -1, ordering: .sequentiallyConsistent)
    close(reading)
    close(writing)
  }

  /// Any thread; never waits. When very many events wait already this one is like one of them.
  func send(_ event: Event) {
    var byte = event.rawValue
    _ = write(writing, &byte, 1)
  }

  /// Has it woken when the terminal changes its size, and when the process goes on after a stop.
  func watchTerminal() {
    Self.terminal.store(writing, ordering: .sequentiallyConsistent)
    for number in [SIGWINCH, SIGCONT] {
      // A handler, which may do little: it writes a byte.
      _ = signal(number) { _ in
        let code = errno
        var byte = Event.redraw.rawValue
        _ = write(Wakeup.terminal.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = code
      }
    }
  }

  /// Waits for input on a descriptor, or for an event, which comes first.
  func wait(for input: Int32, isTerminal: Bool = true) -> Outcome {
    while true {
      var requests = [
        pollfd(fd: reading, events: Int16(POLLIN), revents: 0), pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&requests, nfds_t(requests.count), -1) < 0 {
        guard errno == EINTR || errno == EAGAIN else { return .hangUp }
        continue
      }
      var byte: UInt8 = 0
      if requests[0].revents != 0, read(reading, &byte, 1) == 1, let event = Event(rawValue: byte) {
        return .event(event)
      }
      let state = requests[1].revents
      // A pipe whose writer has gone may still hold something; a terminal that has gone does not.
      let isOver = state & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
      if isOver, isTerminal || state & Int16(POLLIN) == 0 { return .hangUp }
      if state & Int16(POLLIN) != 0 { return .input }
    }
  }
}
