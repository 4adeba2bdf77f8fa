import Columnar
import Foundation
import PythonRuntime
import PythonUDF

/// The same CPU-bound work on two interpreters and on one: how much of the second core is used.
enum Scaling {
  private static let source = """
    from clutch import udf

    @udf
    def collatz(n: int) -> int:
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return steps
    """

  static func run(repetitions: Int) async throws {
    print("Scaling: CPU-bound batches, two interpreters on two cores against one (higher is better)")
    let values = Column((1...1_024).map { Int64($0 * 37) as Int64? })
    let batch = try RecordBatch(schema: Schema([Field(name: "n", type: .int64)]), columns: [values])
    let batches = Array(repeating: batch, count: 24)
    let one = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    let two = try UDFPool(UDFSource(source), HostOptions(interpreters: 2))
    var ratios: [Double] = []
    var seconds: (one: [Double], two: [Double]) = ([], [])
    for repetition in -1..<repetitions {
      let first = try await time { _ = try await one.call("collatz", batches: batches) }
      let second = try await time { _ = try await two.call("collatz", batches: batches) }
      guard repetition >= 0 else { continue }
      ratios.append(first / second)
      seconds.one.append(first)
      seconds.two.append(second)
    }
    one.close()
    two.close()
    report(
      "collatz(n: int), 24 batches of 1,024", median(ratios), atLeast: 1.8,
      detail: String(format: "%.3f s against %.3f s", median(seconds.two), median(seconds.one)))
  }

  private static func time(_ body: () async throws -> Void) async rethrows -> Double {
    let duration = try await ContinuousClock().measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
