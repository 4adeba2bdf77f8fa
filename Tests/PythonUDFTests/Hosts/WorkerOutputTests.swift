import Columnar
import Functions
import InMemoryLogging
import Logging
import PythonRuntime
import TestSupport
import Testing

@testable import PythonUDF

/// What workers write to their standard error and standard output, as lines.
@Suite(.timeLimit(.minutes(10))) struct WorkerOutputTests {
  private func lines(_ pieces: [[UInt8]], hasDied: Bool = false) -> (told: [String], last: [String]) {
    var (output, told) = (WorkerOutput(), [String]())
    for piece in pieces { output.add(piece) { told.append($0) } }
    output.end(hasDied: hasDied) { told.append($0) }
    return (told, output.lastLines)
  }

  @Test(arguments: [1, 3, 4_096, 65_536])
  func `lines come whole, however they are cut, and the last one without an end`(size: Int) {
    let text = Array("one\n\ntwo\r\nthrée\nno end".utf8)
    let pieces = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
    #expect(lines(pieces).told == ["one", "two\r", "thrée", "no end"])
  }

  @Test func `a long line is several, none of which breaks a character`() {
    let text = String(repeating: "é€😀x", count: 10_000)
    let (told, last) = lines([Array(text.utf8), [0x0A]])
    #expect(told.joined() == text)
    #expect(
      told.allSatisfy {
        $0.utf8.count <= WorkerOutput.mostLine && $0.utf8.count > WorkerOutput.mostLine - 4 || $0 == told.last
      })
    #expect(last.count == 1 && last[0].utf8.count < 3_000)
  }

  @Test func `what has no end yet stays short, so that no byte is looked at often`() {
    var output = WorkerOutput()
    var told = 0
    for _ in 0..<1_000 {
      output.add([UInt8](repeating: UInt8(ascii: "x"), count: 4_096)) { told += $0.utf8.count }
      #expect(output.rest.count < WorkerOutput.mostLine)
    }
    #expect(told + output.rest.count == 4_096_000)
  }

  @Test func `bytes that are no text have an end too`() {
    let told = lines([[UInt8](repeating: 0x80, count: 20_000)]).told
    #expect(told.count == 3)
  }

  @Test func `a report of a death is for the error alone, unless there is none`() {
    let report = "before\nFatal Python error: Aborted\n\nCurrent thread\n  File x\n"
    #expect(lines([Array(report.utf8)], hasDied: true).told == ["before"])
    #expect(
      lines([Array(report.utf8)], hasDied: true).last == ["Fatal Python error: Aborted", "Current thread", "  File x"])
    #expect(
      lines([Array(report.utf8)]).told == ["before", "Fatal Python error: Aborted", "Current thread", "  File x"])
  }

  // MARK: In workers

  private static let source = """
    import os
    from clutch import udf
    @udf
    def write(count: int) -> int:
      if os.write(1, b"O" * count) == count: return count
      raise ValueError("not all was written")
    @udf
    def die(count: int) -> int:
      write(count)
      os._exit(3)
    """

  private func withWorker<Value>(
    _ body: (UDFPool, InMemoryLogHandler) async throws -> Value
  ) async throws -> Value {
    let said = InMemoryLogHandler()
    let logging = UDFLogging(logger: Logger(label: "test") { _ in said }, messagesPerSecond: nil)
    let pool = try UDFPool(
      UDFSource(Self.source, name: "w.py"),
      HostOptions(
        interpreters: 1, policy: .open, placement: .worker, worker: try Checkout.clutch(), logging: logging))
    defer { pool.close() }
    return try await body(pool, said)
  }

  @Test func `megabytes without an end of a line are written at once, and told in pieces`() async throws {
    let count = 4_000_000
    let said = try await withWorker { pool, said in
      try await pool.expect("write", integers([Int64(count)]), gives: [Int64(count)])
      return said
    }
    #expect(said.messages.reduce(0) { $0 + $1.utf8.count } == count)
  }

  @Test func `what has no end of a line is told when the log is settled`() async throws {
    try await withWorker { pool, said in
      try await pool.expect("write", integers([5]), gives: [5])
      pool.settleLog()
      #expect(said.messages.contains("OOOOO"), "\(said.messages)")
    }
  }

  @Test func `what has no end of a line is told when the pool is closed`() async throws {
    let said = try await withWorker { pool, said in
      try await pool.expect("write", integers([5]), gives: [5])
      return said
    }
    #expect(said.messages.contains("OOOOO"), "\(said.messages)")
  }

  @Test func `the error of a death shows little of a long line`() async throws {
    try await withWorker { pool, _ in
      let error = try await pool.failure(of: "die", integers([1_000_000]))
      #expect(error.code == .workerDied && error.message.contains("OOOO"))
      #expect(error.message.utf8.count < 10_000)
    }
  }
}

extension InMemoryLogHandler {
  fileprivate var messages: [String] { entries.map { "\($0.message)" } }
}
