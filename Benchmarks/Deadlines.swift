import Columnar
import Foundation
import Logging
import PythonRuntime
import PythonUDF
import ThreadConfinement

/// What timeouts cost the rows that keep to them, and how soon they stop those that do not.
enum Deadlines {
  /// As long as a timeout may be that nothing here reaches.
  private static let distant = UDFTimeouts(row: .seconds(3_600))
  private static let limit = 0.1
  /// Interpreters are given up by the dozen here.
  private static let silent = Logger(label: "") { _ in SwiftLogNoOpLogHandler() }
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
    print("Deadlines: batches with a timeout for rows against the same without (lower is better)")
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
    let group = try ThreadGroup(count: 1)
    let own = try UDFPool(source, HostOptions(threads: group, vectorizes: false))
    defer { own.close() }
    let other = try UDFPool(source, HostOptions(interpreters: 1, vectorizes: false))
    defer { other.close() }
    // On the interpreter's own thread both calls take one way, without a change of thread.
    guard let thread = try group.lend(leave: {}).first else { return }
    let small = item.batch.slice(0..<1)
    let name = item.name
    try thread.perform {
      let cost = try DeadlineCost(repetitions, own, item.batch, distant)
      report("\(name), 1,024 rows a batch", cost.ofThread, cost, atMost: 1)
      report("  and what the watcher takes elsewhere", cost.ofProcess, cost, atMost: 1)
      let control = try DeadlineCost(repetitions, own, item.batch, UDFTimeouts())
      report("  without a timeout both times", control.ofThread, control)
      let small = try DeadlineCost(repetitions, own, small, distant)
      report("  1 row a batch", small.ofThread, small)
      report("  and what the watcher takes elsewhere", small.ofProcess, small)
    }
    // From another thread both go to the interpreter's, but one that may be given up is waited for in another way. Here the
    // time on the wall counts, because the threads wait for each other.
    let elsewhere = try DeadlineCost(repetitions, other, item.batch, distant)
    report("  1,024 rows, from another thread", elsewhere.time, elsewhere)
  }

  private static func report(_ name: String, _ ratios: [Double], _ cost: DeadlineCost, atMost goal: Double? = nil) {
    func percent(_ ratio: Double) -> String { String(format: "%+.1f%%", (ratio - 1) * 100) }
    let half = middleHalf(ratios)
    clutch_benchmarks.report(
      name, figure: percent(median(ratios)), atMost: goal.map { String(format: "+%.0f%%", $0) },
      isMet: goal.map { (median(ratios) - 1) * 100 <= $0 } ?? true,
      detail: "half of the pairs \(percent(half.lowerBound)) to \(percent(half.upperBound)), "
        + String(format: "%.2f us a batch without", cost.batch * 1e6))
  }

  // MARK: Rows that do not

  private static func measureStop(_ function: String) async throws {
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1, logging: UDFLogging(logger: silent)))
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
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1, logging: UDFLogging(logger: silent)))
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

  private static func milliseconds(_ seconds: Double) -> String {
    String(format: seconds < 0.1 ? "%.1f ms" : "%.0f ms", seconds * 1e3)
  }
}
