import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// A process may exit whatever its functions do, soon and with the status it exits with.
@Suite(.timeLimit(.minutes(30))) struct ExitWithPoolsTests {
  private static let source = UDFSource(
    """
    import atexit, os, re, time
    from clutch import udf
    @udf
    def spin(begun: str) -> int:
        open(begun, "w").close()
        while True: [str(i) for i in range(1_000)]
    @udf(timeout=0.05)
    def sleep(begun: str) -> int:
        time.sleep(1_000)
    @udf(timeout=0.05)
    def match(begun: str) -> int:
        re.match(r"(a+)+$", "a" * 40 + "b")
    @udf
    def version(begun: str) -> int:
        return 1
    @udf
    def hang_at_the_end(begun: str) -> int:
        def hang():
            open(begun, "w").close()
            time.sleep(1_000)
        atexit.register(hang)
        return 1
    """)

  /// Clutch's own start, and a batch whose one argument is the path of a file that is not there yet.
  private static func prepare() throws -> (RecordBatch, isBegun: @Sendable () -> Bool) {
    try Machine.startInOwnProcess()
    let path = FileManager.default.temporaryDirectory.appending(path: "clutch-\(UUID().uuidString)").path
    return (try batch(Column([path])), { FileManager.default.fileExists(atPath: path) && unlink(path) == 0 })
  }

  @Test func `in the middle of a call, while others wait for their turn`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let (batch, isBegun) = try Self.prepare()
      let pool = try UDFPool(Self.source, HostOptions(interpreters: 1))
      for _ in 0..<4 {
        Task { try await pool.call("spin", batch) }
        Thread.detachNewThread { _ = try? pool.callAndWait("spin", batch) }
      }
      while !isBegun() { try await Task.sleep(for: .milliseconds(1)) }
      ThisProcess.leave()
    }
  }

  @Test func `while a pool that is being closed waits for a call`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let (batch, isBegun) = try Self.prepare()
      let pool = try UDFPool(Self.source, HostOptions(interpreters: 2))
      Task { try await pool.call("spin", batch) }
      while !isBegun() { try await Task.sleep(for: .milliseconds(1)) }
      Thread.detachNewThread { pool.close() }
      while (try? await pool.call("version", batch)) != nil {}
      ThisProcess.leave()
    }
  }

  @Test func `while a pool that is being closed waits for an exit function`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let (batch, isBegun) = try Self.prepare()
      let pool = try UDFPool(Self.source, HostOptions(interpreters: 1))
      _ = try await pool.call("hang_at_the_end", batch)
      Thread.detachNewThread { pool.close() }
      while !isBegun() { try await Task.sleep(for: .milliseconds(1)) }
      ThisProcess.leave()
    }
  }

  @Test func `with interpreters that were given up`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let (batch, _) = try Self.prepare()
      let pool = try UDFPool(Self.source, HostOptions(interpreters: 1))
      for function in ["sleep", "match"] {
        await #expect(throws: UDFError.self) { try await pool.call(function, batch) }
      }
      #expect(pool.abandonedInterpreterCount == 2)
      ThisProcess.leave()
    }
  }

  @Test func `while versions change under load`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let (batch, _) = try Self.prepare()
      let registry = UDFRegistry()
      try await registry.add("s", Self.source, HostOptions(interpreters: 2))
      for _ in 0..<3 {
        Task { while true { _ = try await registry.source("s").evaluate("version", batch) } }
      }
      let swaps = Recorder<Int>()
      Task {
        while true {
          try await registry.replace("s", with: Self.source)
          swaps.append(1)
        }
      }
      while swaps.values.count < 3 { try await Task.sleep(for: .milliseconds(1)) }
      ThisProcess.leave()
    }
  }
}
