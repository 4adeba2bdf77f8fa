import Clutch
import DuckDBEngine
import Foundation
import PythonRuntime
import PythonUDF
import ThreadConfinement

/// A UDF over 1 million generated rows in SQL, against the DuckDB Python package's own `create_function` on the same
/// query, the same library and the same number of threads; the two processes take turns.
enum SQL {
  private static let rows = 1_000_000
  private static let table = """
    CREATE TABLE t AS SELECT range % 1024 AS n, (range * 7919) % 10007 + 1 AS a, (range * 104729) % 8191 + 1 AS b, \
    range * 0.37::DOUBLE AS x, range * 1.13::DOUBLE AS y, '  Carrier-Name-' || range % 10007 || ' ' AS s \
    FROM range(\(rows))
    """
  private static let source = """
    from clutch import udf

    @udf
    def gcd_udf(a: int, b: int) -> int:
        while b:
            a, b = b, a % b
        return a

    @udf
    def add_udf(x: float, y: float) -> float:
        return x + y

    @udf
    def clean_udf(s: str) -> str:
        return s.strip().lower().replace("-", "_")
    """
  private static let queries = [
    ("gcd(a: int, b: int), consecutive numbers", "SELECT sum(gcd_udf(n, n + 1))::BIGINT FROM t"),
    ("gcd(a: int, b: int), numbers up to 10,007", "SELECT sum(gcd_udf(a, b))::BIGINT FROM t"),
    ("add(x: float, y: float)", "SELECT round(sum(add_udf(x, y))) FROM t"),
    ("clean(s: str)", "SELECT sum(length(clean_udf(s)))::BIGINT FROM t"),
  ]
  private static let goals = [1: 1.6, 2: 3.0]

  static func run(repetitions: Int) throws {
    let python = try CPython.start()
    let library = try DuckDBLibrary.load(for: python)
    for (threads, goal) in goals.sorted(by: { $0.key < $1.key }) {
      print("SQL: \(rows) rows, \(threads) thread(s), times faster than the DuckDB Python package (higher is better)")
      let group = try ThreadGroup(count: threads)
      let pool = try UDFPool(UDFSource(source), HostOptions(threads: group))
      defer { pool.close() }
      let connection = try DuckDBDatabase(library: library, configuration: ["threads": "\(threads)"]).connect()
      try connection.register(pool)
      try connection.database.runQueries(on: group)
      try connection.run(table)
      let native = try NativeUDF(python: python.executable, threads: threads, table: table)
      defer { native.stop() }
      for (name, query) in queries {
        let (ours, theirs) = (try answer(query, connection), try native.run(query).answer)
        guard ours == theirs else { throw BenchmarkError("\(query): \(ours) here, \(theirs) there") }
        var nativeSeconds: [Double] = []
        var seconds: [Double] = []
        for _ in 0..<repetitions {
          seconds.append(try clutch_benchmarks.seconds { _ = try answer(query, connection) })
          nativeSeconds.append(try native.run(query).seconds)
        }
        let ratio = median(zip(nativeSeconds, seconds).map { $0 / $1 })
        report(
          name, ratio, atLeast: goal,
          detail: String(format: "%.3f s against %.3f s", median(seconds), median(nativeSeconds)))
      }
    }
  }

  private static func answer(_ query: String, _ connection: DuckDBConnection) throws -> String {
    guard let rows = try connection.execute(query).next()?.nextRows() else { return "" }
    return rows[0, 0].description
  }
}

/// The same queries in the DuckDB Python package.
private struct NativeUDF {
  private let program: PythonProgram

  init(python: String, threads: Int, table: String) throws {
    program = try PythonProgram("native_udf.py", python: python, arguments: ["\(threads)"], needs: "duckdb")
    program.send(table)
  }

  func run(_ query: String) throws -> (seconds: Double, answer: String) {
    let parts = try program.ask(query).split(separator: " ")
    guard parts.count == 2, let seconds = Double(parts[0]) else { throw BenchmarkError("not an answer: \(parts)") }
    return (seconds, String(parts[1]))
  }

  func stop() { program.stop() }
}
