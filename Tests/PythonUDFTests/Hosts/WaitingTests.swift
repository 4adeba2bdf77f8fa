import Columnar
import Foundation
import PythonUDF
import Testing

/// Calls that wait for an interpreter while the only one is held.
@Suite(.serialized, .timeLimit(.minutes(30))) struct WaitingTests {
  private static let functions = """
    from clutch import udf
    import os, time
    @udf
    def hold(folder: str) -> int:
      open(os.path.join(folder, "begun"), "w").close()
      deadline = time.monotonic() + 100
      while time.monotonic() < deadline:
        if os.path.exists(os.path.join(folder, "end")): return 1
        time.sleep(0.001)
      return 0
    @udf
    def one() -> int: return 1
    """

  /// Runs `body` while the only interpreter of a pool is held by a call.
  private func whileHeld(
    _ options: HostOptions = HostOptions(interpreters: 1), _ body: (UDFPool) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let pool = try UDFPool(UDFSource(Self.functions), options)
      let one = try batch(Column([folder.path]))
      let held = Task { try await pool.call("hold", one).toArray(of: Int64.self) }
      while !FileManager.default.fileExists(atPath: folder.appending(path: "begun").path) {
        try await Task.sleep(for: .milliseconds(1))
      }
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(pool)) } catch { outcome = .failure(error) }
      try Data().write(to: folder.appending(path: "end"))
      #expect(try await held.value == [1])
      // The interpreter serves others again, and nobody who has left.
      try await pool.expect("one", rows(1), gives: [1])
      await pool.closeAsync()
      try outcome.get()
    }
  }

  @Test func `a cancelled task that waits leaves at once`() async throws {
    try await whileHeld { pool in
      let waiting = (0..<20).map { _ in Task { try await pool.call("one", rows(1)) } }
      for task in waiting { task.cancel() }
      for task in waiting {
        // Before the interpreter is free: it is held until all have answered.
        let outcome = await task.result
        #expect(throws: CancellationError.self) { try outcome.get() }
      }
    }
  }

  @Test func `a task that is cancelled before it calls does not call`() async throws {
    try await whileHeld { pool in
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await pool.call("one", rows(1))
      }
      let outcome = await task.result
      #expect(throws: CancellationError.self) { try outcome.get() }
    }
  }

  @Test func `more calls than may wait are refused`() async throws {
    try await whileHeld(HostOptions(interpreters: 1, waitingLimit: 2)) { pool in
      let waiting = (0..<8).map { _ in Task { try await pool.call("one", rows(1)) } }
      // All but two are answered while the interpreter is held.
      var refused = 0
      for await error in errors(of: waiting, count: 6) {
        #expect(error?.code == .busy)
        #expect(
          error?.message == "2 calls wait for an interpreter already; try again later, or allow more")
        refused += 1
      }
      #expect(refused == 6)
      let thread = try await onThread {
        try #require(throws: UDFError.self) { try pool.callAndWait("one", rows(1)) }
      }
      #expect(thread.code == .busy)
      for task in waiting { task.cancel() }
    }
  }

  /// The first errors that tasks end with.
  private func errors(of tasks: [Task<Column, any Error>], count: Int) -> AsyncPrefixSequence<AsyncStream<UDFError?>> {
    let stream = AsyncStream<UDFError?> { continuation in
      for task in tasks {
        Task {
          if case .failure(let error) = await task.result, let error = error as? UDFError { continuation.yield(error) }
        }
      }
    }
    return stream.prefix(count)
  }
}
