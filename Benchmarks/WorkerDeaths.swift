import Columnar
import Foundation
import Functions
import Logging
import PythonRuntime
import PythonUDF
import Synchronization

/// Workers that are killed while they and others compute: all other rows are right, and nothing is left of them.
enum WorkerDeaths {
  /// Each death leaves a byte in a file.
  private static func source(_ file: String) -> UDFSource {
    UDFSource(
      """
      import os
      from clutch import udf
      @udf(on_error="null", deterministic=True)
      def mortal(x: int) -> int:
        if x % 97 == 13:
          with open(\"\(file)\", "ab") as deaths: deaths.write(b".")
          os.kill(os.getpid(), 9)
        return 2 * x
      """, name: "benchmark.py")
  }

  private struct Left: Equatable {
    var descriptors, memories, processes: Int

    func isMore(than other: Left) -> Bool {
      descriptors > other.descriptors || memories > other.memories || processes > other.processes
    }

    /// What this process has now.
    init() {
      func count(_ folder: String) -> Int { (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0 }
      descriptors = count("/proc/self/fd")
      let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
      memories = maps.split(separator: "\n").count { $0.contains("memfd:clutch") }
      let own = "\(ProcessInfo.processInfo.processIdentifier)"
      let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      processes = all.count { name in
        guard name.first?.isNumber == true,
          let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
          let parent = text.split(separator: ")").last?.split(separator: " ").dropFirst().first
        else { return false }
        return parent == own
      }
    }
  }

  /// What the descriptors are that are open now.
  private static func kinds() -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    let targets = names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
    let counts = Dictionary(grouping: targets) { $0.prefix { $0 != ":" } }.mapValues(\.count)
    return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  static func run(kills: Int) throws {
    print("Deaths: workers that are killed under load")
    let folder = FileManager.default.temporaryDirectory.appending(path: "clutch-deaths-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "deaths").path
    @Sendable func deaths() -> Int {
      ((try? FileManager.default.attributesOfItem(atPath: file)[.size]) as? NSNumber)?.intValue ?? 0
    }
    func pool() throws -> UDFPool {
      var logger = Logger(label: "benchmark")
      // Every death would be told.
      logger.logLevel = .critical
      return try UDFPool(
        source(file),
        HostOptions(
          interpreters: 2, policy: .open, placement: .worker, worker: try WholeProcess.tool(),
          logging: UDFLogging(logger: logger)))
    }
    // What stays after the first workers is for all.
    try pool().close()
    let before = Left()
    let wrong = Atomic(0)
    let calls = Atomic(0)
    let problem = Mutex<String?>(nil)
    let workers = try pool()
    let time = seconds {
      let next = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 3) { place in
        while deaths() < kills, problem.withLock({ $0 == nil }) {
          do {
            // One of the three asks for rows that nobody dies of.
            let first = next.wrappingAdd(200, ordering: .relaxed).oldValue
            let numbers = (first..<first + 200).map { place == 0 && $0 % 97 == 13 ? 0 : Int64($0) }
            let batch = try RecordBatch(
              schema: Schema([Field(name: "x", type: .int64)]), columns: [Column(numbers.map(Optional.some))])
            let values = try workers.evaluateAndWait(0, batch, CallOptions()).values.toArray(of: Int64.self)
            let expected = numbers.map { $0 % 97 == 13 ? nil : 2 * $0 }
            wrong.add(zip(values, expected).count { $0 != $1 } + abs(values.count - 200), ordering: .relaxed)
            calls.add(1, ordering: .relaxed)
          } catch { problem.withLock { $0 = "\(error)" } }
        }
      }
    }
    workers.close()
    if let problem = problem.withLock({ $0 }) { throw BenchmarkError(problem) }
    // Threads that have heard the last of a worker may not have ended yet.
    var after = Left()
    for _ in 0..<100 where after.isMore(than: before) {
      usleep(50_000)
      after = Left()
    }
    let rows = calls.load(ordering: .relaxed) * 200
    let count = deaths()
    let wrongRows = wrong.load(ordering: .relaxed)
    report(
      "wrong rows after \(count) kills", figure: "\(wrongRows)", atMost: "0", isMet: wrongRows == 0,
      detail: String(
        format: "of %d, with two workers and three callers; %.0f ms a kill", rows, time / Double(count) * 1e3))
    let more = [
      (after.descriptors - before.descriptors, "descriptors"), (after.memories - before.memories, "shared memories"),
      (after.processes - before.processes, "processes"),
    ]
    report(
      "what is left of them", figure: "\(more.map(\.0).reduce(0, +))", atMost: "0",
      isMet: more.allSatisfy { $0.0 <= 0 },
      detail: more.map { "\($0) \($1)" }.joined(separator: ", "))
    if after.isMore(than: before) { print("    open now: \(kinds())") }
  }
}
