import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct UDFRegistryTests {
  private func source(_ version: Int, _ more: String = "") -> UDFSource {
    UDFSource("from clutch import udf\n@udf\ndef version(x: int) -> int:\n    return \(version)\n\(more)")
  }

  /// A version each of whose interpreters leaves a file in a folder when it ends.
  private func source(_ version: Int, leavingFilesIn folder: URL) -> UDFSource {
    source(
      version,
      """
      import atexit, os, tempfile
      atexit.register(lambda: os.close(tempfile.mkstemp(dir="\(folder.path)")[0]))
      """)
  }

  private func version(_ registry: UDFRegistry) async throws -> Int64? {
    try await registry.source("s").evaluate("version", integers([1])).values.toArray(of: Int64.self)[0]
  }

  /// Waits until so many interpreters have ended; the suite's limit ends a longer wait.
  private func settle(_ folder: URL, _ count: Int) async throws {
    while try FileManager.default.contentsOfDirectory(atPath: folder.path).count < count {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == count)
  }

  @Test func `a new version takes the place of the old one, whose interpreters end`() async throws {
    try await withTemporaryFolder { folder in
      let registry = UDFRegistry()
      try await registry.add("s", source(1, leavingFilesIn: folder), HostOptions(interpreters: 2, startsAll: true))
      #expect(try await version(registry) == 1)
      try await registry.replace("s", with: source(2, leavingFilesIn: folder))
      #expect(try await version(registry) == 2)
      try await settle(folder, 2)
      try registry.remove("s")
      try await settle(folder, 4)
      await #expect(throws: UDFError.self) { try await version(registry) }
    }
  }

  @Test(arguments: [
    ("def broken(", UDFError.Code.loadFailed), ("raise ValueError('no')", .loadFailed),
    ("@udf\ndef bad(x): pass", .badSignature),
  ])
  func `a version that does not load changes nothing`(code: String, expected: UDFError.Code) async throws {
    let registry = UDFRegistry()
    try await registry.add("s", source(1), HostOptions(interpreters: 1))
    let error = try await #require(throws: UDFError.self) {
      try await registry.replace("s", with: source(2, code))
    }
    #expect(error.code == expected)
    #expect(try await version(registry) == 1)
    try await registry.replace("s", with: source(3))
    #expect(try await version(registry) == 3)
  }

  @Test func `a version that lacks a function, or changes one, is refused unless that is allowed`() async throws {
    let registry = UDFRegistry()
    try await registry.add(
      "s", source(1, "@udf\ndef more(x: int) -> str:\n    return str(x)"), HostOptions(interpreters: 1))
    let missing = try await #require(throws: UDFError.self) { try await registry.replace("s", with: source(2)) }
    #expect(missing.code == .incompatible)
    #expect(
      missing.message == """
        The new version of s was not taken: more(x BIGINT) -> VARCHAR is not there. Keep the function, or replace with \
        allowingChanges: true.
        """)
    let changed = source(2, "@udf\ndef more(x: float) -> str:\n    return str(x)")
    let error = try await #require(throws: UDFError.self) { try await registry.replace("s", with: changed) }
    #expect(error.message.contains("more(x BIGINT) -> VARCHAR is more(x DOUBLE) -> VARCHAR"))
    #expect(try await version(registry) == 1)
    try await registry.replace("s", with: changed, allowingChanges: true)
    #expect(try await version(registry) == 2)
  }

  @Test func `calls under way finish on the version they began on`() async throws {
    try await withTemporaryFolder { folder in
      let registry = UDFRegistry()
      let slow = UDFSource(
        """
        import os, time
        from clutch import udf
        @udf
        def version(x: int) -> int:
            if x == 5:
                open("\(folder.path)/begun", "w").close()
                end = time.monotonic() + 900
                while not os.path.exists("\(folder.path)/replaced") and time.monotonic() < end: time.sleep(0.005)
            return 1
        """)
      try await registry.add("s", slow, HostOptions(interpreters: 1))
      let batch = try integers([5])
      let under = Task { try await registry.source("s").evaluate("version", batch).values.toArray(of: Int64.self) }
      try await appears(folder.path + "/begun")
      try await registry.replace("s", with: source(2))
      #expect(try await version(registry) == 2)
      try Data().write(to: folder.appending(path: "replaced"))
      #expect(try await under.value == [1])
    }
  }

  @Test func `no call fails and no interpreter is left while versions change under load`() async throws {
    try await withTemporaryFolder { folder in
      let registry = UDFRegistry()
      try await registry.add("s", source(0, leavingFilesIn: folder), HostOptions(interpreters: 2, startsAll: true))
      let load = (0..<3).map { _ in
        Task {
          var calls = 0
          var last: Int64 = 0
          while !Task.isCancelled {
            let batch = try integers(Array(repeating: 1, count: 100))
            // Not of this task, which is cancelled in the end: no call is to be.
            let values = try await Task { try await registry.source("s").evaluate("version", batch) }.value.values
              .toArray(of: Int64.self)
            let version = try #require(values[0])
            // A batch is of one version, and versions only go forward.
            #expect(values.allSatisfy { $0 == version } && version >= last)
            last = version
            calls += 1
          }
          return calls
        }
      }
      for version in 1...20 { try await registry.replace("s", with: source(version, leavingFilesIn: folder)) }
      for task in load {
        task.cancel()
        let calls = try await task.value
        #expect(calls > 0)
      }
      #expect(try await version(registry) == 20)
      try registry.remove("s")
      try await settle(folder, 21 * 2)
    }
  }

  @Test func `names are told`() async throws {
    let registry = UDFRegistry()
    let unknown = try await #require(throws: UDFError.self) { try await registry.replace("s", with: source(1)) }
    #expect(unknown.message == "There is no source named s; there are: none.")
    try await registry.add("s", source(1), HostOptions(interpreters: 1))
    #expect(registry.names == ["s"])
    #expect(try registry.source("s").signatures.map(\.name) == ["version"])
    let taken = try await #require(throws: UDFError.self) {
      try await registry.add("s", source(2), HostOptions(interpreters: 1))
    }
    #expect(taken.code == .nameTaken)
  }

  @Test func `every version is under the policy that the source was added with`() async throws {
    let registry = UDFRegistry()
    let reads = "def f() -> str:\n    return open('/etc/hostname').read()"
    try await registry.add("s", source(1, "@udf\n\(reads)"), HostOptions(interpreters: 1, policy: .pure))
    for _ in 0..<2 {
      let error = try await #require(throws: UDFError.self) { try await registry.source("s").evaluate("f", rows(1)) }
      #expect(error.message.contains("the policy 'pure' denies"))
      #expect(try registry.source("s").denials.count == 1)
      try await registry.replace("s", with: source(2, "@udf\n\(reads)"))
    }
  }

  @Test func `a version may have more classes, and other names for them`() async throws {
    func sides(_ name: String, after: String) -> UDFSource {
      UDFSource(
        """
        import enum
        from clutch import udf
        \(after)
        class \(name)(enum.Enum):
            LEFT = "left"
            RIGHT = "right"
        @udf
        def side(x: \(name)) -> list[\(name)]:
            return [x, \(name).RIGHT]
        """)
    }
    let registry = UDFRegistry()
    try await registry.add("s", sides("Side", after: ""), HostOptions(interpreters: 1))
    let other = "class Other(enum.Enum):\n    A = 'a'\n@udf\ndef other() -> Other:\n    return Other.A"
    try await registry.replace("s", with: sides("Hand", after: other))
    let result = try await registry.source("s").evaluate("side", batch(Column(["left"])))
    #expect(try result.values.logicalRows() == [#"["left", "right"]"#])
  }

  @Test func `a source tells of the version that is there`() async throws {
    let registry = UDFRegistry()
    let failing = "@udf(on_error='null')\ndef f(x: int) -> int:\n    return 1 // x"
    try await registry.add("s", source(1, failing), HostOptions(interpreters: 2, startsAll: true))
    _ = try await registry.source("s").evaluate("f", integers([0, 1, 0]))
    #expect(try registry.source("s").failureSummaries.map(\.failedRows) == [2])
    #expect(try registry.source("s").memoryUsage.count == 2)
    #expect(try registry.source("s").stacks().allSatisfy { $0?.isEmpty == true })
    try await registry.replace("s", with: source(2, failing))
    #expect(try registry.source("s").failureSummaries.isEmpty)
    let unknown = try #require(throws: UDFError.self) { try registry.source("x").memoryUsage }
    #expect(unknown.code == .unknownFunction)
  }

  @Test func `a source that is added while a version of the one before it loads stays`() async throws {
    try await withTemporaryFolder { folder in
      let registry = UDFRegistry()
      try await registry.add("s", source(1), HostOptions(interpreters: 1))
      let slow = source(
        2,
        """
        import os, time
        open("\(folder.path)/loading", "w").close()
        end = time.monotonic() + 900
        while not os.path.exists("\(folder.path)/added") and time.monotonic() < end: time.sleep(0.005)
        """)
      let replacement = Task { try await registry.replace("s", with: slow) }
      try await settle(folder, 1)
      try registry.remove("s")
      try await registry.add("s", source(3), HostOptions(interpreters: 1))
      _ = FileManager.default.createFile(atPath: "\(folder.path)/added", contents: nil)
      try await replacement.value
      #expect(try await version(registry) == 3)
    }
  }

  @Test func `an interruption stops the calls of a source, also those of a version before`() async throws {
    try await withTemporaryFolder { folder in
      let registry = UDFRegistry()
      let endless = UDFSource(
        """
        import os, tempfile, time
        from clutch import udf
        @udf
        def endless(x: int) -> int:
            os.close(tempfile.mkstemp(dir="\(folder.path)")[0])
            end = time.monotonic() + 50
            while time.monotonic() < end: pass
            return x
        """)
      try await registry.add("s", endless, HostOptions(interpreters: 1))
      let batch = try integers([1])
      let old = Task { try await registry.source("s").evaluate("endless", batch) }
      try await settle(folder, 1)
      try await registry.replace("s", with: endless)
      let new = Task { try await registry.source("s").evaluate("endless", batch) }
      try await settle(folder, 2)
      try registry.source("s").interrupt()
      for call in [old, new] {
        let error = try await #require(throws: UDFError.self) { try await call.value }
        #expect(error.code == .interrupted)
      }
    }
  }
}
