#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The numbers of the descriptors that a worker is started with.
package enum WorkerDescriptor {
  package static let memory: Int32 = 3
  package static let questions: Int32 = 4
  package static let answers: Int32 = 5
  package static let control: Int32 = 6
  package static let events: Int32 = 7
}

/// A worker process, seen from the one that has started it.
package final class WorkerConnection: Sendable {
  package let process: Int32
  package let memory: SharedMemory
  private let questions: Int32
  private let answers: Int32
  private let control: Int32
  /// What the worker tells without being asked; at its end it has died.
  package let events: Int32
  /// What the worker, and native code in it, writes to standard error and standard output.
  package let errors: Int32

  /// Starts a worker.
  ///
  /// - Parameter environment: its variables.
  /// - Throws: `WorkerError`.
  package init(_ program: WorkerProgram, environment: [String: String]) throws(WorkerError) {
    let memory = try SharedMemory()
    var opened: [Int32] = []
    do throws(WorkerError) {
      let questions = try SocketPair()
      opened += [questions.own, questions.other]
      let answers = try Pipe()
      opened += [answers.reading, answers.writing]
      let control = try SocketPair()
      opened += [control.own, control.other]
      let events = try Pipe()
      opened += [events.reading, events.writing]
      let errors = try Pipe()
      opened += [errors.reading, errors.writing]
      let given = [memory.descriptor, questions.other, answers.writing, control.other, events.writing]
      process = try Self.spawn(program, environment, given, output: errors.writing)
      for descriptor in [questions.other, answers.writing, control.other, events.writing, errors.writing] {
        close(descriptor)
      }
      self.memory = memory
      (self.questions, self.answers, self.control) = (questions.own, answers.reading, control.own)
      (self.events, self.errors) = (events.reading, errors.reading)
    } catch {
      for descriptor in opened { close(descriptor) }
      throw error
    }
  }

  private static func spawn(
    _ program: WorkerProgram, _ environment: [String: String], _ given: [Int32], output: Int32
  ) throws(WorkerError) -> pid_t {
    // At high numbers first, so that none of them stands where another is to be put.
    var high: [Int32] = []
    defer { for descriptor in high { close(descriptor) } }
    for descriptor in given + [output] {
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 64)
      guard copy >= 0 else { throw WorkerError("a worker cannot be started: \(lastProblem)") }
      high.append(copy)
    }
    #if os(Linux)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, high[given.count], 1)
    posix_spawn_file_actions_adddup2(&actions, high[given.count], 2)
    for index in given.indices {
      posix_spawn_file_actions_adddup2(&actions, high[index], WorkerDescriptor.memory + Int32(index))
    }
    // A group of its own: the terminal's Ctrl-C is this process's affair, and what the worker forks ends with it. Signals as
    // a fresh process has them.
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    let arguments = [program.path] + program.arguments
    let variables = environment.map { "\($0.key)=\($0.value)" }
    var process: pid_t = 0
    let status = withCStrings(arguments) { arguments in
      withCStrings(variables) { variables in
        posix_spawn(&process, program.path, &actions, &attributes, arguments, variables)
      }
    }
    guard status == 0 else {
      throw WorkerError("the worker \(program.path) cannot be started: \(String(cString: strerror(status)))")
    }
    return process
  }

  deinit { for descriptor in [questions, answers, control, events, errors] { close(descriptor) } }

  // MARK: Questions

  /// Hands a question over; gives false when the worker has gone.
  package func ask(_ frame: Frame) -> Bool { frame.write(to: questions, isSocket: true) }

  /// Waits for an answer; nil when the worker has gone.
  package func answer() -> Frame? { Frame.read(from: answers) }

  /// Tells the worker something, whatever it is doing; gives false when it has gone.
  package func tell(_ message: WireWriter) -> Bool { SmallMessage.write(message, to: control, isSocket: true) }

  // MARK: The end

  /// Says that no more questions come: the worker then ends what it has loaded, and itself.
  package func finish() { _ = shutdown(questions, Int32(SHUT_WR)) }

  /// Ends the worker at once, with the processes that it has started and that are still in its group.
  package func kill() {
    _ = systemKill(-process, SIGKILL)
    _ = systemKill(process, SIGKILL)
  }

  /// Waits until the worker has ended; called once.
  package func wait() -> WorkerEnd {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return WorkerEnd(signal: nil, status: nil) }
    }
    let signal = status & 0x7f
    // What it has left behind.
    _ = systemKill(-process, SIGKILL)
    return signal == 0
      ? WorkerEnd(signal: nil, status: (status >> 8) & 0xff) : WorkerEnd(signal: signal, status: nil)
  }
}

/// How a worker has ended.
package struct WorkerEnd: Sendable, Hashable, CustomStringConvertible {
  /// The signal that it died of.
  package let signal: Int32?
  /// What it exited with; nil where a signal ended it, or where someone else has waited for it.
  package let status: Int32?

  package init(signal: Int32?, status: Int32?) { (self.signal, self.status) = (signal, status) }

  package var description: String {
    if let signal { return "it died of \(Self.names[signal] ?? "signal \(signal)")" }
    if let status { return "it exited with status \(status)" }
    return "it ended"
  }

  private static let names: [Int32: String] = [
    SIGSEGV: "SIGSEGV", SIGKILL: "SIGKILL", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGILL: "SIGILL", SIGFPE: "SIGFPE",
    SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGTRAP: "SIGTRAP", SIGHUP: "SIGHUP", SIGXCPU: "SIGXCPU", SIGSYS: "SIGSYS",
    SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT",
  ]
}

private let systemKill = kill

private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = texts.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
