import Foundation
import PythonRuntime

/// How long a whole run of the tool takes with one call of a function, against a Python program that only imports DuckDB
/// and selects; the processes take turns.
enum Start {
  private static let source = "from clutch import udf\n\n@udf\ndef h(n: int) -> int:\n    return n\n"
  private static let program = "import duckdb; duckdb.sql('select 1').fetchall()"

  static func run(repetitions: Int) throws {
    print("Start: whole processes, against a Python program that imports duckdb and selects (lower is better)")
    guard let python = PythonDiscovery.choose(from: PythonDiscovery().search())?.executable else {
      throw BenchmarkError("no Python was found")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "clutch-start-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "h.py").path
    try Data(source.utf8).write(to: URL(fileURLWithPath: file))
    // With the same Python and what an earlier start has left.
    let tool = try WholeProcess.tool()
    let environment = ProcessInfo.processInfo.environment.merging(
      ["CLUTCH_PYTHON": python, "CLUTCH_CACHE": folder.path]
    ) { $1 }
    let reference = WholeProcess(python, ["-c", program], environment)
    let cases: [(name: String, arguments: [String], goal: Double?)] = [
      ("clutch sql --udf h.py \"SELECT h(1)\"", ["--udf", file, "SELECT h(1)"], 0.75),
      ("the same with --threads 1", ["--udf", file, "--threads", "1", "SELECT h(1)"], nil),
      ("without a UDF file, SELECT 1", ["SELECT 1"], nil),
    ]
    for (name, arguments, goal) in cases {
      let ours = WholeProcess(tool, ["sql", "--format", "csv"] + arguments, environment)
      var (subject, other) = ([WholeProcess.Cost](), [WholeProcess.Cost]())
      for repetition in -2..<repetitions {
        let (one, two) = (try ours.run(), try reference.run())
        guard repetition >= 0 else { continue }
        subject.append(one)
        other.append(two)
      }
      let ratio = median(zip(subject, other).map { $0.wall / $1.wall })
      let detail = String(
        format: "%.3f s against %.3f s; processor time %.2fx", median(subject.map(\.wall)), median(other.map(\.wall)),
        median(zip(subject, other).map { $0.processor / $1.processor }))
      if let goal {
        report(name, ratio, atMost: goal, detail: detail)
      } else {
        report(name, ratio, detail: detail)
      }
    }
  }
}
