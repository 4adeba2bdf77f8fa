import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// Table functions, in chunks of 1,024 rows into Arrow columns, against a bare CPython loop over the same generator.
enum Tables {
  private static let chunks = 16
  private static let limit = 1_024

  static func run(repetitions: Int) throws {
    print(
      "Table functions: \(chunks) chunks of 1,024 rows, ratio to a bare CPython loop over the generator (lower is better)"
    )
    try measure(
      "series(n: int)", "int", "yield from range(n)", "for i in range(n): yield i", atMost: nil, repetitions)
    try measure("series, yielding each", "int", "for i in range(n): yield i", nil, atMost: 1.3, repetitions)
    try measure(
      "pairs of int and str", "tuple[int, str]", "for i in range(n): yield i, 'x'", nil, atMost: nil, repetitions)
  }

  private static func measure(
    _ name: String, _ row: String, _ body: String, _ other: String?, atMost goal: Double?, _ repetitions: Int
  ) throws {
    let source = """
      from collections.abc import Iterator
      from clutch import udtf
      @udtf
      def f(n: int) -> Iterator[\(row)]:
        \(body)
      """
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    let timing = try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(source, name: "benchmark.py"), .guarded, in: py)
      try py.run(source)
      try py.run("def bare(n):\n  for value in f(n): pass")
      let bare = try py.evaluate("bare")
      let count = chunks * limit
      let batch = try RecordBatch(
        schema: Schema([Field(name: "n", type: .int64)]), columns: [Column([Int64(count)] as [Int64?])])
      return try PairedTiming(repetitions: repetitions, warmUp: 20) {
        let table = TableCall(0, batch)
        var rows = 0
        while let drawn = try module.draw(table, limit, in: py) { rows += drawn.values.rowCount }
        guard rows == count else { throw BenchmarkError("\(rows) rows instead of \(count)") }
      } reference: {
        _ = try bare.call(count)
      }
    }
    let detail = String(
      format: "%.0f us against %.0f us", median(timing.subject) * 1e6, median(timing.reference) * 1e6)
    if let goal {
      report(name, timing.ratio, atMost: goal, detail: detail)
    } else {
      report(name, timing.ratio, detail: detail)
    }
  }
}
