import Columnar
import Foundation
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Worker processes: how they die, and what becomes of the rows. What else holds for functions there is tested with the
/// kinds of functions and with the types.
@Suite(.timeLimit(.minutes(30))) struct WorkerTests {
  private static let functions = """
    import os, signal
    from clutch import Column, udf
    def end(x, how):
      if x == 7:
        if how == "exit": os._exit(3)
        signal.raise_signal(getattr(signal, how))
      return 2 * x
    @udf
    def process() -> int: return os.getpid()
    @udf
    def mortal(x: int, how: str) -> int: return end(x, how)
    @udf(deterministic=True)
    def careful(x: int, how: str) -> int: return end(x, how)
    @udf(deterministic=True, batch=True)
    def together(x: list[int]) -> list[int]: return [end(value, "SIGKILL") for value in x]
    @udf
    def inverse(x: int) -> int: return 12 // x
    """

  private func withWorkers<Result>(
    _ source: String = Self.functions, interpreters: Int = 1, idle: Duration? = nil,
    _ body: (UDFPool) async throws -> Result
  ) async throws -> Result {
    let pool = try UDFPool(
      UDFSource(source, name: "workers.py"),
      HostOptions(
        interpreters: interpreters, policy: .open, placement: .worker, worker: try Checkout.clutch(), workerIdle: idle))
    defer { pool.close() }
    return try await body(pool)
  }

  private func batch(_ range: Range<Int64>, _ how: String) throws -> RecordBatch {
    try PythonUDFTests.batch(Column(range.map(Optional.some)), Column(range.map { _ in how as String? }))
  }

  private func processNumber(_ pool: UDFPool) async throws -> Int64? {
    try await pool.call("process", rows(1)).toArray(of: Int64.self)[0]
  }

  // MARK: Deaths

  @Test(arguments: ["exit", "SIGKILL", "SIGSEGV", "SIGABRT"])
  func `a death fails the batch, and another worker takes its place`(how: String) async throws {
    try await withWorkers { pool in
      let before = try await processNumber(pool)
      let error = try await pool.failure(of: "mortal", batch(0..<10, how))
      #expect(error.code == .workerDied)
      #expect(
        error.message.hasPrefix("UDF mortal: its worker process died in a batch of 10 rows, at row 7: "), "\(error)")
      #expect(error.message.contains(how == "exit" ? "it exited with status 3" : "it died of \(how)"), "\(error)")
      if how == "SIGSEGV" {
        #expect(error.message.contains("while UDF mortal of workers.py was running, at row 7"), "\(error)")
        #expect(error.message.contains("in end"), "\(error)")
      }
      let after = try await processNumber(pool)
      #expect(before != after)
      try await pool.expect("mortal", batch(0..<3, how), gives: [0, 2, 4])
    }
  }

  @Test(arguments: ["careful", "together"])
  func `the rows of a deterministic function are found that kill`(function: String) async throws {
    try await withWorkers { pool in
      let numbers = [1, 7, 2, 3, nil, 7, 4] as [Int64?]
      let expected = [2, nil, 4, 6, nil, nil, 8] as [Int64?]
      let arguments =
        function == "careful"
        ? try PythonUDFTests.batch(Column(numbers), Column(numbers.map { _ in "exit" as String? }))
        : try integers(numbers.map { $0 ?? 0 })
      let null = try await pool.evaluate(function, arguments, onError: .null)
      let values = try null.values.toArray(of: Int64.self)
      #expect(values == (function == "careful" ? expected : expected.enumerated().map { $0 == 4 ? 0 : $1 }))
      #expect(null.failureCount == 2)
      #expect(null.failures.map(\.row) == [1, 5])
      let collected = try await pool.evaluate(function, arguments, onError: .collect)
      #expect(collected.failures.map(\.errorType) == ["WorkerDied", "WorkerDied"])
      let errors = try #require(collected.errors)
      #expect((0..<7).map { errors.isNull($0) } == [true, false, true, true, true, false, true])
    }
  }

  @Test func `rows that cost a worker its life are told with their arguments, and errors name the user's row`()
    async throws
  {
    try await withWorkers { pool in
      let told = Recorder<UDFRowFailure>()
      pool.observeFailures { told.append($0) }
      let numbers = [1, 7, 2, 7] as [Int64?]
      let batch = try PythonUDFTests.batch(Column(numbers), Column(numbers.map { _ in "SIGABRT" as String? }))
      let careful = try await pool.evaluate("careful", batch, onError: .null)
      #expect(careful.failures.map(\.row) == [1, 3])
      for failure in careful.failures {
        #expect(
          failure.message.hasPrefix(
            "UDF careful: its worker process died in a batch of 4 rows, at row \(failure.row): "),
          "\(failure)")
        #expect(failure.message.contains("of workers.py was running, at row \(failure.row) of its batch"), "\(failure)")
      }
      #expect(
        told.values.map(\.arguments) == [Int](repeating: 7, count: 2).map { #"{"x": \#($0), "how": "SIGABRT"}"# },
        "\(told.values)")
      _ = try await pool.evaluate("mortal", self.batch(6..<8, "exit"), onError: .null)
      #expect(
        told.values.dropFirst(2).map(\.arguments) == [6, 7].map { #"{"x": \#($0), "how": "exit"}"# }, "\(told.values)")
    }
  }

  @Test func `a batch that costs too many workers fails, and says so`() async throws {
    try await withWorkers { pool in
      let batch = try PythonUDFTests.batch(
        Column([Int64?](repeating: 7, count: 40)), Column([String?](repeating: "exit", count: 40)))
      let error = await #expect(throws: UDFError.self) { try await pool.evaluate("careful", batch, onError: .null) }
      #expect(error?.code == .workerDied)
      #expect(
        error?.message.hasPrefix("UDF careful cost 64 worker processes their lives in one batch, which is the most")
          == true,
        "\(String(describing: error))")
    }
  }

  @Test func `at its end a worker waits for the threads that its functions have started`() async throws {
    let source = """
      import threading, time
      from clutch import udf
      def write(path):
        time.sleep(0.5)  # longer than the function: nobody waits here in hope
        open(path, "w").close()
      @udf(threads=True)
      def later(path: str) -> int:
        threading.Thread(target=write, args=(path,)).start()
        return 1
      """
    try await withTemporaryFolder { folder in
      let path = folder.path + "/written"
      try await withWorkers(source) { pool in
        try await pool.expect("later", PythonUDFTests.batch(Column([path as String?])), gives: [1])
        // What a program does that ends next.
        pool.closeIfNeeded()
      }
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `of any other function the whole batch is null, and each row is told`() async throws {
    try await withWorkers { pool in
      let result = try await pool.evaluate("mortal", batch(0..<10, "exit"), onError: .null)
      #expect(result.values.nullCount == 10 && result.values.count == 10)
      #expect(result.failureCount == 10)
      #expect(pool.failureSummaries.first?.failedRows == 10)
    }
  }

  @Test func `failures beside a death keep their rows`() async throws {
    let source = """
      import os
      from clutch import udf
      @udf(deterministic=True)
      def f(x: int) -> int:
        if x == 5: os._exit(1)
        return 12 // x
      """
    try await withWorkers(source) { pool in
      let result = try await pool.evaluate("f", integers([1, 0, 5, 2, 0]), onError: .collect)
      let values = try result.values.toArray(of: Int64.self)
      #expect(values == [12, nil, nil, 6, nil])
      #expect(result.failures.map(\.row) == [1, 2, 4])
      #expect(result.failures.map(\.errorType) == ["ZeroDivisionError", "WorkerDied", "ZeroDivisionError"])
    }
  }

  @Test func `a file that kills its worker does not load`() async throws {
    let source = "from clutch import udf\nimport os\nprint('hello')\nos._exit(9)\n@udf\ndef f(x: int) -> int: return x"
    let error = await #expect(throws: UDFError.self) { try await withWorkers(source) { _ in } }
    #expect(error?.code == .workerDied)
    #expect(
      error?.message.contains("3 times") == true && error?.message.contains("status 9") == true,
      "\(String(describing: error))")
  }

  @Test func `states that were in a worker are gone with it, and the next ones are not`() async throws {
    let source = """
      import os
      from clutch import udaf
      @udaf
      class total:
        def create_state(self): return 0
        def accumulate(self, state, x: int):
          if x == 7: os._exit(1)
          return state + x
        def finish(self, state) -> int: return state
      """
    try await withWorkers(source) { pool in
      let states = try pool.aggregate(0, CallOptions())
      try await states.accumulate(integers([1, 2]), groups: [0, 0])
      await #expect(throws: UDFError.self) { try await states.accumulate(integers([7]), groups: [0]) }
      let gone = await #expect(throws: UDFError.self) { try await states.accumulate(integers([3]), groups: [0]) }
      #expect(gone?.code == .closed)
      let others = try pool.aggregate(0, CallOptions())
      try await others.accumulate(integers([4, 5]), groups: [0, 0])
      let values = try await others.finish([0]).values.toArray(of: Int64.self)
      #expect(values == [9])
    }
  }

  @Test func `a worker that has nothing to do ends, and the next call starts another`() async throws {
    try await withWorkers(idle: .milliseconds(50)) { pool in
      let before = try #require(try await processNumber(pool))
      let limit = ContinuousClock.now + .seconds(60)
      while kill(pid_t(before), 0) == 0, ContinuousClock.now < limit { try await Task.sleep(for: .milliseconds(20)) }
      #expect(kill(pid_t(before), 0) != 0)
      let after = try await processNumber(pool)
      #expect(after != before)
    }
  }

  @Test func `several workers run at the same time, and closing ends them all`() async throws {
    let meet = """
      import os, time
      from clutch import udf
      @udf
      def meet(folder: str, count: int) -> int:
        open(os.path.join(folder, str(os.getpid())), "w").close()
        while len(os.listdir(folder)) < count: time.sleep(0.001)
        return os.getpid()
      """
    try await withTemporaryFolder { folder in
      let numbers = try await withWorkers(meet, interpreters: 3) { (pool: UDFPool) async throws -> [Int64?] in
        let arguments = try PythonUDFTests.batch(Column([folder.path] as [String?]), Column([3] as [Int64?]))
        let results = try await pool.call("meet", batches: [arguments, arguments, arguments])
        return try results.flatMap { try $0.toArray(of: Int64.self) }
      }
      #expect(Set(numbers).count == 3)
      for number in numbers { #expect(kill(pid_t(number ?? 0), 0) != 0) }
    }
  }

  // MARK: Garbage

  /// What a function writes into the pipes of its own worker, and what there is to see of it.
  @Test(arguments: [
    ("os.write(5, bytes(48))", "answers call 0"), ("os.write(5, b'\\xff' * 48)", "answers call -1"),
    ("os.write(5, b'x')", "what is no answer"), ("os.close(5)", "its worker process died"),
    ("os.write(7, b'\\xff' * 100)", "it wrote what is no event"),
    ("os.write(7, b'\\x01' + bytes(7) + b'z')", "it wrote what is no event"),
    ("os.close(7)", "it died of SIGKILL"), ("threading.Thread(target=scribble, daemon=True).start()", nil),
  ]) func `garbage in the pipes and in the shared memory is an error, and the next worker is a fresh one`(
    text: String, expected: String?
  ) async throws {
    let source = """
      import mmap, os, threading, time
      from clutch import udf
      def scribble():
        memory = mmap.mmap(3, 1 << 20)
        while True: memory[4096:1 << 16] = b"\\xff" * ((1 << 16) - 4096)
      @udf(threads=True)
      def write(x: int) -> int:
        \(text)
        time.sleep(0.2)
        return x
      @udf
      def fine(x: int) -> int: return x + 1
      """
    try await withWorkers(source) { pool in
      var seen: UDFError?
      // What one batch gets through, another does not.
      for _ in 0..<100 where seen == nil {
        do { _ = try await pool.call("write", integers([1, 2, 3])) } catch let error as UDFError { seen = error }
      }
      #expect(seen?.code == .workerDied, "\(String(describing: seen))")
      if let expected { #expect(seen?.message.contains(expected) == true, "\(String(describing: seen))") }
      try await pool.expect("fine", integers([1, 2]), gives: [2, 3])
    }
  }

  @Test func `a worker that was ended is not asked again, however soon the next call comes`() async throws {
    let source = """
      import os
      from clutch import udf
      @udf
      def write(x: int) -> int: return os.write(5, bytes(48))
      @udf
      def fine(x: int) -> int: return x + 1
      """
    try await withWorkers(source) { pool in
      for _ in 0..<10 {
        let error = try #require(throws: UDFError.self) { try pool.evaluateAndWait(0, integers([1]), CallOptions()) }
        #expect(error.message.contains("answers call 0"), "\(error)")
        let result = try pool.evaluateAndWait(1, integers([1, 2]), CallOptions()).values
        #expect(try result.toArray(of: Int64.self) == [2, 3])
      }
    }
  }

  // MARK: Too much

  @Test func `more than can be handed over is an error that says what to do`() async throws {
    let source = """
      import numpy
      from clutch import Array, Column, udf
      @udf(batch=True)
      def many(x: Column[bool]) -> Array[float]: return numpy.zeros(len(x))
      @udf(batch=True)
      def few(x: Array[float]) -> Array[float]: return x
      """
    let options = HostOptions(
      interpreters: 1, placement: .worker, worker: try Checkout.clutch(),
      discovery: PythonDiscovery(explicitPath: try Checkout.environment()))
    let pool = try UDFPool(UDFSource(source, name: "workers.py"), options)
    defer { pool.close() }
    // 10 GB of numbers, which nobody has written: they take addresses and no memory.
    let rows = 1_250_000_000
    let bits = try Column(type: .bool, count: rows, buffers: [Buffer(copying: [UInt8](repeating: 0, count: rows / 8))])
    let tooMuch = try await pool.failure(of: "many", PythonUDFTests.batch(bits))
    #expect(tooMuch.message.contains("bytes are more than a worker process can be handed"), "\(tooMuch)")
    #expect(tooMuch.message.contains("take fewer rows at a time"), "\(tooMuch)")
    try await pool.expect("few", PythonUDFTests.batch(Column([1, 2] as [Double?])), givesFloats: [1, 2])
  }

  // MARK: What is no worker

  private func failure(_ program: String) async -> UDFError? {
    await #expect(throws: UDFError.self) {
      try await UDFPool.make(
        UDFSource(Self.functions, name: "workers.py"),
        HostOptions(interpreters: 1, placement: .worker, worker: program)
      ).close()
    }
  }

  @Test func `a program that is not there is named`() async {
    let error = await failure("/nowhere/clutch")
    #expect(error?.code == .notAvailable)
    #expect(error?.message.contains("/nowhere/clutch") == true)
  }

  @Test(arguments: [
    ("other_version", "version 99 of the protocol"),
    ("silent_end", "silent_end is no worker of this version of Clutch"),
    ("dies_at_once", "I cannot work like this"), ("wrong_place", "a message lies nowhere"),
    ("wrong_call", "answers call 8"), ("empty", "ends too early"), ("noise", "what is no answer"),
    ("noisy_events", "it wrote what is no event"), ("shrinks", "what is no answer"),
  ]) func `a program that is none is refused, whatever it writes`(name: String, expected: String) async throws {
    try await withTemporaryFolder { folder in
      // Python looks at the name that it was started with.
      let script = try #require(
        Bundle.module.url(forResource: "no_worker", withExtension: "py", subdirectory: "Files")?.path)
      let program = "\(folder.path)/\(name)"
      let python = try Checkout.python().executable
      // Written by another process: a program that this one has open for writing, or one that it starts just then, cannot
      // be started.
      let text = "#!\(python)\nexec(compile(open('\(script)').read(), 'no_worker.py', 'exec'))"
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["-c", "printf '%s\\n' \"$1\" > \"$2\" && chmod 755 \"$2\"", "sh", text, program]
      try shell.run()
      shell.waitUntilExit()
      let error = await failure(program)
      #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    }
  }
}
