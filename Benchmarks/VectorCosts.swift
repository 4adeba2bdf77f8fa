import Columnar
import Dispatch
import Foundation
import Functions
import PythonUDF

/// What programs cost beside computing: batches of one row, many threads, functions that have none, and reading files.
enum VectorCosts {
  static func run(repetitions: Int) throws {
    try oneRow(repetitions: repetitions)
    try threads(repetitions: max(5, repetitions / 3))
    try notAdmitted(repetitions: repetitions)
    try files(repetitions: max(5, repetitions / 3))
  }

  private static func pools(_ functions: String, interpreters: Int = 1) throws -> (on: UDFPool, off: UDFPool) {
    let source = UDFSource("from clutch import udf\n" + functions, name: "benchmark.py")
    return (
      try UDFPool(source, HostOptions(interpreters: interpreters, startsAll: true, vectorizes: true)),
      try UDFPool(source, HostOptions(interpreters: interpreters, startsAll: true, vectorizes: false))
    )
  }

  private static func batch(_ columns: Column...) throws -> RecordBatch {
    let fields = columns.enumerated().map { Field(name: "c\($0)", type: $1.type) }
    return try RecordBatch(schema: Schema(fields), columns: columns)
  }

  private static func numbers(_ count: Int) -> Column { Column((0..<count).map { Int64($0) } as [Int64?]) }

  /// What a batch of one row costs with programs and without.
  private static func oneRow(repetitions: Int) throws {
    let (on, off) = try pools("@udf\ndef f(x: int, y: int) -> int: return x + y")
    defer {
      on.close()
      off.close()
    }
    let one = try batch(numbers(1), numbers(1))
    _ = try on.evaluateAndWait(0, batch(numbers(5000), numbers(5000)), CallOptions())
    let calls = 50
    let timing = try PairedTiming(repetitions: repetitions * 5, warmUp: 20) {
      for _ in 0..<calls { _ = try on.evaluateAndWait(0, one, CallOptions()) }
    } reference: {
      for _ in 0..<calls { _ = try off.evaluateAndWait(0, one, CallOptions()) }
    }
    let scale = 1e6 / Double(calls)
    let more = median(zip(timing.subject, timing.reference).map { $0 - $1 }) * scale
    report(
      "a batch of one row", figure: String(format: "%+.2f us", more), atMost: "1 us", isMet: more < 1,
      detail: String(
        format: "%.2f us against %.2f", median(timing.subject) * scale, median(timing.reference) * scale))
  }

  /// The same work on one thread, and on two at once with an interpreter for each.
  private static func threads(repetitions: Int) throws {
    let source = """
      @udf
      def f(n: int) -> int:
        steps = 0
        while n != 1:
          n = n // 2 if n % 2 == 0 else 3 * n + 1
          steps += 1
        return steps
      """
    let (on, off) = try pools(source, interpreters: 2)
    off.close()
    defer { on.close() }
    let column = Column((0..<16_384).map { Int64($0 * 7_919 % 10_000 + 1) } as [Int64?])
    let work = try batch(column)
    func round(_ threads: Int) throws {
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        for _ in 0..<8 / threads { _ = try? on.evaluateAndWait(0, work, CallOptions()) }
      }
    }
    // Both have read the function.
    for _ in 0..<4 { try round(2) }
    let timing = try PairedTiming(repetitions: repetitions, warmUp: 1) {
      try round(2)
    } reference: {
      try round(1)
    }
    report("two threads, times one", 1 / timing.ratio, atLeast: 1.8, detail: "")
  }

  /// A function that no program is made of, where that has been found out.
  private static func notAdmitted(repetitions: Int) throws {
    let (on, off) = try pools("@udf\ndef f(x: int) -> int: return [x][0]")
    defer {
      on.close()
      off.close()
    }
    let rows = try batch(numbers(1024))
    let timing = try PairedTiming(repetitions: repetitions * 3, warmUp: 10) {
      _ = try on.evaluateAndWait(0, rows, CallOptions())
    } reference: {
      _ = try off.evaluateAndWait(0, rows, CallOptions())
    }
    report("a function that is not admitted, with it on and off", timing.ratio, atMost: 1.02, detail: "")
  }

  /// A file of 50 functions: loaded, and each called for the first time.
  private static func files(repetitions: Int) throws {
    let functions = (0..<50).map { number in
      """
      @udf
      def f\(number)(x: float, s: str) -> float:
        "Scores a row."
        if x < \(number): return 0.0
        elif s.startswith("A") or s.strip().lower() in ("b", "c"): return x * 0.5 + \(number)
        total = 0.0
        for i in range(3):
          total += x * i
        return total / 2
      """
    }.joined(separator: "\n")
    let source = UDFSource("from clutch import udf\n" + functions, name: "benchmark.py")
    func load(_ vectorizes: Bool) throws {
      try UDFPool(source, HostOptions(interpreters: 1, vectorizes: vectorizes)).close()
    }
    let loading = try PairedTiming(repetitions: repetitions, warmUp: 1) {
      try load(true)
    } reference: {
      try load(false)
    }
    let more = median(zip(loading.subject, loading.reference).map { $0 - $1 }) * 1e3
    report(
      "loading a file of 50 functions", figure: String(format: "%+.1f ms", more), atMost: "10 ms", isMet: more < 10,
      detail: String(format: "%.1f ms", median(loading.subject) * 1e3))
    let first = try batch(
      Column((0..<4096).map { Double($0) } as [Double?]), Column((0..<4096).map { "A\($0)" as String? }))
    var seconds: [Double] = []
    for _ in 0..<repetitions {
      let pool = try UDFPool(source, HostOptions(interpreters: 1))
      defer { pool.close() }
      for function in 0..<50 {
        let before = ContinuousClock.now
        _ = try pool.evaluateAndWait(function, first, CallOptions())
        let between = ContinuousClock.now
        _ = try pool.evaluateAndWait(function, first, CallOptions())
        let after = ContinuousClock.now
        seconds.append(((between - before) - (after - between)) / .seconds(1))
      }
    }
    report(
      "reading a function, once in an interpreter", figure: String(format: "%.2f ms", median(seconds) * 1e3),
      atMost: "5 ms", isMet: median(seconds) < 0.005, detail: "")
  }
}
