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

    @udf
    def tax_udf(x: float) -> float:
        if x <= 0: return 0.0
        elif x <= 10000: return x * 0.1
        elif x <= 40000: return 1000 + (x - 10000) * 0.2
        elif x <= 90000: return 7000 + (x - 40000) * 0.3
        else: return 22000 + (x - 90000) * 0.4
    """
  private static let queries = [
    ("gcd(a: int, b: int), consecutive numbers", "SELECT sum(gcd_udf(n, n + 1))::BIGINT FROM t"),
    ("gcd(a: int, b: int), numbers up to 10,007", "SELECT sum(gcd_udf(a, b))::BIGINT FROM t"),
    ("add(x: float, y: float)", "SELECT round(sum(add_udf(x, y))) FROM t"),
    ("clean(s: str)", "SELECT sum(length(clean_udf(s)))::BIGINT FROM t"),
  ]
  private static let goals = [1: 1.6, 2: 3.0]

  /// The same where programs compute the rows, with what each is to be times faster, and the same in DuckDB's own SQL.
  private static let vectorQueries: [(name: String, query: String, goal: Double, own: String?)] = [
    ("gcd(a: int, b: int), consecutive numbers", queries[0].1, 15, "SELECT sum(gcd(n, n + 1))::BIGINT FROM t"),
    ("add(x: float, y: float)", queries[2].1, 15, "SELECT round(sum(x + y)) FROM t"),
    (
      "tax(x: float)", "SELECT round(sum(tax_udf(x))) FROM t", 15,
      """
      SELECT round(sum(CASE WHEN x <= 0 THEN 0.0::DOUBLE WHEN x <= 10000 THEN x * 0.1::DOUBLE \
      WHEN x <= 40000 THEN 1000::DOUBLE + (x - 10000::DOUBLE) * 0.2::DOUBLE \
      WHEN x <= 90000 THEN 7000::DOUBLE + (x - 40000::DOUBLE) * 0.3::DOUBLE \
      ELSE 22000::DOUBLE + (x - 90000::DOUBLE) * 0.4::DOUBLE END)) FROM t
      """
    ),
    ("clean(s: str)", queries[3].1, 3, "SELECT sum(length(replace(lower(trim(s)), '-', '_')))::BIGINT FROM t"),
  ]

  static func run(repetitions: Int, vectorised: Bool = false) throws {
    let python = try CPython.start()
    let library = try DuckDBLibrary.load(for: python)
    for (threads, goal) in goals.sorted(by: { $0.key < $1.key }) where !vectorised || threads == 1 {
      print("SQL: \(rows) rows, \(threads) thread(s), times faster than the DuckDB Python package (higher is better)")
      let group = try ThreadGroup(count: threads)
      let pool = try UDFPool(UDFSource(source), HostOptions(threads: group, vectorizes: vectorised))
      defer { pool.close() }
      let connection = try DuckDBDatabase(library: library, configuration: ["threads": "\(threads)"]).connect()
      try connection.register(pool)
      try connection.database.runQueries(on: group)
      try connection.run(table)
      let native = try NativeUDF(python: python.executable, threads: threads, table: table)
      defer { native.stop() }
      let plain = queries.map { (name: $0.0, query: $0.1, goal: goal, own: String?.none) }
      for (name, query, goal, own) in vectorised ? vectorQueries : plain {
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
        guard let own else { continue }
        let timing = try PairedTiming(repetitions: repetitions) {
          _ = try answer(query, connection)
        } reference: {
          _ = try answer(own, connection)
        }
        report("  against DuckDB's own expression", timing.ratio, atMost: 3, detail: "")
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
