import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// Functions of arrays of a million doubles, from Arrow column to Arrow column, in the main interpreter, against numpy called
/// on memory of the same numbers.
enum Arrays {
  private static let count = 1_000_000

  static func run(repetitions: Int) throws {
    print("Arrays: 1,000,000 doubles, ratio to numpy called on the same numbers (lower is better)")
    var configuration = SubInterpreter.Configuration()
    configuration.isMain = true
    let interpreter = try SubInterpreter(configuration: configuration)
    defer { interpreter.close() }
    let source = """
      import numpy, pyarrow, pandas
      from clutch import Array, Arrow, Series, udf
      def body(x): return (x - x.mean()) / x.std()
      @udf(batch=True)
      def array(x: Array[float]) -> Array[float]: return body(x)
      @udf(batch=True)
      def masked(x: Array[float | None]) -> Array[float]: return body(x)
      @udf(batch=True)
      def series(x: Series[float]) -> Series[float]: return body(x)
      @udf(batch=True)
      def arrow(x: Arrow[float]) -> Arrow[float]: return pyarrow.array(body(x.to_numpy()))
      """
    try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(source, name: "benchmark.py"), .guarded, in: py)
      try py.run(
        """
        import numpy, pandas, pyarrow
        def body(x): return (x - x.mean()) / x.std()
        numbers = (numpy.arange(\(count)) * 7919 % 10007 + 1) * 0.37
        series = pandas.Series(pandas.arrays.ArrowExtensionArray(pyarrow.array(numbers)))
        def bare(): return body(numbers)
        def bare_series(): return body(series)
        """)
      let column = Column((0..<count).map { Optional(Double($0 * 7_919 % 10_007 + 1) * 0.37) })
      let batch = try RecordBatch(schema: Schema([Field(name: "x", type: .float64)]), columns: [column])
      for (place, name, reference, goal) in [
        (0, "Array[float]", "bare", 1.3), (1, "Array[float | None], without nulls", "bare", nil),
        (2, "Series[float], against a series", "bare_series", nil), (3, "Arrow[float]", "bare", nil),
      ] as [(Int, String, String, Double?)] {
        let bare = try py.evaluate(reference)
        let timing = try PairedTiming(repetitions: repetitions) {
          let found = try module.rows(place, batch, in: py).values
          guard found.count == count else { throw BenchmarkError("\(found.count) rows instead of \(count)") }
        } reference: {
          _ = try bare.call()
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
  }
}
