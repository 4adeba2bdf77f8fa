import Columnar
import Foundation
import InMemoryLogging
import Logging
import PythonRuntime
import PythonUDF
import TestSupport
import Testing
import ThreadConfinement

/// Who says where functions run, and what is told of it.
@Suite(.timeLimit(.minutes(30))) struct PlacementTests {
  private static let numpyReason = """
    numpy does not support isolated interpreters (its compiled module numpy._core._multiarray_umath refuses to load)
    """
  private let packages: TemporaryFolder

  init() throws { packages = try TemporaryFolder() }

  private func withPool<Value>(
    _ text: String, _ change: (inout HostOptions) -> Void = { _ in }, _ body: (UDFPool) async throws -> Value
  ) async throws -> Value {
    var options = try packages.options()
    change(&options)
    let pool = try UDFPool(UDFSource("from clutch import udf, udtf, udaf\n" + text, name: "file.py"), options)
    defer { pool.close() }
    return try await body(pool)
  }

  /// A function that says where it runs: whether the process is this one.
  private static func file(_ placement: String?) -> String {
    """
    import os
    @udf\(placement.map { "(placement='\($0)')" } ?? "")
    def here(process: int) -> bool: return os.getpid() == process
    """
  }

  private static var process: RecordBatch { get throws { try integers([Int64(getpid())]) } }

  @Test func `functions that say so run in worker processes`() async throws {
    try await withPool(Self.file("worker")) { pool in
      #expect(pool.placement == .worker)
      #expect(pool.placementReason == #"its functions say placement="worker""#)
      #expect(pool.signatures.map(\.placement) == [.worker])
      try await pool.expect("here", Self.process, gives: [false])
    }
  }

  @Test(arguments: [
    "@udtf(placement='worker')\ndef f(x: int) -> list[int]: return [x]",
    """
    @udaf(placement='worker')
    class total:
      def create_state(self) -> int: return 0
      def accumulate(self, state, x: int): return state + x
    """,
  ])
  func `one function says it for all of its file`(other: String) async throws {
    try await withPool(Self.file(nil) + "\n" + other) { pool in
      #expect(pool.placement == .worker)
      #expect(pool.signatures.map(\.placement) == [nil, .worker])
      try await pool.expect("here", Self.process, gives: [false])
    }
  }

  @Test func `functions that say so run in the main interpreter, on one host`() async {
    await #expect(processExitsWith: .success) {
      ThisProcess.end(after: 300)
      let source = UDFSource(
        "import numpy\nfrom clutch import udf\n@udf(placement='main')\ndef f(x: int) -> int: return int(numpy.int64(x) + 1)"
      )
      let pool = try UDFPool(
        source,
        HostOptions(interpreters: 3, startsAll: true, worker: try Checkout.clutch(), threads: ThreadGroup(count: 2)))
      #expect(pool.placement == .main)
      #expect(pool.placementReason == #"its functions say placement="main""#)
      #expect(pool.interpreterCount == 1)
      try await pool.expect("f", integers([1]), gives: [2])
      pool.close()
    }
  }

  @Test func `the options have the last word, then the functions, then the block`() async throws {
    func expect(
      _ said: String?, block: Placement?, option: Placement?, _ place: Placement, _ reason: String?
    ) async throws {
      try await withPool(Self.file(said), { ($0.blockPlacement, $0.placement) = (block, option) }) { pool in
        #expect(pool.placement == place)
        #expect(pool.placementReason == reason)
        try await pool.expect("here", Self.process, gives: [place == .interpreter])
      }
    }
    let block = ##"its block "# /// script" says placement = "worker""##
    try await expect("worker", block: nil, option: .interpreter, .interpreter, nil)
    try await expect("interpreter", block: .worker, option: .worker, .worker, nil)
    try await expect(nil, block: .worker, option: nil, .worker, block)
    try await expect(nil, block: .worker, option: .interpreter, .interpreter, nil)
    try await expect(
      "interpreter", block: .worker, option: nil, .interpreter, #"its functions say placement="interpreter""#)
    try await expect(nil, block: nil, option: nil, .interpreter, nil)
  }

  @Test func `a file whose block says otherwise than its functions comes back to a database's threads`() async throws {
    let group = try ThreadGroup(count: 1)
    try await withPool(
      Self.file("interpreter"),
      { ($0.blockPlacement, $0.interpreters, $0.threads) = (.worker, nil, group) }
    ) { pool in
      #expect(pool.placement == .interpreter)
      try await pool.expect("here", Self.process, gives: [true])
    }
  }

  @Test func `functions that say different places are refused, with their lines`() throws {
    let error = try loadError(
      UDFSource(
        """
        from clutch import udf
        @udf(placement="worker")
        def f(x: int) -> int: return x
        @udf
        def g(x: int) -> int: return x
        @udf(placement="interpreter")
        def h(x: int) -> int: return x
        """, name: "file.py"))
    #expect(error.code == .badSignature)
    #expect(
      error.message == """
        file.py, line 7: function 'h': it says placement='interpreter', and 'f' in line 3 says placement='worker'; the \
        functions of a file run in one place: say the same, or move it to a file of its own
        """)
  }

  @Test(arguments: ["'elsewhere'", "1", "['worker']", "True"]) func `another word is refused`(word: String) throws {
    let error = try loadError("from clutch import udf\n@udf(placement=\(word))\ndef f(x: int) -> int: return x")
    #expect(error.code == .badSignature)
    #expect(error.message.contains("@udf(placement=...) takes 'interpreter', 'worker' or 'main', not "), "\(error)")
  }

  // MARK: Packages that refuse

  private static let numpy = "import numpy\n@udf\ndef f(x: int) -> int: return int(numpy.int64(x) + 1)"

  @Test func `a refused package sends a file to workers, which is said once`() async throws {
    let collected = InMemoryLogHandler()
    try await withPool(
      Self.numpy,
      {
        $0.interpreters = 2
        $0.startsAll = true
        $0.logging = UDFLogging(logger: Logger(label: "") { _ in collected })
      }
    ) { pool in
      #expect(pool.placement == .worker)
      #expect(pool.placementReason == Self.numpyReason)
      try await pool.expect("f", integers([1]), gives: [2])
      let lines = collected.entries.filter { $0.message.description.contains("worker processes") }
      #expect(lines.map(\.message.description) == ["it runs in worker processes: \(Self.numpyReason)"])
      #expect(lines.map(\.level) == [.info])
    }
  }

  @Test(
    arguments: [
      ("@udf", nil, Placement.interpreter), ("@udf", Placement.interpreter, nil),
      ("@udf(placement='interpreter')", nil, nil), ("@udf(placement='interpreter')", .worker, nil),
    ] as [(String, Placement?, Placement?)])
  func `where the place is fixed, a refused package is an error that says what to do`(
    mark: String, block: Placement?, option: Placement?
  ) throws {
    var options = try packages.options()
    // With `block` it is a worker first, which loads it and learns what its functions say.
    (options.blockPlacement, options.placement) = (block, option)
    let source = UDFSource(
      "import numpy\nfrom clutch import udf\n\(mark)\ndef f(x: int) -> int: return x", name: "file.py")
    let error = try #require(throws: UDFError.self) { try UDFPool(source, options).close() }
    #expect(error.code == .needsWorker)
    #expect(
      error.message == """
        file.py cannot be loaded: file.py, line 1: \(Self.numpyReason), and this file's functions run in one. It belongs in \
        worker processes: mark a function @udf(placement="worker"), or pass --placement worker (in a program, set placement \
        of HostOptions)
        """)
  }

  @Test func `a package that is imported by a call is an error of the call that says what to do`() async throws {
    try await withPool("@udf(on_error='null')\ndef f(x: int) -> int:\n  import numpy\n  return x") { pool in
      #expect(pool.placement == .interpreter)
      let result = try await pool.evaluate("f", integers([1]))
      #expect(
        result.failures.first?.message.hasPrefix("\(Self.numpyReason), and this file's functions run in one.") == true)
      #expect(result.failures.first?.message.contains("--placement worker") == true)
    }
  }
}
