import Columnar
import Foundation
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct UDFPoolClosingTests {
  private static let functions = """
    from clutch import udf
    import os, threading, time
    @udf
    def thread() -> int: return threading.get_native_id()
    @udf
    def hold(folder: str) -> int:
      open(os.path.join(folder, "begun"), "w").close()
      deadline = time.monotonic() + 900
      while time.monotonic() < deadline:
        if os.path.exists(os.path.join(folder, "end")): return 1
        time.sleep(0.001)
      return 0
    """

  @Test func `a closed pool refuses every call`() async throws {
    let pool = try UDFPool(UDFSource(Self.functions), HostOptions(interpreters: 2, startsAll: true))
    pool.close()
    pool.close()
    let error = try await pool.failure(of: "thread", rows(1))
    #expect(error.code == .closed)
    #expect(error.message == "the pool of interpreters has been closed")
    let waited = try await onThread {
      try #require(throws: UDFError.self) { try pool.callAndWait("thread", rows(1)) }
    }
    #expect(waited.code == .closed)
    let many = try await #require(throws: UDFError.self) { try await pool.call("thread", batches: [rows(1)]) }
    #expect(many.code == .closed)
    #expect(pool.signatures.map(\.name) == ["thread", "hold"])
  }

  @Test func `closing lets the call under way finish and refuses those that wait`() async throws {
    try await withTemporaryFolder { folder in
      let pool = try UDFPool(UDFSource(Self.functions), HostOptions(interpreters: 1))
      let one = try batch(Column([folder.path]))
      let held = Task { try await pool.call("hold", one).toArray(of: Int64.self) }
      while !FileManager.default.fileExists(atPath: folder.appending(path: "begun").path) {
        try await Task.sleep(for: .milliseconds(1))
      }
      let waiting = (0..<20).map { index in
        Task {
          index.isMultiple(of: 2)
            ? try await pool.call("thread", rows(1))
            : try await onThread { try pool.callAndWait("thread", rows(1)) }
        }
      }
      // The one interpreter is held, so whenever they come, they wait or find the pool closed.
      let closing = Task { try await onThread { pool.close() } }
      for task in waiting {
        let outcome = await task.result
        let error = try #require(throws: UDFError.self) { try outcome.get() }
        #expect(error.code == .closed)
      }
      try Data().write(to: folder.appending(path: "end"))
      #expect(try await held.value == [1])
      try await closing.value
    }
  }

  @Test func `callers that race with closing get a result or are told that it is closed`() async throws {
    for _ in 0..<20 {
      let pool = try UDFPool(UDFSource(Self.functions), HostOptions(interpreters: 2, startsAll: true))
      let callers = (0..<16).map { index in
        Task {
          for _ in 0..<20 {
            if index.isMultiple(of: 2) {
              _ = try await pool.call("thread", rows(1))
            } else {
              _ = try await onThread { try pool.callAndWait("thread", rows(1)) }
            }
          }
        }
      }
      _ = try? await pool.call("thread", rows(1))
      try await onThread { pool.close() }
      for caller in callers {
        guard case .failure(let error) = await caller.result else { continue }
        #expect((error as? UDFError)?.code == .closed)
      }
    }
  }

  #if os(Linux)
    private static let meet = """
      from clutch import udf
      import os, threading, time
      @udf
      def meet(folder: str) -> int:
        thread = threading.get_native_id()
        open(os.path.join(folder, str(thread)), "w").close()
        deadline = time.monotonic() + 50
        while len(os.listdir(folder)) < 8 and time.monotonic() < deadline: time.sleep(0.001)
        assert len(os.listdir(folder)) == 8
        return thread
      """

    /// The threads of a pool of 8.
    private static func threads(of pool: UDFPool) async throws -> [Int64] {
      try await withTemporaryFolder { folder in
        let one = try batch(Column([folder.path]))
        let results = try await pool.call("meet", batches: Array(repeating: one, count: 8))
        return try results.flatMap { try $0.toArray(of: Int64.self) }.compactMap { $0 }
      }
    }

    @Test func `closing ends every thread`() async throws {
      let pool = try UDFPool(UDFSource(Self.meet), HostOptions(interpreters: 8, startsAll: true))
      let threads = try await Self.threads(of: pool)
      #expect(Set(threads).count == 8)
      for thread in threads { #expect(isRunning(thread)) }
      pool.close()
      for thread in threads { #expect(await ends(thread)) }
    }

    @Test func `dropping the last reference ends every thread`() async throws {
      func threads() async throws -> [Int64] {
        try await Self.threads(of: UDFPool(UDFSource(Self.meet), HostOptions(interpreters: 8, startsAll: true)))
      }
      for thread in try await threads() { #expect(await ends(thread)) }
    }
  #endif
}
