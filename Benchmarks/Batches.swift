import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// Functions of a batch of a million doubles, from Arrow column to Arrow column, against the same Python code on an
/// `array.array` of the same numbers.
enum Batches {
  private static let count = 1_000_000

  static func run(repetitions: Int) throws {
    print("Batches: 1,000,000 doubles, ratio to the same Python code on an array.array (lower is better)")
    let changed = "array.array('d', [v * 1.13 + 0.5 for v in x])"
    let memory = "memoryview(x)"
    func measure(
      _ name: String, _ parameter: String = "Column[float]", _ code: String = changed, of values: String,
      _ other: String = "x", atMost goal: Double? = nil
    ) throws {
      try Batches.measure(name, parameter, code, of: values, other, atMost: goal, repetitions)
    }
    try measure("array of a memoryview", of: memory, atMost: 1.1)
    try measure("the same, against an array's memoryview", of: memory, memory)
    try measure("sum of a memoryview", "Column[float]", "array.array('d', [sum(x)]) * len(x)", of: memory)
    try measure("array of a column", of: "x")
    try measure("array of a list", "list[float]", of: "x")
    try measure("a list of a list", "list[float]", "[v * 1.13 + 0.5 for v in x]", of: "x")
  }

  /// - Parameters:
  ///   - values: what of the parameter the code gets.
  ///   - other: what of the array it gets.
  private static func measure(
    _ name: String, _ parameter: String, _ code: String, of values: String, _ other: String,
    atMost goal: Double?, _ repetitions: Int
  ) throws {
    let source = """
      import array
      from clutch import Column, udf
      def body(x): return \(code)
      @udf(batch=True)
      def f(x: \(parameter)) -> list[float]: return body(\(values))
      """
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    let timing = try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(source, name: "benchmark.py"), .guarded, in: py)
      try py.run(source)
      try py.run("numbers = array.array('d', [(i * 7919 % 10007 + 1) * 0.37 for i in range(\(count))])")
      try py.run("def bare():\n  x = numbers\n  return body(\(other))")
      let bare = try py.evaluate("bare")
      let column = Column((0..<count).map { Optional(Double($0 * 7_919 % 10_007 + 1) * 0.37) })
      let batch = try RecordBatch(schema: Schema([Field(name: "x", type: .float64)]), columns: [column])
      return try PairedTiming(repetitions: repetitions) {
        let found = try module.rows(0, batch, in: py).values
        guard found.count == count else { throw BenchmarkError("\(found.count) rows instead of \(count)") }
      } reference: {
        _ = try bare.call()
      }
    }
    let detail = String(
      format: "%.1f ms against %.1f ms", median(timing.subject) * 1e3, median(timing.reference) * 1e3)
    if let goal {
      report(name, timing.ratio, atMost: goal, detail: detail)
    } else {
      report(name, timing.ratio, detail: detail)
    }
  }
}
