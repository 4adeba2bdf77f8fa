import Foundation
import Synchronization

/// A program that is run to its end, and what it says.
final class ProgramRun {
  struct Outcome {
    let status: Int32
    /// What it wrote to its standard output, if that was asked for apart.
    let output: Data
    /// What it wrote to standard error, and to standard output unless that is apart.
    let messages: String

    var succeeded: Bool { status == 0 }
  }

  private let process = Process()
  private let pipe = Pipe()
  private let outputFile: FileHandle?
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
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardError = pipe
    outputFile = separatesOutput ? try Self.unnamedFile() : nil
    process.standardOutput = outputFile ?? pipe
    process.standardInput = try input.map { try Self.unnamedFile($0) } ?? FileHandle.nullDevice
    self.deadline = deadline.map { ContinuousClock.now.advanced(by: $0) }
    do { try process.run() } catch {
      throw EnvironmentError(.buildFailed, "\(program) cannot be started: \(error.localizedDescription)")
    }
    RunningPrograms.add(process.processIdentifier)
    // Ours would keep it open for ever.
    try? pipe.fileHandleForWriting.close()
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
    defer { RunningPrograms.remove(process.processIdentifier) }
    var messages = Messages()
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    var isOpen = true
    while isOpen || process.isRunning {
      let isLate = deadline.map { $0 < ContinuousClock.now } ?? false
      guard isWanted(), !isLate else {
        end()
        throw EnvironmentError(.interrupted, isLate ? "it took too long" : "it was interrupted")
      }
      // Programs that it has left behind may hold the pipe.
      let isLast = !process.isRunning
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard isOpen else {
        usleep(10_000)
        continue
      }
      let ready = poll(&request, 1, 100)
      guard ready > 0 else {
        if isLast { break }
        continue
      }
      isOpen = messages.read(descriptor, line)
    }
    messages.finish(line)
    process.waitUntilExit()
    let output = outputFile.map { file -> Data in
      try? file.seek(toOffset: 0)
      return (try? file.readToEnd()) ?? Data()
    }
    let status = process.terminationStatus
    return Outcome(
      status: process.terminationReason == .exit ? status : 128 + status, output: output ?? Data(),
      messages: messages.text)
  }

  private func end() {
    process.terminate()
    let last = ContinuousClock.now.advanced(by: Self.grace)
    while process.isRunning, ContinuousClock.now < last { usleep(10_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// What has been said so far.
  private struct Messages {
    private(set) var bytes: [UInt8] = []
    private var rest: [UInt8] = []
    private var leftOut = 0

    var text: String {
      let said = String(decoding: bytes, as: UTF8.self)
      let end = leftOut > 0 ? "\n... (\(leftOut) more bytes)" : ""
      return said.trimmingCharacters(in: .newlines) + end
    }

    /// - Returns: false at the end.
    mutating func read(_ descriptor: Int32, _ line: (String) -> Void) -> Bool {
      var piece = [UInt8](repeating: 0, count: 1 << 14)
      let count = Foundation.read(descriptor, &piece, piece.count)
      guard count > 0 else { return count < 0 && errno == EINTR }
      if bytes.count < ProgramRun.mostBytes { bytes += piece[..<count] } else { leftOut += count }
      rest += piece[..<count]
      while let end = rest.firstIndex(of: 0x0A) {
        line(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeSubrange(...end)
      }
      return true
    }

    func finish(_ line: (String) -> Void) { if !rest.isEmpty { line(String(decoding: rest, as: UTF8.self)) } }
  }

  /// A file without a name, at its start.
  private static func unnamedFile(_ content: Data = Data()) throws -> FileHandle {
    let path = "\(NSTemporaryDirectory())/clutch-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw EnvironmentError(
        .buildFailed, "No file can be made in \(NSTemporaryDirectory()): \(String(cString: strerror(errno)))")
    }
    unlink(path)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: content)
    try file.seek(toOffset: 0)
    return file
  }
}
