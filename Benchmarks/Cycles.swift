import Foundation
import PythonRuntime

/// Creating and ending interpreters: resident memory must not grow.
enum Cycles {
  static let imports = "import json, re, datetime, decimal, asyncio"

  static func run(cycles: Int, warmUp: Int = 100) throws {
    print(
      "Memory: \(cycles) interpreters made and ended one after the other, each importing json, re, datetime, decimal, asyncio"
    )
    var start = 0.0
    var milliseconds: [Double] = []
    for cycle in 0..<cycles {
      if cycle == warmUp { start = try ProcessState.residentMegabytes() }
      milliseconds.append(
        try seconds {
          let interpreter = try SubInterpreter()
          try interpreter.withGIL { py in try py.run(imports) }
          interpreter.close()
        } * 1e3)
    }
    let end = try ProcessState.residentMegabytes()
    let growth = (end - start) / Double(cycles - warmUp)
    let verdict = growth < 0.002 ? "met" : "MISSED"
    print(
      String(
        format: "  %.1f MB after %d cycles, %.1f MB after %d: %.4f MB a cycle, goal below 0.002 %@   %.0f ms a cycle",
        start, warmUp, end, cycles, growth, verdict, median(milliseconds)))
  }
}
