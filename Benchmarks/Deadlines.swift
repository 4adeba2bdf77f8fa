import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import ThreadConfinement

/// What timeouts cost the rows that keep to them, and how soon they stop those that do not.
enum Deadlines {
  /// As long as a timeout may be that nothing here reaches.
  private static let distant = UDFTimeouts(row: .seconds(3_600))
  private static let limit = 0.1
  private static let source = """
    import re, time
    from clutch import udf

    @udf(timeout=0.1)
    def loop(x: int) -> int:
        while x: pass
        return x

    @udf(batch_timeout=0.1)
    def loop_in_batch(x: int) -> int:
        while x: pass
        return x

    @udf(timeout=0.1)
    def sleep(x: int) -> int:
        if x: time.sleep(60)
        return x

    @udf(timeout=0.1)
    def match(x: int) -> int:
        if x: re.match(r"(a+)+$", "a" * 27 + "b")
        return x
    """

  static func run(repetitions: Int) async throws {
    print("Deadlines: 32 batches of 1,024 rows with a timeout for rows against the same without (lower is better)")
    for item in try RowPath.cases() where ["gcd", "ident"].contains(where: item.name.hasPrefix) {
      try measureCost(item, repetitions)
    }
    print("Deadlines: how long after its deadline of 0.1 s a call fails")
    for function in ["loop", "loop_in_batch"] { try await measureStop(function) }
    for function in ["match", "sleep"] { try await measureReplacement(function) }
    try await waitForAbandoned()
  }

  // MARK: Rows that keep to the timeout

  private static func measureCost(_ item: RowPath.Case, _ repetitions: Int) throws {
    let source = UDFSource(item.source, name: "benchmark.py")
    let own = try UDFPool(source, interpreters: 1)
    defer { own.close() }
    let other = try UDFPool(source, interpreters: 1)
    defer { other.close() }
    // On the interpreter's own thread both calls take one way, without a change of thread.
    guard let thread = try own.handOverThreads(leave: {}).first else { return }
    func call(_ pool: UDFPool, _ timeouts: UDFTimeouts) throws {
      for _ in 0..<32 { _ = try pool.evaluateHere(0, item.batch, CallOptions(timeouts: timeouts)) }
    }
    let (cost, control) = try thread.perform {
      (
        try PairedTiming(repetitions: repetitions, warmUp: 10) {
          try call(own, distant)
        } reference: {
          try call(own, UDFTimeouts())
        },
        try PairedTiming(repetitions: repetitions, warmUp: 10) {
          try call(own, UDFTimeouts())
        } reference: {
          try call(own, UDFTimeouts())
        }
      )
    }
    report("\(item.name), own thread", cost, atMost: 1)
    report("  without a timeout both times", control)
    // From another thread both go to the interpreter's, but one that may be given up is waited for in another way.
    let elsewhere = try PairedTiming(repetitions: repetitions / 4, warmUp: 10) {
      try call(other, distant)
    } reference: {
      try call(other, UDFTimeouts())
    }
    report("  from another thread", elsewhere)
  }

  private static func report(_ name: String, _ timing: PairedTiming, atMost percent: Double? = nil) {
    let cost = (timing.ratio - 1) * 100
    let percents = { (range: ClosedRange<Double>) in
      String(format: "%+.1f to %+.1f%%", (range.lowerBound - 1) * 100, (range.upperBound - 1) * 100)
    }
    let perBatch = { (seconds: [Double]) in String(format: "%.1f", median(seconds) * 1e6 / 32) }
    clutch_benchmarks.report(
      name, figure: String(format: "%+.2f%%", cost), atMost: percent.map { "+\(Int($0))%" },
      isMet: percent.map { cost <= $0 } ?? true,
      detail: "half of the pairs \(percents(timing.middleHalf)), \(perBatch(timing.reference)) us a batch without")
  }

  // MARK: Rows that do not

  private static func measureStop(_ function: String) async throws {
    let pool = try UDFPool(UDFSource(source), interpreters: 1)
    var late: [Double] = []
    for _ in 0..<50 { late.append(try await timeOfFailure(of: function, in: pool) - limit) }
    pool.close()
    let worst = late.max() ?? .nan
    clutch_benchmarks.report(
      "while True: pass, \(function == "loop" ? "row" : "batch"), worst of 50", figure: milliseconds(worst),
      atMost: "50 ms",
      isMet: worst <= 0.05, detail: "median \(milliseconds(median(late))), \(pool.abandonedInterpreterCount) given up")
  }

  /// Calls that cannot be stopped: the interpreter is given up, and the only other way on is the one in its place.
  private static func measureReplacement(_ function: String) async throws {
    let pool = try UDFPool(UDFSource(source), interpreters: 1)
    var late: [Double] = []
    var next: [Double] = []
    for _ in 0..<5 {
      late.append(try await timeOfFailure(of: function, in: pool) - limit)
      next.append(try await time { _ = try await pool.call(function, batch(0)) })
      // A match burns a core until it is over.
      if function == "match" { try await waitForAbandoned() }
    }
    pool.close()
    let name = function == "sleep" ? "time.sleep(60)" : "re.match that explodes"
    clutch_benchmarks.report(
      "\(name), worst of 5", figure: milliseconds(late.max() ?? .nan),
      detail: "median \(milliseconds(median(late))), \(pool.abandonedInterpreterCount) given up")
    clutch_benchmarks.report(
      "  then a next call, worst of 5", figure: milliseconds(next.max() ?? .nan),
      detail: "median \(milliseconds(median(next)))")
  }

  /// Seconds from the call to its failure.
  private static func timeOfFailure(of function: String, in pool: UDFPool) async throws -> Double {
    try await time {
      do { _ = try await pool.call(function, batch(1)) } catch let error as UDFError
        where error.code == .deadlineExceeded
      {}
    }
  }

  /// Until the threads that were given up have come back, so that they take nothing from what comes next.
  private static func waitForAbandoned() async throws {
    for _ in 0..<900 where CPython.abandonedInterpreterCount > 0 { try await Task.sleep(for: .milliseconds(100)) }
  }

  private static func batch(_ value: Int64) throws -> RecordBatch {
    try RecordBatch(schema: Schema([Field(name: "x", type: .int64)]), columns: [Column([value])])
  }

  private static func time(_ body: () async throws -> Void) async rethrows -> Double {
    try await ContinuousClock().measure(body) / .seconds(1)
  }

  private static func milliseconds(_ seconds: Double) -> String { String(format: "%.1f ms", seconds * 1e3) }
}
