import Columnar
import PythonRuntime
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct MemoryLimitTests {
  private static let greedy = """
    from clutch import udf

    @udf(memory="40MB", on_error="null")
    def fill(n: int) -> int:
        return len([str(i) for i in range(n)])

    @udf(memory="512KB", on_error="collect")
    def text(n: int) -> str:
        return "x" * n
    """

  @Test(arguments: [UDFErrorMode.raise, .null, .collect])
  func `a call that reaches the limit fails in every mode, and the next one works`(mode: UDFErrorMode) async throws {
    try await withPool(UDFSource(Self.greedy, name: "greedy.py")) { pool in
      let before = pool.memoryUsage[0].current
      for _ in 0..<3 {
        let error = await #expect(throws: UDFError.self) {
          try await pool.evaluate("fill", integers([10, 20, 50_000_000, 30]), onError: mode)
        }
        #expect(error?.code == .memoryExceeded)
        #expect(error?.row?.index == 2)
        #expect(error?.row?.arguments == ["n=50000000"])
        #expect(
          error?.message.hasPrefix(
            """
            UDF fill failed at row 2 of its batch (n=50000000): the interpreter reached its memory limit of 40 MB:
            """) == true)
        #expect(error?.message.contains("were in use and") == true)
        #expect(error?.exception?.typeName == "MemoryError")
        #expect(error?.exception?.traceback.last?.source == "return len([str(i) for i in range(n)])")
        let next = try await pool.call("fill", integers([7, 100_000]))
        #expect(try next.toArray(of: Int64.self) == [7, 100_000])
      }
      let usage = pool.memoryUsage[0]
      #expect(usage.limit == 40_000_000)
      // The text of the error is made without the limit.
      #expect(usage.peak < 48_000_000)
      #expect(usage.current < before + 5_000_000)
      await pool.closeAsync()
      #expect(pool.memoryUsage[0].current < 200_000)
    }
  }

  @Test func `the largest limit of a file holds, and a lower one of the host's before it`() async throws {
    let source = UDFSource(Self.greedy)
    for (limit, expected) in [(nil, 40_000_000), (20_000_000, 20_000_000), (100_000_000, 40_000_000)] {
      let pool = try UDFPool(
        source, HostOptions(interpreters: 2, startsAll: true, configuration: .isolated(memoryLimit: limit)))
      defer { pool.close() }
      #expect(pool.memoryUsage.map(\.limit) == [expected, expected])
      #expect(pool.signatures.map(\.memoryLimit) == [40_000_000, 512_000])
    }
  }

  @Test(arguments: [
    ("'256MB'", 256_000_000), ("'1GiB'", 1 << 30), ("'9000 kb'", 9_000_000), ("50_000_000", 50_000_000),
    ("'50000000'", 50_000_000),
  ])
  func `a limit can be written in several ways`(written: String, bytes: Int) async throws {
    let found = try await signatures(of: "@udf(memory=\(written))\ndef f(x: int) -> int: return x")
    #expect(found.map(\.memoryLimit) == [bytes])
  }

  @Test(arguments: ["0", "-1", "''", "'MB'", "'1.5GB'", "'1XB'", "True", "1.0", "'0MB'", "[]", "2**70"])
  func `what is no amount of memory is refused`(written: String) throws {
    let error = try loadError("from clutch import udf\n@udf(memory=\(written))\ndef f(x: int) -> int: return x")
    #expect(error.code == .badSignature)
    #expect(error.message.hasPrefix("<udf>, line 3: function 'f': @udf(memory=...) takes '256MB', '1GiB', '512KB'"))
  }

  @Test func `a file that takes far more than it declares ends without a word of Python's`() async throws {
    let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let error = try loadError(
        "from clutch import udf\nx = 'a' * 300_000_000\n@udf(memory='50MB')\ndef f(x: int) -> int: return x")
      #expect(error.code == .memoryExceeded)
    }
    #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("Exception ignored"))
  }

  @Test func `a limit too low for the file is a clear error`() throws {
    let small = try loadError("from clutch import udf\n@udf(memory='1MB')\ndef f(x: int) -> int: return x")
    #expect(small.code == .memoryExceeded)
    #expect(
      small.message.hasPrefix("a memory limit of 1 MB is too low: with <udf> loaded the interpreter takes") == true)

    let large = UDFSource(
      "from clutch import udf\ntable = list(range(10_000_000))\n@udf\ndef f(x: int) -> int: return x", name: "table.py")
    let error = #expect(throws: UDFError.self) {
      try UDFPool(large, HostOptions(interpreters: 1, configuration: .isolated(memoryLimit: 60_000_000)))
    }
    #expect(error?.code == .memoryExceeded)
    #expect(
      error?.message.hasPrefix("table.py cannot be loaded: the interpreter reached its memory limit of 60 MB") == true)
    #expect(error?.description.contains("table.py\", line ") == true)
    #expect(error?.description.contains("<clutch>") == false)
    #expect(error?.exception?.traceback.last?.line == 2)
    let own = #expect(throws: UDFError.self) {
      try UDFPool(large, HostOptions(interpreters: 1, configuration: .isolated(memoryLimit: 4_500_000)))
    }
    #expect(own?.message.contains("without the file the interpreter takes") == true)
  }

  @Test func `a MemoryError that has nothing to do with the limit stays what it is`() async throws {
    let source = "@udf(memory='100MB')\ndef f(x: int) -> int: raise MemoryError('mine')"
    try await withPool(of: source) { pool in
      let error = await #expect(throws: UDFError.self) { try await pool.call("f", integers([1])) }
      #expect(error?.code == .rowFailed)
      #expect(error?.exception?.message == "mine")
    }
  }

  @Test func `an argument or a result too large is an error of the same kind`() async throws {
    let source = """
      @udf(memory='20MB')
      def length(s: str) -> int: return len(s)
      @udf
      def twice(s: str) -> bytes: return [bytes(5_000_000), s.encode() * 4][1]
      """
    try await withPool(of: source) { pool in
      let long = try batch(Column(["short", String(repeating: "é", count: 30_000_000)]))
      let argument = await #expect(throws: UDFError.self) { try await pool.call("length", long) }
      #expect(argument?.code == .memoryExceeded)
      #expect(argument?.row?.index == 1)
      let result = await #expect(throws: UDFError.self) {
        try await pool.call("twice", batch(Column([String(repeating: "x", count: 6_000_000)])))
      }
      #expect(result?.code == .memoryExceeded)
      #expect(try await pool.call("length", batch(Column(["short"]))).toArray(of: Int64.self) == [5])
    }
  }

  @Test func `one function in an interpreter of its own tells its memory`() async throws {
    let udf = try await ThreadedUDFInterpreter(
      source: "from clutch import udf\n@udf\ndef f(n: int) -> int: return len(bytearray(n))",
      HostOptions(configuration: .isolated(memoryLimit: 50_000_000)))
    let error = await #expect(throws: UDFError.self) { try await udf.call(integers([60_000_000])) }
    #expect(error?.code == .memoryExceeded)
    _ = try await udf.call(integers([30_000_000]))
    #expect(udf.memoryUsage[0].peak > 30_000_000)
    #expect(udf.memoryUsage[0].current < 20_000_000)
    #expect(udf.memoryUsage[0].limit == 50_000_000)
    await udf.closeAsync()
    #expect(udf.memoryUsage[0].current < 200_000)
  }
}
