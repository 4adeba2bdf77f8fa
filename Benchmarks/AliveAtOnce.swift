import Foundation
import PythonRuntime

/// Many interpreters at the same time: what each takes, and that it comes back.
enum AliveAtOnce {
  static func run(count: Int) throws {
    print("Memory: \(count) interpreters alive at once")
    // Twice each: what is left after the second time did not grow with the number of interpreters ever made.
    for (name, source) in [("bare", "pass"), ("with json, re, datetime, decimal, asyncio", Cycles.imports)] {
      let first = try round(count, source)
      let second = try round(count, source)
      print(
        String(
          format: "  %@: %.2f MB each (%.2f MB counted), made in %.0f ms and ended in %.0f ms each", name,
          second.each, second.counted, second.makingMilliseconds, second.endingMilliseconds))
      print(
        String(
          format: "    resident %.1f MB before, %.1f MB with %d alive, %.1f MB after; %.1f MB after the round before",
          second.before, second.alive, count, second.after, first.after))
    }
  }

  private struct Round {
    var (before, alive, after) = (0.0, 0.0, 0.0)
    var (each, counted) = (0.0, 0.0)
    var (makingMilliseconds, endingMilliseconds) = (0.0, 0.0)
  }

  private static func round(_ count: Int, _ source: String) throws -> Round {
    var round = Round()
    var interpreters: [SubInterpreter] = []
    round.before = try ProcessState.residentMegabytes()
    round.makingMilliseconds =
      try seconds {
        for number in 0..<count {
          let interpreter = try SubInterpreter()
          try interpreter.withGIL { py in
            try py.run(source)
            try py.run("mine = \(number)")
          }
          interpreters.append(interpreter)
        }
      } * 1e3 / Double(count)
    round.alive = try ProcessState.residentMegabytes()
    round.each = (round.alive - round.before) / Double(count)
    round.counted = interpreters.reduce(0.0) { $0 + Double($1.memoryUsage.current) } / Double(count) / 1_048_576
    for (number, interpreter) in interpreters.enumerated() {
      let found = try interpreter.withGIL { py in try py.evaluate("mine").extract(Int.self) }
      guard found == number else { throw BenchmarkError("interpreter \(number) answers with \(found)") }
    }
    round.endingMilliseconds = seconds { for interpreter in interpreters { interpreter.close() } } * 1e3 / Double(count)
    interpreters = []
    round.after = try ProcessState.residentMegabytes()
    return round
  }
}
