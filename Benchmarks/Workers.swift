import Columnar
import Foundation
import Functions
import PythonRuntime
import PythonUDF

/// Functions in worker processes against the same in an interpreter of this process, whole columns, SQL, and the start of a worker.
enum Workers {
  private static let source = UDFSource(
    """
    from clutch import udf
    @udf
    def my_gcd(a: int, b: int) -> int:
      while b: a, b = b, a % b
      return a
    """, name: "benchmark.py")

  static func run(repetitions: Int) throws {
    try rows(repetitions)
    try starts()
    try WorkerArrays.columns(repetitions: max(5, repetitions / 20))
    try WorkerArrays.sql(repetitions: max(5, repetitions / 50))
  }

  private static func rows(_ repetitions: Int) throws {
    print("Workers: ratio to the same function in an interpreter of this process (lower is better)")
    // What the way to a worker adds is small beside Python, and not beside what takes a tenth of that.
    for vectorizes in [false, true] {
      let interpreter = try pool(.interpreter, vectorizes)
      let worker = try pool(.worker, vectorizes)
      defer {
        interpreter.close()
        worker.close()
      }
      if vectorizes { print("  without Python in both") }
      try compare(worker, interpreter, rows: 1_024, atMost: vectorizes ? nil : 1.15, repetitions)
      try compare(worker, interpreter, rows: 1, atMost: vectorizes ? nil : 1.5, repetitions * 10)
      try compare(worker, interpreter, rows: 65_536, atMost: nil, max(5, repetitions / 50))
    }
  }

  private static func pool(_ placement: Placement, _ vectorizes: Bool) throws -> UDFPool {
    try UDFPool(
      source,
      HostOptions(
        interpreters: 1, policy: .open, placement: placement, worker: try WholeProcess.tool(), vectorizes: vectorizes))
  }

  private static func batch(_ rows: Int) throws -> RecordBatch {
    try RecordBatch(
      schema: Schema([Field(name: "a", type: .int64), Field(name: "b", type: .int64)]),
      columns: [
        Column((0..<rows).map { Optional(Int64($0 + 1) * 7_919) }),
        Column((0..<rows).map { Optional(Int64($0 + 1) * 104) }),
      ])
  }

  /// Callers that wait, as an engine's threads do.
  private static func compare(
    _ worker: UDFPool, _ interpreter: UDFPool, rows: Int, atMost goal: Double?, _ repetitions: Int
  ) throws {
    let batch = try batch(rows)
    let timing = try PairedTiming(repetitions: repetitions) {
      _ = try worker.evaluateAndWait(0, batch, CallOptions())
    } reference: {
      _ = try interpreter.evaluateAndWait(0, batch, CallOptions())
    }
    // The median of each by itself: of one row the pairs jump with the clock.
    let ratio = median(timing.subject) / median(timing.reference)
    let detail = String(
      format: "%.1f µs against %.1f µs", median(timing.subject) * 1e6, median(timing.reference) * 1e6)
    let name = "gcd of \(rows) row\(rows == 1 ? "" : "s")"
    if let goal { report(name, ratio, atMost: goal, detail: detail) } else { report(name, ratio, detail: detail) }
  }

  private static func starts() throws {
    var times: [Double] = []
    for _ in 0..<7 {
      var started: UDFPool?
      times.append(try seconds { started = try pool(.worker, true) })
      started?.close()
    }
    report(
      "start of a worker, loaded", figure: String(format: "%.0f ms", median(times) * 1e3),
      detail: "the median of \(times.count)")
  }
}
