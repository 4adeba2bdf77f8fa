/// Why a `DedicatedThread` did not run what it was given.
public enum ThreadConfinementError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The thread was stopped; it takes no further work.
  case stopped
  /// Waiting would never end: the caller is that thread, or that thread waits for the caller.
  case wouldDeadlock
  /// The operating system refused to make a thread; the value is the error number.
  case threadNotCreated(Int32)
  /// The threads of the group have been lent to somebody else.
  case lent
  /// A thread of the group was given up: its work does not return.
  case givenUp

  /// The same in words.
  public var description: String {
    switch self {
    case .stopped: "the thread has been stopped"
    case .wouldDeadlock: "waiting for this thread would never end: it is waiting for the caller"
    case .threadNotCreated(let number): "the operating system made no thread (error \(number))"
    case .lent: "the threads have been lent to somebody else"
    case .givenUp: "a thread of these was given up, because its work does not return"
    }
  }
}
