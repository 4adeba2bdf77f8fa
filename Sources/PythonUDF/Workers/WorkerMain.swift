import Columnar
import Essentials
import Functions
import HostSupport
import Logging
import PythonFunctions
import PythonRuntime
import Synchronization
import ThreadConfinement
import WorkerProcess

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Becomes a worker process, and never returns, if this process was started as one; else returns at once.
///
/// A program whose first line calls it is its own worker: functions whose packages do not load in isolated interpreters run in
/// processes of the same program. One that does not needs `clutch` beside it or on `PATH`, or names a program with
/// ``HostOptions/worker``. To be called before the program starts threads, reads its arguments or writes anything.
public func runWorkerIfAsked() { WorkerMain.runIfAsked() }

/// The whole life of a worker process: it loads one source, and runs its functions for the process that has started it.
enum WorkerMain {
  static func runIfAsked() {
    ProcessHost.canStartItself.store(true, ordering: .relaxed)
    guard let version = ProcessInfo.processInfo.environment[WorkerProgram.variable] else { return }
    // What the functions start is no worker.
    unsetenv(WorkerProgram.variable)
    guard version == "\(WorkerProgram.protocolVersion)" else {
      let problem = "this worker knows version \(WorkerProgram.protocolVersion) of the protocol, not \(version)\n"
      _ = Bytes.write(Array(problem.utf8), to: STDERR_FILENO)
      exit(64)
    }
    run()
  }

  private static func run() -> Never {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT, SIG_IGN)
    closeInherited()
    let given = WorkerDescriptor.memory...WorkerDescriptor.events
    for descriptor in given { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    guard let memory = try? SharedMemory(descriptor: WorkerDescriptor.memory) else { _exit(70) }
    sharedPage = UnsafeMutableRawPointer(memory.row)
    // A process that the functions fork must not keep the pipes open, nor answer, nor say how far this one is.
    pthread_atfork(nil, nil) {
      for descriptor in WorkerDescriptor.memory...WorkerDescriptor.events { close(descriptor) }
      WorkerMain.leaveSharedPage()
    }
    InterpreterState.processEndsWithMain.store(true, ordering: .relaxed)
    let worker = Worker(memory)
    worker.say(.hello) { $0.write(WorkerProgram.protocolVersion) }
    DetachedThread.start { worker.listen() }
    let host = getppid()
    worker.work()
    // The host ends what this process has started, unless it is gone.
    if getppid() != host { endGroup() }
    // Every thread of the functions' ends with the process.
    _exit(0)
  }

  /// Where this process notes how far it is. Written once, before anything is forked.
  nonisolated(unsafe) private static var sharedPage: UnsafeMutableRawPointer?

  /// Puts memory of its own in the place of that page, in a process that was forked.
  private static func leaveSharedPage() {
    guard let sharedPage else { return }
    let anonymous = Int32(MAP_PRIVATE | MAP_ANON | MAP_FIXED)
    _ = mmap(sharedPage, SharedMemory.firstByte, PROT_READ | PROT_WRITE, anonymous, -1, 0)
  }

  /// Ends this process with all that it has started and that is still in its group, when nobody else does.
  static func endGroup() {
    if getpgrp() == getpid() { kill(0, SIGKILL) }
    _exit(0)
  }

  /// Closes what the host had open when it started this process, and that it did not mean to hand over.
  private static func closeInherited() {
    #if os(Linux)
      let folder = "/proc/self/fd"
    #else
      let folder = "/dev/fd"
    #endif
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      if let descriptor = Int32(name), descriptor > WorkerDescriptor.events { close(descriptor) }
    }
  }
}

/// A worker at work.
private final class Worker: Sendable {
  private let memory: SharedMemory
  private let process = getpid()
  private let events = Mutex(0)
  private let state = Mutex(State())
  /// The messages that columns still use.
  private let used = Mutex<[Int: Int]>([:])

  private struct State {
    var host: InterpreterHost?
    var log: UDFLog?
    var profiler: FunctionProfiler?
    /// The call that is under way, and its number.
    var current: (sequence: Int, call: CallContext)?
    /// The number of a call that is to stop and may not have begun.
    var early: (sequence: Int, reason: StopReason)?
  }

  init(_ memory: SharedMemory) { self.memory = memory }

  // MARK: What is said

  /// Says something to the host; nothing when that is gone, as this process is soon.
  func say(_ event: WorkerEvent, _ content: (inout WireWriter) -> Void) {
    // In a fork the descriptor is closed, or something else by now.
    guard getpid() == process else { return }
    var writer = WireWriter()
    writer.write(event.rawValue)
    content(&writer)
    events.withLock { count in
      if SmallMessage.write(writer, to: WorkerDescriptor.events) { count += 1 }
    }
  }

  // MARK: What is heard

  /// Hears what the host says while functions run. When the host is gone, whatever it died of, so is this process.
  func listen() {
    while var message = SmallMessage.read(from: WorkerDescriptor.control) {
      guard let number = try? message.readByte(), let control = WorkerControl(rawValue: number) else { break }
      switch control {
      case .stop:
        guard let sequence = try? message.readInt(), let reason = try? message.read(StopReason.self) else { break }
        let found = state.withLock { state -> CallContext? in
          if let current = state.current, current.sequence == sequence { return current.call }
          if (state.current?.sequence ?? 0) < sequence { state.early = (sequence, reason) }
          return nil
        }
        found?.stop(reason)
        tellFrames(0, delay: .milliseconds(15)) { $0.lastFrames }
      case .frames:
        guard let number = try? message.readInt() else { break }
        DetachedThread.start { [self] in tellFrames(number) { $0.frames() } }
      }
    }
    WorkerMain.endGroup()
  }

  private func tellFrames(
    _ number: Int, delay: Duration = .zero, _ frames: @escaping @Sendable (InterpreterHost) -> [PythonError.Frame]?
  ) {
    let tell = { @Sendable [self] in
      guard let host = state.withLock(\.host), let found = frames(host), let data = try? JSONEncoder().encode(found)
      else { return }
      say(.frames) {
        $0.write(number)
        $0.write(String(decoding: data, as: UTF8.self))
      }
    }
    guard delay > .zero else { return tell() }
    DispatchQueue.global().asyncAfter(deadline: .now() + delay.inSeconds, execute: tell)
  }

  // MARK: Work

  /// Answers questions until there are no more, and ends what was loaded.
  func work() {
    var sent = SentSchemas()
    guard let frame = Frame.read(from: WorkerDescriptor.questions) else { return }
    guard let host = load(frame, &sent) else { return }
    let isOver = DispatchSemaphore(value: 0)
    let known = sent
    _ = host.submit { [self] in
      answerQuestions(host, known)
      isOver.signal()
    }
    isOver.wait()
    host.close()
  }

  private func load(_ frame: Frame, _ sent: inout SentSchemas) -> InterpreterHost? {
    var host: InterpreterHost?
    let outcome = Result { () throws -> StepResult in
      var reader = try memory.read(frame.place)
      guard try reader.readByte() == WorkerStep.load.rawValue else { throw WireError("nothing is loaded") }
      let load = try JSONDecoder().decode(WorkerLoad.self, from: Data(try reader.readText().utf8))
      let call = CallContext(loading: load.source.name, timeout: nil)
      let log = log(load)
      let profiler = load.profiles ? try FunctionProfiler() : nil
      var options = options(load)
      options.profiler = profiler
      let made = try InterpreterHost(
        load.source, options, log,
        prepare: { py in
          // Of a fault in native code it says where the Python code was.
          do { try Self.showFaults(py) } catch {}
          // Now that it has its handlers: this one says first which function it was.
          CrashReport.install()
        },
        willRun: { py in
          if let reach = py.policyReach { Confinement(reach).apply() }
        })
      host = made
      state.withLock { ($0.host, $0.log, $0.profiler) = (made, log, profiler) }
      try begin(frame.sequence, call)
      defer { end() }
      return try call.outcomeAndWait {
        let isAccepted = made.submit {
          call.settle(
            Result { () throws -> StepResult in
              try call.begin(on: made)
              defer { call.end() }
              return try made.run(.load, call)
            })
        }
        if !isAccepted { call.settle(.failure(UDFError(.closed, "the worker ends"))) }
      }
    }
    answer(frame, outcome, [], host, &sent)
    guard case .success = outcome else { return nil }
    return host
  }

  private static func showFaults(_ py: borrowing Python) throws {
    let module = try py.importModule("faulthandler")
    // Since 3.14 the stack of the code in C would come after it, of which only the last lines are kept.
    let hasStack = py.state.installation.version >= PythonVersion(3, 14)
    _ = hasStack ? try module.callMethod("enable", 2, true, false) : try module.callMethod("enable", 2)
  }

  private func options(_ load: WorkerLoad) -> HostOptions {
    HostOptions(
      interpreters: 1, configuration: load.configuration, policy: load.policy, placement: .main,
      environment: load.environment, loadTimeout: nil, discovery: PythonDiscovery(explicitPath: load.python),
      vectorizes: load.vectorizes)
  }

  private func log(_ load: WorkerLoad) -> UDFLog {
    UDFLog(
      source: load.source.name, level: Logger.Level(rawValue: load.logLevel) ?? .info,
      messagesPerSecond: load.messagesPerSecond
    ) { [self] record in
      // What a fork says is heard where native code is.
      guard getpid() == process else { return Self.writeError(record.message) }
      say(.record) { $0.write(record) }
    }
  }

  private static func writeError(_ text: String) { _ = Bytes.write(Array("\(text)\n".utf8), to: STDERR_FILENO) }

  private func answerQuestions(_ host: InterpreterHost, _ initial: SentSchemas) {
    var (steps, sent) = (StepReader(), initial)
    var denials = host.denials.count
    while let frame = Frame.read(from: WorkerDescriptor.questions), getpid() == process {
      let told = ToldFailures()
      let outcome = Result { () throws -> StepResult in
        var reader = try memory.read(frame.place, sharedBy: owner(of: frame))
        let question = try steps.read(&reader)
        state.withLock(\.log)?.tellsEverything.store(question.call.tellsEverything, ordering: .relaxed)
        let call = try context(question, host, &steps, frame.sequence, told)
        try begin(frame.sequence, call)
        defer { end() }
        try call.begin(on: host)
        defer { call.end() }
        do {
          let result = try host.run(question.step, call)
          if case .drawn(nil) = result { steps.forget(question.step) }
          return result
        } catch {
          steps.forget(question.step)
          throw error
        }
      }
      guard getpid() == process else { break }
      let denied = host.denials
      for denial in denied.first.dropFirst(denials).prefix(PolicyDenials.mostKept) {
        if let data = try? JSONEncoder().encode(denial) {
          say(.denial) { $0.write(String(decoding: data, as: UTF8.self)) }
        }
      }
      denials = denied.count
      guard answer(frame, outcome, told.all, host, &sent) else { break }
    }
    // A fork of this process, which is of no use to anybody.
    if getpid() != process { _exit(1) }
  }

  /// What keeps a question's memory as it is for as long as columns use it.
  private func owner(of frame: Frame) -> BufferOwner? {
    // Where that takes too much already, columns are copied.
    let end = frame.place.end
    guard end < SharedMemory.limit / 8 else { return nil }
    used.withLock { $0[frame.sequence] = end }
    return BufferOwner { [self] in used.withLock { _ = $0.removeValue(forKey: frame.sequence) } }
  }

  private func context(
    _ question: StepReader.Question, _ host: InterpreterHost, _ steps: inout StepReader, _ sequence: Int,
    _ told: ToldFailures
  ) throws -> CallContext {
    let said = question.call
    guard case .end = question.step else {
      guard host.signatures.indices.contains(question.function) else {
        throw WireError("there is no function \(question.function)")
      }
      var options = CallOptions(errorMode: said.errorMode)
      options.allowsLargeColumns = said.allowsLargeColumns
      options.shortReach = said.shortReach
      options.timeZone = said.timeZone
      options.columns = said.columns
      options.keepsRows = said.keepsRows
      if let text = said.resultType {
        let type = try steps.type(text)
        options.resultType = { _ in type }
      }
      var observer: (@Sendable (UDFRowFailure) -> Void)?
      if said.tellsFailures { observer = { failure in told.add(failure) } }
      return CallContext(
        worker: host.signatures[question.function], options, concurrentTimeout: said.concurrentTimeout,
        places: said.places, isClosing: said.isClosing, observer: observer, progress: progress
      ) { [self] isLate in
        say(.hang) {
          $0.write(sequence)
          $0.write(isLate)
        }
      }
    }
    return CallContext(loading: host.name, timeout: nil, isClosing: true)
  }

  private var progress: CallProgress { CallProgress(row: memory.row, beats: memory.beats, owner: memory) }

  private func begin(_ sequence: Int, _ call: CallContext) throws {
    let early = state.withLock { state -> StopReason? in
      state.current = (sequence, call)
      return state.early.flatMap { $0.sequence == sequence ? $0.reason : nil }
    }
    if let early { call.stop(early) }
  }

  private func end() { state.withLock { $0.current = nil } }

  @discardableResult
  private func answer(
    _ frame: Frame, _ outcome: Result<StepResult, any Error>, _ told: [UDFRowFailure], _ host: InterpreterHost?,
    _ sent: inout SentSchemas
  ) -> Bool {
    let profiles = state.withLock(\.profiler)?.take() ?? [:]
    func place(_ outcome: Result<StepResult, any Error>) throws -> SharedMemory.Place {
      let answer = StepAnswer(
        outcome: outcome, told: told, memory: host?.memoryUsage ?? MemoryUsage(current: 0, peak: 0, limit: nil),
        hasWorkAtEnd: host?.hasWorkAtEnd ?? false, profiles: profiles)
      var schemas = sent
      let message = try answer.write(&schemas)
      let place = try memory.write(message, at: frame.place.end)
      sent = schemas
      return place
    }
    var written: SharedMemory.Place?
    do { written = try place(outcome) } catch {
      // What came out cannot be handed over.
      written = try? place(.failure(UDFError(.wrongResult, "what the function gave cannot be handed over: \(error)")))
    }
    guard let written else { return false }
    let seen = events.withLock { $0 }
    let end = used.withLock { $0.values.max() ?? 0 }
    return Frame(frame.sequence, written, events: seen, used: end).write(to: WorkerDescriptor.answers)
  }
}

/// The rows that failed in a call.
private final class ToldFailures: Sendable {
  private let failures = Mutex<[UDFRowFailure]>([])

  func add(_ failure: UDFRowFailure) { failures.withLock { $0.append(failure) } }

  var all: [UDFRowFailure] { failures.withLock { $0 } }
}
