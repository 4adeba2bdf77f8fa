import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import Synchronization

/// Replacing a source while it is called: no row may fail, and nothing may be left of the versions replaced.
enum Swaps {
  private static let callers = 4
  private static let rowCount = 256
  private static let interpreters = 2

  /// A function whose results name the version that made them.
  private static func source(_ version: Int) -> UDFSource {
    UDFSource(
      """
      import json, datetime
      from clutch import udf
      table = {i: str(i) for i in range(1_000)}
      @udf
      def version(x: int) -> int:
          return \(version) if table[x] else -1
      """)
  }

  static func run(swaps: Int, warmUp: Int = 50) async throws {
    print("Swaps: a source of \(interpreters) interpreters replaced \(swaps) times while \(callers) tasks call it")
    let registry = UDFRegistry()
    try await registry.add("source", source(0), HostOptions(interpreters: interpreters, startsAll: true))
    let first = try await underLoad(registry, 1...warmUp)
    let second = try await underLoad(registry, warmUp + 1...warmUp + swaps)

    let failures = first.failures + second.failures
    let failed = failures.count * rowCount + first.wrong + second.wrong
    let all = first.right + second.right + failed
    print("  \(failed) of \(all) rows failed, goal 0 \(failed == 0 ? "met" : "MISSED")")
    for failure in Set(failures).sorted().prefix(3) { print("    \(failure)") }
    let growth = second.resident - first.resident
    print(
      String(
        format: "  %.1f MB after %d swaps, %.1f MB after %d more (at most %.1f MB meanwhile), goal within 30 MB %@",
        first.resident, warmUp, second.resident, swaps, second.peak, abs(growth) <= 30 ? "met" : "MISSED"))
    // The others are Dispatch's workers, which come and go with the load of the machine.
    let left = second.threads.count { $0 == "udf" } - interpreters
    print(
      "  \(left) threads of interpreters left, goal 0 \(left == 0 ? "met" : "MISSED")   "
        + "\(first.threads.count) threads of all kinds after \(warmUp) swaps, \(second.threads.count) in the end")
    print(String(format: "  %.0f ms a swap under load", second.seconds * 1e3 / Double(swaps)))
    try registry.remove("source")
    guard await settles({ CPython.interpreterCount == 0 }) else { throw BenchmarkError("interpreters are left") }
  }

  private struct Outcome {
    /// Rows.
    var (right, wrong) = (0, 0)
    /// Of whole batches.
    var failures: [String] = []
    /// Megabytes.
    var (resident, peak) = (0.0, 0.0)
    var seconds = 0.0
    var threads: [String] = []
  }

  /// Swaps while the callers call, and looks at the process when both are over.
  private static func underLoad(_ registry: UDFRegistry, _ versions: ClosedRange<Int>) async throws -> Outcome {
    var outcome = Outcome()
    let isOver = Flag()
    let load = (0..<callers).map { _ in Task { try await call(registry, until: isOver) } }
    let clock = ContinuousClock()
    let start = clock.now
    for version in versions {
      try await registry.replace("source", with: source(version))
      outcome.peak = max(outcome.peak, try ProcessState.residentMegabytes())
    }
    outcome.seconds = Double((clock.now - start).components.seconds)
    isOver.set()
    for caller in load {
      let its = try await caller.value
      outcome.right += its.right
      outcome.wrong += its.wrong
      outcome.failures += its.failures
    }
    // The versions before end on threads of their own.
    guard await settles({ CPython.interpreterCount == interpreters }) else {
      throw BenchmarkError("\(CPython.interpreterCount) interpreters are left, of \(interpreters)")
    }
    // Idle threads of Dispatch go after five seconds.
    try await Task.sleep(for: .seconds(6))
    outcome.threads = try ProcessState.threadNames()
    outcome.resident = try ProcessState.residentMegabytes()
    return outcome
  }

  /// Each batch must be of one version, and versions only go forward.
  private static func call(_ registry: UDFRegistry, until isOver: Flag) async throws -> Outcome {
    let column = Column((0..<rowCount).map { Int64($0) as Int64? })
    let batch = try RecordBatch(schema: Schema([Field(name: "x", type: .int64)]), columns: [column])
    var rows = Outcome()
    var last: Int64 = 0
    while !isOver.isSet {
      do {
        let values = try await registry.source("source").evaluate("version", batch).values.toArray(of: Int64.self)
        let right = values.count { $0 == values[0] && ($0 ?? -1) >= last }
        rows.right += right
        rows.wrong += rowCount - right
        last = (values.last ?? nil) ?? last
      } catch { rows.failures.append("\(error)") }
    }
    return rows
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }

  /// Whether a condition comes to hold within 10 s.
  private static func settles(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1_000 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
