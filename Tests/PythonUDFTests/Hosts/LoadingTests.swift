import Columnar
import Foundation
import PythonUDF
import Testing
import ThreadConfinement

/// How the interpreters of a pool are made.
@Suite(.serialized, .timeLimit(.minutes(30))) struct LoadingTests {
  /// A source that notes each load in a folder.
  private func noting(_ folder: URL, _ more: String = "") -> UDFSource {
    UDFSource(
      """
      from clutch import udf
      import os, tempfile, time
      os.close(tempfile.mkstemp(dir="\(folder.path)")[0])
      \(more)
      @udf
      def one() -> int: return 1
      @udf
      def meet(folder: str) -> int:
        mine = tempfile.mkstemp(dir=folder)
        os.close(mine[0])
        deadline = time.monotonic() + 50
        while len(os.listdir(folder)) < 2 and time.monotonic() < deadline: time.sleep(0.001)
        return len(os.listdir(folder))
      """)
  }

  private func loads(_ folder: URL) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).count
  }

  @Test func `a source is loaded once for calls that follow each other, and again when two wait`() async throws {
    try await withTemporaryFolder { folder in
      try await withTemporaryFolder { meeting in
        let pool = try UDFPool(noting(folder), HostOptions(interpreters: 4))
        for _ in 0..<20 { try await pool.expect("one", rows(1), gives: [1]) }
        #expect(try loads(folder) == 1)
        #expect(pool.interpreterCount == 1)
        // Each waits for the other, so both run at once.
        let one = try batch(Column([meeting.path]))
        async let first = pool.call("meet", one).toArray(of: Int64.self)
        async let second = pool.call("meet", one).toArray(of: Int64.self)
        #expect(try await [first, second] == [[2], [2]])
        #expect(pool.interpreterCount >= 2)
        await pool.closeAsync()
      }
    }
  }

  @Test func `all interpreters are made at once where that is asked for`() async throws {
    try await withTemporaryFolder { folder in
      let pool = try await UDFPool.make(noting(folder), HostOptions(interpreters: 3, startsAll: true))
      #expect(pool.interpreterCount == 3)
      #expect(try loads(folder) == 3)
      await pool.closeAsync()
    }
  }

  @Test(arguments: [
    "while True: pass", "time.sleep(2)\nwhile True: pass",
    "while True:\n  try: time.sleep(0.01)\n  except Exception: pass",
    // Given up, and gone before long: other tests wait until all that were given up are gone.
    "end = time.monotonic() + 20\nwhile time.monotonic() < end:\n  try: time.sleep(0.01)\n  except BaseException: pass",
  ])
  func `a source that does not come to an end fails to load after its time`(code: String) async throws {
    let source = UDFSource("import time\n\(code)", name: "slow.py")
    let options = HostOptions(interpreters: 1, loadTimeout: .milliseconds(300))
    let error = try #require(throws: UDFError.self) { try UDFPool(source, options) }
    #expect(error.code == .deadlineExceeded)
    #expect(error.message.hasPrefix("slow.py was still loading after 0.3 s, the time that loading may take"))
    #expect(!error.description.contains("<clutch>") && !error.description.contains("<frozen"))
    let suspended = try await #require(throws: UDFError.self) { try await UDFPool.make(source, options) }
    #expect(suspended.code == .deadlineExceeded)
  }

  @Test func `a source that does not stop loading on shared threads is left there, and nobody waits for it`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("loading-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let group = try ThreadGroup(count: 2)
    let other = try UDFPool(noting(folder), HostOptions(threads: group))
    let source = UDFSource(
      """
      import os, time
      end = time.monotonic() + 60
      while time.monotonic() < end:
        try:
          while os.path.exists("\(folder.path)") and time.monotonic() < end: time.sleep(0.01)
          break
        except BaseException: pass
      """, name: "slow.py")
    let begin = ContinuousClock.now
    let error = #expect(throws: UDFError.self) {
      try UDFPool(source, HostOptions(loadTimeout: .milliseconds(300), threads: group))
    }
    #expect(error?.code == .deadlineExceeded)
    #expect(error?.message.contains("its interpreter was given up") == true, "\(error?.message ?? "")")
    #expect(throws: ThreadConfinementError.givenUp) { try group.lend {} }
    // It lives on the thread that hangs.
    other.close()
    #expect(ContinuousClock.now - begin < .seconds(60))
  }

  @Test func `cancelling the task stops the loading, and a registry is free for another`() async throws {
    try await withTemporaryFolder { folder in
      let endless = noting(folder, "while True: pass")
      let registry = UDFRegistry()
      let adding = Task { try await registry.add("s", endless, HostOptions(loadTimeout: nil)) }
      while try loads(folder) < 1 { try await Task.sleep(for: .milliseconds(1)) }
      let taken = try await #require(throws: UDFError.self) { try await registry.add("s", noting(folder)) }
      #expect(taken.code == .nameTaken)
      #expect(try loads(folder) == 1, "a name that is taken loads nothing")
      #expect(throws: UDFError.self) { try registry.source("s") }
      adding.cancel()
      let outcome = await adding.result
      #expect(throws: CancellationError.self) { try outcome.get() }
      try await registry.add("s", noting(folder))
      let replacing = Task { try await registry.replace("s", with: endless) }
      while try loads(folder) < 3 { try await Task.sleep(for: .milliseconds(1)) }
      let busy = try await #require(throws: UDFError.self) { try await registry.replace("s", with: noting(folder)) }
      #expect(busy.code == .busy)
      replacing.cancel()
      _ = await replacing.result
      try await registry.replace("s", with: noting(folder))
      #expect(try await registry.source("s").call("one", rows(1)).toArray(of: Int64.self) == [1])
      try registry.remove("s")
    }
  }

  @Test func `an interpreter that does not load is made again when it is needed`() async throws {
    try await withTemporaryFolder { folder in
      // The first load succeeds, the second fails, later ones succeed.
      let source = noting(
        folder, "if len(os.listdir(\"\(folder.path)\")) == 2: raise ValueError('not now')")
      let pool = try UDFPool(source, HostOptions(interpreters: 2))
      try await withTemporaryFolder { meeting in
        let one = try batch(Column([meeting.path]))
        // While one call waits for the other more interpreters are asked for, by calls that wait too.
        async let first = pool.call("meet", one).toArray(of: Int64.self)
        async let second = pool.call("meet", one).toArray(of: Int64.self)
        let asking = Task {
          while !Task.isCancelled { _ = try? await pool.call("one", rows(1)) }
        }
        var others: [Task<Column, any Error>] = []
        while try FileManager.default.contentsOfDirectory(atPath: meeting.path).count < 2 {
          others.append(Task { try await pool.call("one", rows(1)) })
          try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await [first, second] == [[2], [2]])
        asking.cancel()
        for other in others { _ = try await other.value }
        #expect(try loads(folder) >= 3)
      }
      await pool.closeAsync()
    }
  }
}
