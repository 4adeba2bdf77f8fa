import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// Functions of arrays of a million doubles, from Arrow column to Arrow column, in the main interpreter and in a worker
/// process, against the same code called on objects of the same numbers.
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
        nulls = numpy.arange(\(count)) % 7 == 3
        masked, unmasked = numpy.ma.MaskedArray(numbers, mask=nulls), numpy.ma.MaskedArray(numbers)
        series = pandas.Series(pandas.arrays.ArrowExtensionArray(pyarrow.array(numbers)))
        column = pyarrow.array(numbers)
        def bare(): return body(numbers)
        def bare_masked(): return body(masked)
        def bare_unmasked(): return body(unmasked)
        def bare_series(): return body(series)
        def bare_arrow(): return pyarrow.array(body(column.to_numpy()))
        """)
      func batch(_ isNull: (Int) -> Bool) throws -> RecordBatch {
        let column = Column((0..<count).map { isNull($0) ? nil : Double($0 * 7_919 % 10_007 + 1) * 0.37 })
        return try RecordBatch(schema: Schema([Field(name: "x", type: .float64)]), columns: [column])
      }
      let whole = try batch { _ in false }
      let holed = try batch { $0 % 7 == 3 }
      for (place, batch, name, reference, goal) in [
        (0, whole, "Array[float]", "bare", 1.3),
        (1, whole, "Array[float | None], no nulls, against the same", "bare_unmasked", 1.3),
        (1, holed, "Array[float | None], against a masked array", "bare_masked", 1.3),
        (2, whole, "Series[float], against a series", "bare_series", 1.3),
        (3, whole, "Arrow[float], against an Arrow array", "bare_arrow", 1.3),
      ] as [(Int, RecordBatch, String, String, Double)] {
        let bare = try py.evaluate(reference)
        let timing = try PairedTiming(repetitions: repetitions) {
          do {
            let found = try module.rows(place, batch, in: py).values
            guard found.count == count else { throw BenchmarkError("\(found.count) rows instead of \(count)") }
          }
          // As the next call would: the reference gives its memory back too.
          py.state.takeBack()
        } reference: {
          _ = try bare.call()
        }
        let detail = String(
          format: "%.1f ms against %.1f ms", median(timing.subject) * 1e3, median(timing.reference) * 1e3)
        report(name, timing.ratio, atMost: goal, detail: detail)
      }
    }
  }
}
