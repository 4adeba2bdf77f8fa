import Essentials
import HostSupport
import Synchronization

/// A program that is run to its end, and what it says. It ends, with all that it has started, when this process does, however
/// that happens: see `Lifeline`.
final class ProgramRun {
  struct Outcome {
    let status: Int32
    /// What it wrote to its standard output, if that was asked for apart.
    let output: Data
    /// What it wrote to standard error, and to standard output unless that is apart.
    let messages: String

    var succeeded: Bool { status == 0 }
  }

  private let process: ChildProcess
  private let messages: Int32
  private let output: Int32?
  private let lifeline: Lifeline
  private var ended: ProcessEnd?
  private let deadline: ContinuousClock.Instant?
  /// How long it may take to end when it is told to.
  private static let grace: Duration = .seconds(2)
  /// What it says beyond this is left out, from the middle.
  private static let mostBytes = 1 << 20

  /// Starts it.
  ///
  /// - Parameters:
  ///   - input: its standard input; nothing by default.
  ///   - separatesOutput: whether standard output is kept apart from the messages.
  ///   - deadline: how long it may take; nil for any time.
  /// - Throws: `EnvironmentError` when it cannot be started.
  init(
    _ program: String, _ arguments: [String], environment: [String: String], folder: String? = nil, input: Data? = nil,
    separatesOutput: Bool = false, deadline: Duration? = nil
  ) throws {
    var opened: [Int32] = []
    do {
      let output = separatesOutput ? try Self.unnamedFile() : nil
      if let output { opened.append(output) }
      let messages = try PipeEnds()
      opened.append(messages.reading)
      // Ours would keep it open for ever.
      defer { close(messages.writing) }
      let input = try input.map { try Self.unnamedFile($0) }
      defer { if let input { close(input) } }
      let path = URL(fileURLWithPath: program).path
      guard FileManager.default.isExecutableFile(atPath: path) else { throw SystemError(errno == 0 ? ENOENT : errno) }
      lifeline = try Lifeline()
      let command = lifeline.command(path, arguments)
      process = try ChildProcess(
        command.program, command.arguments, environment: environment, folder: folder,
        descriptors: [input, output ?? messages.writing, messages.writing, lifeline.reading])
      lifeline.hasBegun()
      (self.output, self.messages) = (output, messages.reading)
    } catch {
      for descriptor in opened { close(descriptor) }
      guard let error = error as? SystemError else { throw error }
      throw EnvironmentError(.buildFailed, "\(program) cannot be started: \(error.ofStarting)")
    }
    self.deadline = deadline.map { ContinuousClock.now.advanced(by: $0) }
    guard RunningPrograms.add(process) else {
      process.signalGroup(SIGKILL)
      _ = process.wait()
      throw EnvironmentError(.interrupted, "it was interrupted")
    }
  }

  deinit {
    // One that nobody has waited for is not wanted any more.
    if isRunning {
      process.signalGroup(SIGKILL)
      _ = process.wait()
      RunningPrograms.remove(process)
    }
    for descriptor in [messages, output].compactMap(\.self) { close(descriptor) }
  }

  /// Waits for the end.
  ///
  /// - Parameters:
  ///   - isWanted: asked several times a second; once it says no, the program is ended.
  ///   - line: told every line of the messages.
  /// - Throws: `EnvironmentError` with code `interrupted`, when the program has ended.
  func wait(while isWanted: () -> Bool = { true }, line: (String) -> Void = { _ in }) throws(EnvironmentError)
    -> Outcome
  {
    defer {
      RunningPrograms.remove(process)
      // What it may have left goes too.
      lifeline.cut()
    }
    var said = Messages()
    var isOpen = true
    while isOpen || isRunning {
      let isLate = deadline.map { $0 < ContinuousClock.now } ?? false
      guard isWanted(), !isLate else {
        end()
        throw EnvironmentError(.interrupted, isLate ? "it took too long" : "it was interrupted")
      }
      // Programs that it has left behind may hold the pipe.
      let isLast = !isRunning
      var request = pollfd(fd: messages, events: Int16(POLLIN), revents: 0)
      guard isOpen else {
        usleep(10_000)
        continue
      }
      let ready = poll(&request, 1, 100)
      guard ready > 0 else {
        if isLast { break }
        continue
      }
      isOpen = said.read(messages, line)
    }
    said.finish(line)
    let status: Int32 =
      switch ended ?? .unknown {
      case .exited(let status): status
      case .signalled(let signal): 128 + signal
      case .unknown: -1
      }
    let written = output.flatMap { file in lseek(file, 0, SEEK_SET) == 0 ? Bytes.readToEnd(from: file) : nil }
    return Outcome(status: status, output: Data(written ?? []), messages: said.text)
  }

  private var isRunning: Bool {
    if ended == nil { ended = process.end() }
    return ended == nil
  }

  private func end() {
    guard isRunning else { return }
    process.signal(SIGTERM)
    let last = ContinuousClock.now.advanced(by: Self.grace)
    while isRunning, ContinuousClock.now < last { usleep(10_000) }
    guard isRunning else { return }
    process.signal(SIGKILL)
    ended = process.wait()
  }

  /// What has been said so far.
  private struct Messages {
    private(set) var bytes: [UInt8] = []
    private var rest: [UInt8] = []
    private var leftOut = 0

    var text: String {
      let said = String(decoding: bytes, as: UTF8.self)
      let end = leftOut > 0 ? "\n... (\(leftOut) more bytes)" : ""
      return said.trimmingNewlines + end
    }

    /// - Returns: false at the end.
    mutating func read(_ descriptor: Int32, _ line: (String) -> Void) -> Bool {
      var piece = [UInt8](repeating: 0, count: 1 << 14)
      let count = Essentials.read(descriptor, &piece, piece.count)
      guard count > 0 else { return count < 0 && errno == EINTR }
      if bytes.count < ProgramRun.mostBytes { bytes += piece[..<count] } else { leftOut += count }
      rest += piece[..<count]
      var begin = rest.startIndex
      // What was there before has no end of a line.
      var from = rest.count - count
      while let end = rest[from...].firstIndex(of: 0x0A) {
        line(String(decoding: rest[begin..<end], as: UTF8.self))
        (begin, from) = (end + 1, end + 1)
      }
      rest.removeSubrange(..<begin)
      return true
    }

    func finish(_ line: (String) -> Void) { if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) } }
  }

  /// A file without a name, at its start.
  private static func unnamedFile(_ content: Data = Data()) throws -> Int32 {
    let folder = FileManager.default.temporaryDirectory.path
    let path = "\(folder)/clutch-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw EnvironmentError(.buildFailed, "No file can be made in \(folder): \(SystemError(errno))")
    }
    unlink(path)
    guard Bytes.write(Array(content), to: descriptor), lseek(descriptor, 0, SEEK_SET) == 0 else {
      defer { close(descriptor) }
      throw EnvironmentError(.buildFailed, "A file in \(folder) cannot be written: \(SystemError(errno))")
    }
    return descriptor
  }
}
