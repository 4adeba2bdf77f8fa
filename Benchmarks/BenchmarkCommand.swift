import ArgumentParser
import Foundation

@main
struct BenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clutch-benchmarks", abstract: "Measure Clutch, as ratios of two things timed in turn in one run.")

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case start, rows, batches, arrays, tables, aggregates, async, types, sql, scaling, memory, limits, deadlines,
      workers, packages, deaths, vectorised, profile
  }

  @Argument(help: "What to measure; everything by default.") var parts: [Part] = Part.allCases
  @Option(help: "Multiplies the number of repetitions.") var effort = 1

  func run() async throws {
    for part in parts {
      switch part {
      case .start: try Start.run(repetitions: 15 * effort)
      case .rows: try RowPath.run(repetitions: 1_000 * effort)
      case .batches: try Batches.run(repetitions: 15 * effort)
      case .arrays: try Arrays.run(repetitions: 15 * effort)
      case .tables: try Tables.run(repetitions: 100 * effort)
      case .aggregates: try Aggregates.run(repetitions: 500 * effort, sqlRepetitions: 3 * effort)
      case .async: try Async.run(repetitions: 40 * effort)
      case .types: try TypeFamilies.run(repetitions: 200 * effort)
      case .sql: try SQL.run(repetitions: 9 * effort)
      case .scaling: try await Scaling.run(repetitions: 9 * effort)
      case .limits: try Limits.run(steps: 300 * effort, stride: 60_000)
      case .deadlines: try await Deadlines.run(repetitions: 50 * effort)
      case .vectorised:
        try Vectors.run(repetitions: 30 * effort)
        try SQL.run(repetitions: 9 * effort, vectorised: true)
      case .profile: try ProfileCost.run(repetitions: 11 * effort)
      case .workers: try Workers.run(repetitions: 500 * effort)
      case .packages: try PackageStart.run(repetitions: 7 * effort)
      case .deaths: try WorkerDeaths.run(kills: 1_000 * effort)
      case .memory:
        try Cycles.run(cycles: 1_000 * effort)
        try AliveAtOnce.run(count: 200)
        try await Swaps.run(swaps: 1_000)
      }
      print("")
      // Of everything that is open: a pipe gets a part when it is measured, too.
      fflush(nil)
    }
  }
}
