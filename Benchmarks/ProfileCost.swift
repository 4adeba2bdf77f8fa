import Foundation
import PythonRuntime

/// A whole run of the tool with `--profile`, against the same without; the processes take turns.
enum ProfileCost {
  private static let source = """
    from clutch import udf
    @udf(vectorize=False)
    def hot(x: int) -> int:
        total = 0
        for i in range(200):
            total += i * x % 7
        return total
    """

  static func run(repetitions: Int) throws {
    print("Profile: a query of a second, with --profile against without (lower is better)")
    guard let python = PythonDiscovery.choose(from: PythonDiscovery().search())?.executable else {
      throw BenchmarkError("no Python was found")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "clutch-profile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "hot.py").path
    try Data(source.utf8).write(to: URL(fileURLWithPath: file))
    let environment = ProcessInfo.processInfo.environment.merging(
      ["CLUTCH_PYTHON": python, "CLUTCH_CACHE": folder.path]
    ) { $1 }
    for threads in [1, 2] {
      func process(_ further: [String]) throws -> WholeProcess {
        let query = "SELECT sum(hot(i)) FROM range(\(threads * 100_000)) t(i)"
        return WholeProcess(
          try WholeProcess.tool(), ["sql", "--udf", file, "--threads", "\(threads)"] + further + [query], environment,
          isQuiet: true)
      }
      let (ours, plain) = (try process(["--profile"]), try process([]))
      var (wall, processor): ([Double], [Double]) = ([], [])
      for repetition in -1..<repetitions {
        let (one, two) = (try ours.run(), try plain.run())
        guard repetition >= 0 else { continue }
        wall.append(one.wall / two.wall)
        processor.append(one.processor / two.processor)
      }
      report(
        "\(threads) thread(s)", median(wall), atMost: 1.02,
        detail: String(format: "processor time %.3fx", median(processor)))
    }
  }
}
