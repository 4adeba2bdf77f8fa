import Columnar
import Essentials
import Functions
import HostSupport
import PythonFunctions
import PythonRuntime
import Synchronization
import ThreadConfinement
import WorkerProcess

/// A worker process that runs, and all that is known of it.
///
/// One caller at a time asks it something; what it tells meanwhile arrives on a thread of its own.
final class LiveWorker: @unchecked Sendable {
  // Sendable: `writer`, `received` and `sequence` are only used by the one who asks, whom the queue of hosts makes one at a
  // time; the rest is behind `lock`.

  /// What numbers workers in this process.
  let number: Int
  private let connection: WorkerConnection
  private let output: WorkerOutputReader
  private let program: WorkerProgram
  /// What a program ends with that is a worker of another version.
  private static let otherVersion: Int32 = 64
  private var writer: StepWriter
  private var received = ReceivedSchemas()
  private var sequence = 0
  /// Up to where the worker still uses messages.
  private var used = 0
  /// Whether code of the source's runs at its end.
  private(set) var hasWorkAtEnd = false

  private let lock = Lock()
  private var told = 0
  private var greeting: Int?
  private var end: WorkerEnd?
  /// Whether it was killed, and so ends soon.
  private var isKilled = false
  private var hasReadOutput = false
  private var frames: [Int: [PythonError.Frame]?] = [:]
  private var nextFrames = 0
  private var toldEnd = false
  private var bound: MemoryBound?
  /// Why it was ended for the memory that it took.
  private var overrun: String?
  /// Why it was ended for what it has told.
  private var eventProblem: String?

  private static let numbers = Atomic(0)
  /// How much has begun in it that later steps are about.
  let held = Atomic(0)

  /// What is told while nobody asks.
  struct Observer: Sendable {
    var record: @Sendable (UDFLogRecord) -> Void
    var denial: @Sendable (PolicyDenial) -> Void
    var hang: @Sendable (_ sequence: Int, _ isLate: Bool) -> Void
    /// Lines that native code writes to standard error or standard output.
    var errorLine: @Sendable (String) -> Void
  }

  /// Starts a worker.
  ///
  /// - Parameter mayFork: whether its policy allows processes.
  /// - Throws: `WorkerError`.
  init(_ program: WorkerProgram, mayFork: Bool, _ observer: Observer) throws(WorkerError) {
    number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
    var environment = ProcessInfo.processInfo.environment
    environment[WorkerProgram.variable] = "\(WorkerProgram.protocolVersion)"
    // Each worker computes on one core, as each interpreter does: a pool of them has all cores.
    for name in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"]
    where environment[name] == nil {
      environment[name] = "1"
    }
    // Without processes joblib, and so scikit-learn, works in one; otherwise it would find out and warn of it.
    if !mayFork, environment["JOBLIB_MULTIPROCESSING"] == nil { environment["JOBLIB_MULTIPROCESSING"] = "0" }
    // What Swift's runtime would say of a crash takes seconds, and says nothing of Python.
    environment["SWIFT_BACKTRACE"] = "enable=no"
    self.program = program
    writer = StepWriter(process: number)
    connection = try WorkerConnection(program, environment: environment)
    output = WorkerOutputReader(connection, observer.errorLine)
    DetachedThread.start { [self] in listen(observer) }
    DetachedThread.start { [self] in readOutput() }
    DetachedThread.start { [self] in
      let end = connection.wait()
      lock.withLock {
        self.end = end
        lock.broadcast()
      }
    }
  }

  var process: Int32 { connection.process }
  var progress: CallProgress {
    CallProgress(row: connection.memory.row, beats: connection.memory.beats, owner: connection)
  }

  // MARK: What it tells

  private func listen(_ observer: Observer) {
    var received = SmallMessage.receive(from: connection.events)
    while case .message(var message) = received {
      guard let number = try? message.readByte(), let event = WorkerEvent(rawValue: number) else {
        received = .garbage
        break
      }
      switch event {
      case .hello:
        let version = try? message.readInt()
        lock.withLock { greeting = version ?? -1 }
      case .record: if let record = try? message.read(UDFLogRecord.self) { observer.record(record) }
      case .denial:
        if let text = try? message.readText(),
          let denial = try? JSONDecoder().decode(PolicyDenial.self, from: Data(text.utf8))
        {
          observer.denial(denial)
        }
      case .hang:
        if let sequence = try? message.readInt(), let isLate = try? message.read(Bool.self) {
          observer.hang(sequence, isLate)
        }
      case .frames:
        if let number = try? message.readInt(), let text = try? message.readText() {
          let found = try? JSONDecoder().decode([PythonError.Frame].self, from: Data(text.utf8))
          lock.withLock { frames[number] = found }
        }
      }
      lock.withLock {
        told += 1
        lock.broadcast()
      }
      received = SmallMessage.receive(from: connection.events)
    }
    if case .garbage = received { lock.withLock { eventProblem = "it wrote what is no event" } }
    // Nothing more of it would be heard.
    kill()
    lock.withLock {
      toldEnd = true
      lock.broadcast()
    }
  }

  private func readOutput() {
    output.read()
    // Of a worker that has not ended by itself there is an error.
    _ = wait(1) { end != nil }
    output.end(hasDied: lock.withLock { end.map { $0.status != 0 } ?? true })
    lock.withLock {
      hasReadOutput = true
      lock.broadcast()
    }
  }

  /// Tells what the worker has written so far.
  func settleOutput() { output.settle() }

  /// Waits for something, at most so long; gives whether it came.
  private func wait(_ seconds: Double, until isThere: () -> Bool) -> Bool {
    let limit = ContinuousClock.now + .seconds(seconds)
    lock.lock()
    defer { lock.unlock() }
    while !isThere() {
      guard lock.wait(until: limit) else { return isThere() }
    }
    return true
  }

  // MARK: Questions

  /// Loads a source.
  ///
  /// - Throws: `WorkerError` when it is no worker; `WorkerDeath`; `UDFError`.
  func load(_ load: WorkerLoad) throws -> StepResult {
    guard wait(30, until: { greeting != nil || end != nil }) else {
      kill()
      throw WorkerError("the worker process does not answer; the program that was started may be none")
    }
    guard let version = lock.withLock({ greeting }) else {
      // What ends well without a word was never a worker; one of another version says so.
      let death = death
      guard death.end?.status == 0 || death.end?.status == Self.otherVersion else { throw death }
      throw WorkerError(
        """
        \(program.path) is no worker of this version of Clutch (protocol \(WorkerProgram.protocolVersion)): it ended before it \
        said that it was one\(death.shownLines)
        """)
    }
    guard version == WorkerProgram.protocolVersion else {
      kill()
      throw WorkerError("the worker knows version \(version) of the protocol, not \(WorkerProgram.protocolVersion)")
    }
    var message = WireWriter()
    message.write(WorkerStep.load.rawValue)
    message.write(String(decoding: try JSONEncoder().encode(load), as: UTF8.self))
    return try ask(message).outcome.get()
  }

  /// Runs a step.
  ///
  /// - Returns: nil when there is nothing to do.
  /// - Throws: `WorkerDeath`, `WorkerError`, `UDFError` when what it is about was in another worker.
  func run(_ step: FunctionStep, _ call: WorkerCall, resultType: UDFType?) throws -> StepAnswer? {
    var call = call
    call.resultType = resultType.flatMap { writer.text(of: $0) }
    defer { held.store(writer.open.count, ordering: .relaxed) }
    guard let message = try writer.write(step, call) else { return nil }
    let isBound = lock.withLock { bound != nil }
    if isBound { MemoryWatcher.shared.watch(self) }
    defer { if isBound { MemoryWatcher.shared.leave(self) } }
    let answer = try ask(message)
    switch answer.outcome {
    case .success(.drawn(nil)), .failure: writer.forget(step)
    default: break
    }
    return answer
  }

  /// The number of the question that is asked next.
  var nextSequence: Int { sequence + 1 }

  private func ask(_ message: WireWriter) throws -> StepAnswer {
    sequence += 1
    let place = try connection.memory.write(message, at: max(used, SharedMemory.firstByte))
    guard connection.ask(Frame(sequence, place)), let frame = connection.answer() else { throw death }
    guard frame.sequence == sequence, frame.used >= 0, frame.used <= SharedMemory.limit else {
      throw garbage("answers call \(frame.sequence) where it was asked \(sequence)")
    }
    // What it has told before it answered comes first.
    guard wait(Self.mostWaiting, until: { told >= frame.events || toldEnd }) else {
      throw garbage("says that it has told \(frame.events) things, and has not")
    }
    do {
      var reader = try connection.memory.read(frame.place)
      let answer = try StepAnswer(from: &reader, &received)
      guard reader.isAtEnd else { throw WireError("an answer is longer than it says") }
      used = frame.used
      if frame.place.end > Self.mostKept { connection.memory.release(from: max(used, Self.mostKept)) }
      hasWorkAtEnd = answer.hasWorkAtEnd
      return answer
    } catch let error as WireError {
      throw garbage(error.description)
    } catch let error as DecodingError {
      throw garbage("\(error)")
    }
  }

  /// How many seconds what a worker has told may take to be heard.
  private static let mostWaiting = 30.0
  /// How much shared memory stays a worker's own between two calls.
  private static let mostKept = 64 << 20

  /// A worker that does not keep to the protocol is ended: nothing that it says can be believed.
  private func garbage(_ problem: String) -> any Error {
    kill()
    return WorkerDeath(end: nil, lines: lastLines, problem: "it wrote what is no answer: \(problem)")
  }

  private var death: WorkerDeath {
    let end = settledEnd
    let (why, limit, problem) = lock.withLock { (self.overrun, self.bound?.limit, self.eventProblem) }
    return WorkerDeath(end: end, lines: lastLines, problem: problem, overrun: why, memoryLimit: limit)
  }

  /// How it has ended; ends it where it only pretends to.
  private var settledEnd: WorkerEnd? {
    if !wait(5, until: { end != nil }) { kill() }
    _ = wait(5) { end != nil && toldEnd }
    // Somebody who has left the worker's group may have the pipe for ever.
    _ = wait(1) { hasReadOutput }
    return lock.withLock { end }
  }

  /// The last lines of what it wrote to standard error.
  private var lastLines: [String] { output.lastLines }

  // MARK: From other threads

  var isHolding: Bool { held.load(ordering: .relaxed) > 0 }
  /// Whether it has ended, or was killed and ends soon: nothing more is to be asked of it.
  var hasEnded: Bool { lock.withLock { end != nil || isKilled } }

  /// Tells it to stop a call.
  func stop(_ sequence: Int, _ reason: StopReason) {
    var message = WireWriter()
    message.write(WorkerControl.stop.rawValue)
    message.write(sequence)
    message.write(reason)
    _ = connection.tell(message)
  }

  /// Where its code is now; nil when that cannot be seen.
  func currentFrames() -> [PythonError.Frame]? {
    let number = lock.withLock {
      nextFrames += 1
      return nextFrames
    }
    var message = WireWriter()
    message.write(WorkerControl.frames.rawValue)
    message.write(number)
    guard connection.tell(message), wait(0.3, until: { frames[number] != nil || toldEnd }) else { return nil }
    return lock.withLock { frames.removeValue(forKey: number) ?? nil }
  }

  /// Where the code was when it was last told to stop.
  var lastFrames: [PythonError.Frame] { lock.withLock { (frames[0] ?? nil) ?? [] } }

  // MARK: Memory

  /// Limits what it may take beside what it has now.
  func limitMemory(to bytes: Int) {
    guard let now = ProcessMemory(of: process) else { return }
    let bound = MemoryBound(limit: bytes, loaded: now)
    lock.withLock { self.bound = bound }
    ProcessMemory.limitAddressSpace(of: process, to: bound.mostAddresses)
  }

  /// Ends it when it has too much.
  func checkMemory() {
    guard let bound = lock.withLock({ end == nil ? bound : nil }), let now = ProcessMemory(of: process),
      let problem = bound.problem(now)
    else { return }
    lock.withLock { overrun = problem }
    kill()
  }

  func kill() {
    let isAlive = lock.withLock {
      isKilled = true
      return end == nil
    }
    if isAlive { connection.kill() }
  }

  /// Lets it end what it has loaded, and waits for that, at most so long.
  func close(within seconds: Double) {
    connection.finish()
    if !wait(seconds, until: { end != nil }) { kill() }
    _ = wait(5) { end != nil && toldEnd && hasReadOutput }
  }
}

/// A worker that has died.
struct WorkerDeath: Error {
  var end: WorkerEnd?
  /// The last lines of its standard error.
  var lines: [String]
  /// What it did instead of answering.
  var problem: String?
  /// Why it was ended for the memory that it took.
  var overrun: String?
  /// Its memory limit, which not all code in C survives.
  var memoryLimit: Int?

  /// What to say of it, with the lines below.
  var reason: String { problem ?? end?.description ?? "it is gone" }
  var shownLines: String {
    lines.isEmpty ? "" : "\nIts last lines on standard error:\n" + lines.map { "  \($0)" }.joined(separator: "\n")
  }
}
