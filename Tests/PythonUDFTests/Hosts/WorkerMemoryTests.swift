import Columnar
import Foundation
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// What a memory limit means to a worker process: to code in C too, which CPython does not count.
@Suite(.timeLimit(.minutes(30))) struct WorkerMemoryTests {
  /// 1.6 GB of addresses are taken when the file is loaded, without any memory behind them.
  private static func source(_ decorator: String = "@udf") -> UDFSource {
    UDFSource(
      """
      import mmap, os, numpy, pyarrow
      from clutch import udf
      reserved = numpy.frombuffer(mmap.mmap(-1, 1_600_000_000, flags=mmap.MAP_PRIVATE | mmap.MAP_ANON))
      @udf
      def process() -> int: return os.getpid()
      \(decorator)
      def ask(x: int) -> int: return pyarrow.allocate_buffer(8 * x).size // 8
      @udf
      def use(x: int) -> int:
          reserved[:x] = 1
          while x > 1_000_000: pass
          return x
      """, name: "memory.py")
  }

  private func withWorker<Result>(
    _ source: UDFSource, limit: Int?, _ body: (UDFPool) async throws -> Result
  ) async throws -> Result {
    let pool = try UDFPool(
      source,
      HostOptions(
        interpreters: 1, configuration: .isolated(memoryLimit: limit), placement: .worker,
        worker: try Checkout.clutch(),
        discovery: PythonDiscovery(explicitPath: try Checkout.environment())))
    defer { pool.close() }
    return try await body(pool)
  }

  private func process(_ pool: UDFPool) async throws -> Int64? {
    try await pool.call("process", rows(1)).toArray(of: Int64.self)[0]
  }

  #if os(Linux)
    @Test func `code in C that asks for too much gets a MemoryError, and the worker lives`() async throws {
      try await withWorker(Self.source(), limit: 200 << 20) { pool in
        let before = try await process(pool)
        try await pool.expect("ask", integers([1_000_000]), gives: [1_000_000])
        // 400 MB, in a process that had more when it was loaded.
        let error = try await pool.failure(of: "ask", integers([50_000_000]))
        #expect(error.exception?.typeName.hasSuffix("MemoryError") == true, "\(error)")
        try await pool.expect("ask", integers([1_000_000]), gives: [1_000_000])
        let after = try await process(pool)
        #expect(before == after)
      }
    }
  #endif

  @Test(arguments: [("@udf", 100 << 20 as Int?), ("@udf(memory='100MB')", nil)])
  func `a worker that takes too much is ended, and another takes its place`(
    decorator: String, limit: Int?
  ) async throws {
    try await withWorker(Self.source(decorator), limit: limit) { pool in
      let before = try await process(pool)
      try await pool.expect("use", integers([1_000_000]), gives: [1_000_000])
      let error = try await pool.failure(of: "use", integers([1, 100_000_000]))
      #expect(error.code == .memoryExceeded)
      #expect(
        error.message.hasPrefix("UDF use: its worker process was ended in a batch of 2 rows, at row 1: it took "),
        "\(error)")
      #expect(error.message.contains("more than with its source loaded, with a memory limit of 10"), "\(error)")
      let after = try await process(pool)
      #expect(before != after)
      try await pool.expect("use", integers([1_000_000]), gives: [1_000_000])
    }
  }

  @Test func `without a limit it may take what it wants`() async throws {
    try await withWorker(Self.source(), limit: nil) { pool in
      try await pool.expect("ask", integers([50_000_000]), gives: [50_000_000])
    }
  }
}
