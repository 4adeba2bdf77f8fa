import Clutch
import Columnar
import DuckDBEngine
import Foundation
import Functions
import PythonFunctions
import PythonRuntime
import PythonUDF

/// Arrays of numpy in worker processes: whole columns against numpy in this process, and in SQL against the DuckDB Python
/// package's own functions of Arrow arrays.
enum WorkerArrays {
  private static let source = UDFSource(
    """
    import numpy, pyarrow
    from clutch import Array, Arrow, udf
    def body(x): return (x - x.mean()) / x.std()
    @udf(batch=True)
    def zscore_udf(x: Array[float]) -> Array[float]: return body(x)
    @udf(batch=True)
    def arrow(x: Arrow[float]) -> Arrow[float]: return pyarrow.array(body(x.to_numpy()))
    """, name: "benchmark.py")
  private static let rows = 1_000_000

  static func columns(repetitions: Int) throws {
    let pool = try UDFPool(
      source, HostOptions(interpreters: 1, placement: .worker, worker: try WholeProcess.tool()))
    defer { pool.close() }
    var configuration = SubInterpreter.Configuration()
    configuration.isMain = true
    let interpreter = try SubInterpreter(configuration: configuration)
    defer { interpreter.close() }
    try interpreter.withGIL { py in
      try py.run(
        """
        import numpy, pyarrow
        def body(x): return (x - x.mean()) / x.std()
        numbers = (numpy.arange(\(rows)) * 7919 % 10007 + 1) * 0.37
        column = pyarrow.array(numbers)
        def bare(): return body(numbers)
        def bare_arrow(): return pyarrow.array(body(column.to_numpy()))
        """)
      let column = Column((0..<rows).map { Optional(Double($0 * 7_919 % 10_007 + 1) * 0.37) })
      let batch = try RecordBatch(schema: Schema([Field(name: "x", type: .float64)]), columns: [column])
      for (place, name, reference) in [(0, "Array[float]", "bare"), (1, "Arrow[float]", "bare_arrow")] {
        let bare = try py.evaluate(reference)
        let timing = try PairedTiming(repetitions: repetitions) {
          let found = try pool.evaluateAndWait(place, batch, CallOptions()).values
          guard found.count == rows else { throw BenchmarkError("\(found.count) rows instead of \(rows)") }
        } reference: {
          _ = try bare.call()
        }
        report(
          "\(rows) rows of \(name), against numpy here", timing.ratio, atMost: 1.3,
          detail: String(
            format: "%.1f ms against %.1f ms", median(timing.subject) * 1e3, median(timing.reference) * 1e3))
      }
    }
  }

  // MARK: SQL

  private static let table =
    "CREATE TABLE t AS SELECT (range * 7919 % 10007 + 1) * 0.37::DOUBLE AS x FROM range(\(rows))"
  private static let query = "SELECT round(sum(abs(zscore_udf(x)))) FROM t"

  static func sql(repetitions: Int) throws {
    let python = try CPython.start()
    let library = try DuckDBLibrary.load(for: python)
    for (threads, goal) in [(1, 1.2), (2, 2.0)] {
      let pool = try UDFPool(
        source, HostOptions(interpreters: threads, placement: .worker, worker: try WholeProcess.tool()))
      defer { pool.close() }
      let connection = try DuckDBDatabase(library: library, configuration: ["threads": "\(threads)"]).connect()
      try connection.register(pool)
      try connection.run(table)
      let native = try PythonProgram(
        "native_arrow.py", python: python.executable, arguments: ["\(threads)"], needs: "duckdb, pyarrow or numpy")
      defer { native.stop() }
      native.send(table)
      var own: [Double] = []
      var theirs: [Double] = []
      for repetition in -1..<repetitions {
        var answer = ""
        let seconds = try clutch_benchmarks.seconds {
          answer = try connection.execute(query).next()?.nextRows()?[0, 0].description ?? ""
        }
        let parts = try native.ask(query).split(separator: " ")
        guard parts.count == 2, let time = Double(parts[0]), parts[1] == answer else {
          throw BenchmarkError("\(query): \(answer) here, \(parts) there")
        }
        guard repetition >= 0 else { continue }
        own.append(seconds)
        theirs.append(time)
      }
      report(
        "z-score in SQL, \(threads) thread(s), times faster", median(zip(theirs, own).map { $0 / $1 }), atLeast: goal,
        detail: String(format: "%.3f s against %.3f s of type='arrow'", median(own), median(theirs)))
    }
  }
}
