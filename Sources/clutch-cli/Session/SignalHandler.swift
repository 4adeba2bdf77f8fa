import Essentials
import Synchronization
import ThreadConfinement

/// Signals as the system delivers them: on any thread, in the middle of anything.
///
/// Until somebody listens, one that ends the tool does so on the spot. Then they are only passed on.
enum SignalHandler {
  /// What ends the tool, from the keyboard, by its terminal, another program or a limit of the system.
  private static let ending = [SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGXCPU, SIGUSR2, SIGVTALRM, SIGPROF]

  /// Where the numbers of signals are written to; -1 as long as nobody listens.
  fileprivate static let listener = Atomic<Int32>(-1)

  /// Handles signals from now on, for a tool to call before anything else.
  ///
  /// Handlers and not "ignore", because programs that Python code starts would inherit that.
  static func begin() {
    // Made now, because a handler must not be the first to need it.
    _ = listener.load(ordering: .relaxed)
    // Writing to a closed pipe, or beyond the largest size of a file, is an error of that call.
    for number in [SIGPIPE, SIGXFSZ] { _ = signal(number) { _ in } }
    for number in ending + [SIGUSR1] {
      let before = signal(number, receive)
      let isIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      // This is how `nohup` keeps what it starts running.
      if number == SIGHUP, isIgnored { _ = signal(number, SIG_IGN) }
      // What was loaded into the tool before, such as a profiler, keeps its timer's signal.
      let isDefault = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
      if number == SIGPROF, !isDefault, !isIgnored { _ = signal(number, before) }
    }
    var all = sigset_t()
    sigemptyset(&all)
    for number in ending + [SIGUSR1] { sigaddset(&all, number) }
    // Whoever started the tool may have blocked them; one that has come meanwhile is handled in here.
    pthread_sigmask(SIG_UNBLOCK, &all, nil)
  }

  /// Has the signals handed to a closure from now on, one after the other on a thread of its own.
  static func listen(with handle: @escaping @Sendable (Int32) -> Void) {
    var ends: [Int32] = [-1, -1]
    // Without descriptors it stays as it is: a signal ends the tool at once.
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let reading = ends[0]
    DetachedThread.start {
      var number: UInt8 = 0
      while true {
        let count = read(reading, &number, 1)
        if count == 1 { handle(Int32(number)) } else if count == 0 || errno != EINTR { return }
      }
    }
    listener.store(ends[1], ordering: .releasing)
  }

  /// What a signal is called.
  static func name(_ number: Int32) -> String {
    switch number {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    default: "signal \(number)"
    }
  }

  /// What is said when a signal ends the tool, as a line.
  static func message(_ number: Int32) -> StaticString {
    switch number {
    // The reader's end needs no word, and mostly nobody is there to read it.
    case SIGPIPE: ""
    case SIGHUP: "clutch: interrupted by SIGHUP\n"
    case SIGQUIT: "clutch: interrupted by SIGQUIT\n"
    case SIGALRM: "clutch: interrupted by SIGALRM\n"
    case SIGTERM: "clutch: interrupted by SIGTERM\n"
    case SIGXCPU: "clutch: interrupted by SIGXCPU: more processor time than the limit allows (ulimit -t)\n"
    case SIGUSR2: "clutch: interrupted by SIGUSR2\n"
    case SIGVTALRM: "clutch: interrupted by SIGVTALRM\n"
    case SIGPROF: "clutch: interrupted by SIGPROF\n"
    default: "clutch: interrupted\n"
    }
  }
}

/// The handler. It may do what is allowed in the middle of anything, which is little: no locks, no memory.
private func receive(_ number: Int32) {
  let code = errno
  defer { errno = code }
  let listener = SignalHandler.listener.load(ordering: .acquiring)
  if listener >= 0 {
    var byte = UInt8(truncatingIfNeeded: number)
    if write(listener, &byte, 1) == 1 || errno == EAGAIN { return }
    // Python code has closed the descriptor.
  }
  guard number != SIGUSR1 else { return }
  let message = SignalHandler.message(number)
  _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
  _exit(128 + number)
}
