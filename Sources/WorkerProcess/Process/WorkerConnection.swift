import HostSupport

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
  private let child: ChildProcess
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
      let answers = try Self.pipe()
      opened += [answers.reading, answers.writing]
      let control = try SocketPair()
      opened += [control.own, control.other]
      let events = try Self.pipe()
      opened += [events.reading, events.writing]
      let errors = try Self.pipe()
      opened += [errors.reading, errors.writing]
      let given = [memory.descriptor, questions.other, answers.writing, control.other, events.writing]
      child = try Self.start(program, environment, [nil, errors.writing, errors.writing] + given)
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

  private static func pipe() throws(WorkerError) -> PipeEnds {
    do { return try PipeEnds() } catch { throw WorkerError("a worker cannot be started: \(error.ofStarting)") }
  }

  private static func start(
    _ program: WorkerProgram, _ environment: [String: String], _ descriptors: [Int32?]
  ) throws(WorkerError) -> ChildProcess {
    do {
      return try ChildProcess(
        program.path, program.arguments, environment: environment, descriptors: descriptors, resetsSignals: true)
    } catch {
      throw WorkerError("the worker \(program.path) cannot be started: \(error.ofStarting)")
    }
  }

  package var process: Int32 { child.number }

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
    child.signalGroup(SIGKILL)
    child.signal(SIGKILL)
  }

  /// Waits until the worker has ended; called once.
  package func wait() -> WorkerEnd {
    let end = child.wait()
    // What it has left behind.
    if end != .unknown { child.signalGroup(SIGKILL) }
    return switch end {
    case .exited(let status): WorkerEnd(signal: nil, status: status)
    case .signalled(let signal): WorkerEnd(signal: signal, status: nil)
    case .unknown: WorkerEnd(signal: nil, status: nil)
    }
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
    SIGABRT: "SIGABRT", SIGALRM: "SIGALRM", SIGBUS: "SIGBUS", SIGCHLD: "SIGCHLD", SIGCONT: "SIGCONT", SIGFPE: "SIGFPE",
    SIGHUP: "SIGHUP", SIGILL: "SIGILL", SIGINT: "SIGINT", SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGPROF: "SIGPROF",
    SIGQUIT: "SIGQUIT", SIGSEGV: "SIGSEGV", SIGSTOP: "SIGSTOP", SIGSYS: "SIGSYS", SIGTERM: "SIGTERM",
    SIGTRAP: "SIGTRAP",
    SIGTSTP: "SIGTSTP", SIGTTIN: "SIGTTIN", SIGTTOU: "SIGTTOU", SIGURG: "SIGURG", SIGUSR1: "SIGUSR1",
    SIGUSR2: "SIGUSR2",
    SIGVTALRM: "SIGVTALRM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
  ]
}
