import Columnar
import PythonRuntime
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct ThreadTests {
  private static let ways = [
    "with concurrent.futures.ThreadPoolExecutor(4) as pool: return sum(pool.map(lambda i: i * i, range(x)))",
    "return asyncio.run(asyncio.to_thread(lambda: 14))",
    "t = threading.Thread(target=found.append, args=(14,)); t.start(); t.join(); return found[0]",
    "t = threading.Timer(0, found.append, args=(14,)); t.start(); t.join(); return found[0]",
    "done = _thread.allocate_lock(); done.acquire(); _thread.start_new_thread(done.release, ()); done.acquire(); return 14",
  ]

  private func source(_ mark: String, _ body: String, top: String = "") -> UDFSource {
    UDFSource(
      """
      import _thread, asyncio, concurrent.futures, threading
      from clutch import udf
      \(top)
      \(mark)
      def f(x: int) -> int:
        found = []
        \(body)
      @udf
      def other(x: int) -> int: return f(x)
      """)
  }

  @Test(arguments: ways)
  func `a file may start threads if one of its functions asks for it`(body: String) async throws {
    try await withPool(source("@udf(threads=True)", body)) { pool in
      try await pool.expect("f", integers([4]), gives: [14])
      try await pool.expect("other", integers([4]), gives: [14])
    }
  }

  @Test(arguments: ways)
  func `else it is told what to write`(body: String) async throws {
    try await withPool(source("@udf", body)) { pool in
      let error = try await pool.failure(of: "f", integers([4]))
      #expect(
        error.exception?.summary == """
          RuntimeError: <udf> may not start threads: mark a function @udf(threads=True), or pass --allow-threads (in a \
          program, set allowsThreads of the configuration), which also allows them while the file is loaded
          """)
      // A row that failed so leaves the interpreter as it was.
      _ = try await pool.failure(of: "other", integers([4]))
    }
  }

  @Test func `while it is loaded only the configuration allows them`() async throws {
    let starts = "early = threading.Thread(target=print); early.start(); early.join()"
    let source = source("@udf(threads=True)", "return 14", top: starts)
    #expect(try loadError(source).description.contains("may not start threads"))
    var configuration = SubInterpreter.Configuration.isolated
    configuration.allowsThreads = true
    let pool = try UDFPool(source, HostOptions(interpreters: 1, configuration: configuration))
    defer { pool.close() }
    try await pool.expect("f", integers([4]), gives: [14])
  }

  @Test func `daemon threads stay refused`() async throws {
    let body = "threading.Thread(target=print, daemon=True).start(); return 1"
    try await withPool(source("@udf(threads=True)", body)) { pool in
      let error = try await pool.failure(of: "f", integers([4]))
      #expect(error.exception?.message.contains("daemon threads") == true)
    }
  }
}
