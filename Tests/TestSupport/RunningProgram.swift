package import Foundation
import Synchronization

/// How a program ended, and everything it wrote.
package struct ProgramEnd: Sendable, CustomStringConvertible {
  package enum Status: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  package let status: Status
  package let output: String
  package let errors: String

  package var description: String { "\(status)\noutput: \(output)\nerrors: \(errors)" }
}

/// A program of its own process, with pipes to all its standard streams; it is killed when this object goes.
package final class RunningProgram {
  /// It took too long, and was killed.
  package struct Overdue: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  package let output: OutputStream
  /// What it writes to standard error; nothing when that is a terminal.
  package let errors: OutputStream
  private let process = Process()
  private let ended = DispatchSemaphore(value: 0)

  /// How long anything may take; a machine under load is slow.
  package static let patience = DispatchTimeInterval.seconds(100)

  /// - Parameters:
  ///   - input: what it reads from standard input.
  ///   - terminal: what is its standard error instead of a pipe.
  ///   - lines: after this many, the reading end of its standard output is closed.
  package init(
    _ program: String, _ arguments: [String], in folder: String, environment: [String: String], input: String = "",
    terminal: FileHandle? = nil, closingOutputAfter lines: Int? = nil
  ) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = environment
    let (inputPipe, outputPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
    process.standardInput = inputPipe
    process.standardOutput = outputPipe
    process.standardError = terminal ?? errorPipe
    process.terminationHandler = { [ended] _ in ended.signal() }
    try process.run()
    if terminal != nil { try errorPipe.fileHandleForWriting.close() }
    output = OutputStream(outputPipe.fileHandleForReading, closingAfter: lines)
    errors = OutputStream(errorPipe.fileHandleForReading)
    // Far less than a pipe holds, so this does not wait for the program to read it.
    try? inputPipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try inputPipe.fileHandleForWriting.close()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// The number that the system knows it by.
  package var processIdentifier: Int32 { process.processIdentifier }

  package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for its end.
  ///
  /// - Throws: `Overdue`.
  package func end(within deadline: DispatchTimeInterval = patience) throws -> ProgramEnd {
    guard ended.wait(timeout: .now() + deadline) == .success else {
      send(SIGKILL)
      throw Overdue(
        description: "no end within \(deadline)\noutput: \(output.text)\nerrors: \(errors.text)")
    }
    let status: ProgramEnd.Status =
      process.terminationReason == .exit
      ? .exited(process.terminationStatus) : .killed(signal: process.terminationStatus)
    return ProgramEnd(status: status, output: try output.rest(), errors: try errors.rest())
  }
}

extension RunningProgram {
  /// What comes out of a descriptor, read on a thread of its own as it comes.
  package final class OutputStream: Sendable {
    private struct State {
      var bytes: [UInt8] = []
      var isAtEnd = false
    }

    private let state = Mutex(State())
    private let handle: FileHandle
    /// Closes the reading end after so many lines.
    private let lineLimit: Int?

    package init(_ handle: FileHandle, closingAfter lineLimit: Int? = nil) {
      self.handle = handle
      self.lineLimit = lineLimit
      Thread.detachNewThread { [self] in readAll() }
    }

    /// What has come so far.
    package var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    private func readAll() {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = read(handle.fileDescriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        // A terminal whose other end is closed gives an error instead of an end.
        if count <= 0 { break }
        let isEnough = state.withLock { state in
          state.bytes += buffer[..<count]
          guard let lineLimit else { return false }
          return state.bytes.count { $0 == UInt8(ascii: "\n") } >= lineLimit
        }
        if isEnough { break }
      }
      try? handle.close()
      state.withLock { $0.isAtEnd = true }
    }

    /// Waits until a text has come, or has come so many times.
    ///
    /// - Throws: `Overdue`.
    package func wait(for text: String, times: Int = 1) throws {
      let isThere = { (all: String) in all.components(separatedBy: text).count > times }
      try wait("for \"\(text)\"") { isThere($0) || $1 }
      guard isThere(self.text) else { throw Overdue(description: "no \"\(text)\" in \(self.text)") }
    }

    /// Waits for the end and gives everything.
    ///
    /// - Throws: `Overdue`, when a child of the program's holds the stream open.
    package func rest() throws -> String {
      try wait("for the end") { $1 }
      return text
    }

    private func wait(_ what: String, until condition: (String, Bool) -> Bool) throws {
      for _ in 0..<20_000 {
        let (bytes, isAtEnd) = state.withLock { ($0.bytes, $0.isAtEnd) }
        if condition(String(decoding: bytes, as: UTF8.self), isAtEnd) { return }
        usleep(5_000)
      }
      throw Overdue(description: "waited in vain \(what): \(text)")
    }
  }
}
