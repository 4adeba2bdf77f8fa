import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// Async functions, in batches of 2,048 rows, against bare asyncio: tasks that take turns at a semaphore.
enum Async {
  private static let rows = 2_048

  private static let bare = """
    import asyncio
    loop = asyncio.new_event_loop()
    def bare(values, limit, timeout):
      async def main():
        places = asyncio.Semaphore(limit)
        async def one(x):
          async with places:
            if timeout is None: return await f(x)
            async with asyncio.timeout(timeout): return await f(x)
        return await asyncio.gather(*[one(x) for x in values])
      return loop.run_until_complete(main())
    """

  static func run(repetitions: Int) throws {
    print("Async functions: batches of 2,048 rows, ratio to asyncio with a semaphore (lower is better)")
    for (name, body) in [("no await", "pass"), ("await sleep(0)", "await asyncio.sleep(0)")] {
      for limit in [64, 8] { try measure("\(name), \(limit) at once", body, limit, nil, repetitions) }
      try measure("\(name), 64 at once, with a timeout", body, 64, 2, repetitions)
    }
    try measureSleeps()
    try measureTables(repetitions: repetitions)
  }

  private static func measure(
    _ name: String, _ body: String, _ limit: Int, _ timeout: Double?, _ repetitions: Int
  ) throws {
    let option = timeout.map { ", timeout=\($0)" } ?? ""
    let source = """
      import asyncio
      from clutch import udf
      @udf(concurrency=\(limit)\(option))
      async def f(x: int) -> int:
        \(body)
        return x
      """
    let timing = try withModule(source) { module, py in
      try py.run(source)
      try py.run(bare)
      let bare = try py.evaluate("lambda n, limit, timeout: bare(range(n), limit, timeout)")
      let batch = try integers(rows)
      let context = RowContext(concurrent: .init(timeout: timeout.map { .seconds($0) }))
      return try PairedTiming(repetitions: repetitions, warmUp: 5) {
        let result = try module.rows(0, batch, context, in: py)
        guard result.values.count == rows, result.failureCount == 0 else { throw BenchmarkError("rows failed") }
      } reference: {
        _ = try bare.call(rows, limit, timeout)
      }
    }
    report(name, timing.ratio, atMost: 1.3, detail: detail(timing, rows))
  }

  /// The figure that a user sees: waiting that is done for many rows at once.
  private static func measureSleeps() throws {
    let source = """
      import asyncio
      from clutch import udf
      @udf(concurrency=64)
      async def f(x: int) -> int:
        await asyncio.sleep(0.02)
        return x
      """
    let times = try withModule(source) { module, py in
      let batch = try integers(1_000)
      return try (0..<9).map { _ in try seconds { _ = try module.rows(0, batch, in: py) } }
    }
    let most = times.max() ?? .nan
    report(
      "1,000 rows that sleep 20 ms, 64 at once", figure: String(format: "%.2f s", median(times)), atMost: "0.5 s",
      isMet: most < 0.5, detail: String(format: "worst %.2f s; one after the other 20 s", most))
  }

  private static func measureTables(repetitions: Int) throws {
    let source = """
      import asyncio
      from collections.abc import AsyncIterator
      from clutch import udtf
      @udtf
      async def f(n: int) -> AsyncIterator[int]:
        for i in range(n): yield i
      """
    let timing = try withModule(source) { module, py in
      try py.run(source)
      try py.run(
        """
        loop = asyncio.new_event_loop()
        async def drawn(n):
          async for row in f(n): pass
        def bare(n): loop.run_until_complete(drawn(n))
        """)
      let bare = try py.evaluate("bare")
      let batch = try integers(1, from: rows)
      return try PairedTiming(repetitions: repetitions / 2, warmUp: 5) {
        let table = TableCall(0, batch)
        while try module.draw(table, rows, in: py) != nil {}
      } reference: {
        _ = try bare.call(rows)
      }
    }
    report("rows of an async generator", timing.ratio, detail: detail(timing, rows))
  }

  /// Loads a source in an interpreter of its own, and ends both.
  private static func withModule<Value: Sendable>(
    _ source: String, _ body: @Sendable (LoadedModule, borrowing Python) throws -> Value
  ) throws -> Value {
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    return try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(source, name: "benchmark.py"), .guarded, in: py)
      let value = try body(module, py)
      try module.end(in: py) { _ in }
      return value
    }
  }

  private static func integers(_ count: Int, from first: Int = 0) throws -> RecordBatch {
    try RecordBatch(
      schema: Schema([Field(name: "x", type: .int64)]),
      columns: [Column((0..<count).map { Optional(Int64(first + $0)) })])
  }

  private static func detail(_ timing: PairedTiming, _ rows: Int) -> String {
    String(
      format: "%.2f us a row against %.2f us", median(timing.subject) / Double(rows) * 1e6,
      median(timing.reference) / Double(rows) * 1e6)
  }
}
