import Clutch
import Columnar
import DuckDBEngine
import Foundation
import Functions
import PythonFunctions
import PythonRuntime
import PythonUDF
import ThreadConfinement

/// Aggregate functions: rows into states against a bare CPython loop, and GROUP BY in SQL against what there is without
/// them, lists that are passed to a Python function and groups of an Arrow table that a Python loop goes over.
enum Aggregates {
  private static let source = """
    from clutch import udaf

    @udaf
    class added:
        def create_state(self) -> int:
            return 0
        def accumulate(self, state, x: int):
            return state + x
        def merge(self, state, other):
            return state + other
        def finish(self, state) -> int:
            return state

    @udaf
    class weighted:
        def create_state(self) -> tuple[float, float]:
            return (0.0, 0.0)
        def accumulate(self, state, value: float, weight: float):
            return (state[0] + value * weight, state[1] + weight)
        def merge(self, state, other):
            return (state[0] + other[0], state[1] + other[1])
        def finish(self, state) -> float:
            return state[0] / state[1]
    """

  static func run(repetitions: Int, sqlRepetitions: Int) throws {
    print("Aggregate functions: 1,024 rows into states, ratio to a bare CPython loop of accumulate (lower is better)")
    try measure("added(x: int), one group", 1, atMost: 1.3, repetitions)
    try measure("added(x: int), 1,000 groups", 1_000, atMost: 1.5, repetitions)
    for threads in [1, 2] { try sql(threads: threads, repetitions: sqlRepetitions) }
    try memory()
  }

  private static func measure(_ name: String, _ groupCount: Int, atMost goal: Double, _ repetitions: Int) throws {
    let rowCount = 1_024
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    let timing = try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(source, name: "benchmark.py"), .guarded, in: py)
      try py.run(source)
      try py.run(
        """
        def prepared(groups, values):
          def bare():
            aggregate = added()
            accumulate, states = aggregate.accumulate, [aggregate.create_state() for _ in range(\(groupCount))]
            for group, value in zip(groups, values):
              states[group] = accumulate(states[group], value)
            return [aggregate.finish(state) for state in states]
          def bare_of_one():
            aggregate = added()
            accumulate, state = aggregate.accumulate, aggregate.create_state()
            for value in values:
              state = accumulate(state, value)
            return [aggregate.finish(state)]
          return bare_of_one if \(groupCount) == 1 else bare
        """)
      let groups = (0..<rowCount).map { $0 * 7_919 % groupCount }
      let values = (0..<rowCount).map { Int64($0 * 104_729 % 8_191) }
      let bare = try py.evaluate("prepared").call(groups, values.map(Int.init))
      let batch = try RecordBatch(
        schema: Schema([Field(name: "x", type: .int64)]), columns: [Column(values.map(Optional.some))])
      let all = Array(0..<groupCount)
      return try PairedTiming(repetitions: repetitions, warmUp: 20) {
        let table = StateTable(0, keepsRows: false)
        _ = try module.perform(.accumulate(batch, groups: groups, signs: nil), on: table, in: py)
        let outcome = try module.perform(.finish(all, shared: []), on: table, in: py)
        _ = try module.perform(.close, on: table, in: py)
        guard case .values(let result) = outcome.answer, result.values.count == groupCount else {
          throw BenchmarkError("no values")
        }
      } reference: {
        _ = try bare.call()
      }
    }
    report(
      name, timing.ratio, atMost: goal,
      detail: String(
        format: "%.0f us against %.0f us", median(timing.subject) * 1e6, median(timing.reference) * 1e6))
  }

  // MARK: SQL

  private static let rows = 10_000_000
  private static let table = """
    CREATE TABLE t AS SELECT (range * 7919) % 1000 AS g, (range % 8191)::DOUBLE AS x, (range % 7 + 1)::DOUBLE AS w \
    FROM range(\(rows))
    """

  private static func sql(threads: Int, repetitions: Int) throws {
    print(
      "SQL: GROUP BY over \(rows) rows, 1,000 groups, \(threads) thread(s), times faster than Python over lists (higher is better)"
    )
    let python = try CPython.start()
    let library = try DuckDBLibrary.load(for: python)
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: threads))
    defer { pool.close() }
    let connection = try DuckDBDatabase(library: library, configuration: ["threads": "\(threads)"]).connect()
    try connection.register(pool)
    try connection.run(table)
    let query = "SELECT round(sum(a), 3) FROM (SELECT weighted(x, w) AS a FROM t GROUP BY g)"
    let others = [
      (
        "list() and a function", "native_udf.py", "duckdb",
        query.replacing("weighted(x, w)", with: "weighted_udf(list(x), list(w))")
      ),
      ("PyArrow and a loop", "pyarrow_groups.py", "pyarrow", "run"),
    ]
    let programs = try others.map { _, script, package, _ in
      let program = try PythonProgram(
        script, python: python.executable, arguments: ["\(threads)"], needs: package)
      program.send(table)
      return program
    }
    defer { for program in programs { program.stop() } }
    var own: [Double] = []
    var theirs = [[Double]](repeating: [], count: others.count)
    for _ in 0..<repetitions {
      var answer = ""
      own.append(
        try clutch_benchmarks.seconds {
          answer = try connection.execute(query).next()?.nextRows()?[0, 0].description ?? ""
        })
      for (place, program) in programs.enumerated() {
        let parts = try program.ask(others[place].3).split(separator: " ")
        guard parts.count == 2, let time = Double(parts[0]), parts[1] == answer else {
          throw BenchmarkError("\(query): \(answer) here, \(parts) in \(others[place].1)")
        }
        theirs[place].append(time)
      }
    }
    for (other, times) in zip(others, theirs) {
      report(
        "weighted average, \(other.0)", median(zip(times, own).map { $0 / $1 }), atLeast: 3,
        detail: String(format: "%.3f s against %.3f s", median(own), median(times)))
    }
  }

  /// What a state costs beside itself.
  private static func memory() throws {
    let groups = 1_000_000
    print("Memory of \(groups) groups of one row each, in bytes a group beside the state itself (lower is better)")
    let library = try DuckDBLibrary.load(for: try CPython.start())
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    defer { pool.close() }
    let connection = try DuckDBDatabase(library: library, configuration: ["threads": "1"]).connect()
    try connection.register(pool)
    let before = pool.memoryUsage.map(\.current).reduce(0, +)
    _ = try connection.execute(
      "SELECT count(a) FROM (SELECT added(range) AS a FROM range(\(groups)) GROUP BY range)"
    ).next()?.nextRows()
    let peak = pool.memoryUsage.map(\.peak).reduce(0, +)
    // An int of one digit, as the states are.
    let state = 28.0
    let entries = 32.0
    report(
      "counted against the limit, less \(Int(state)) for the state", Double(peak - before) / Double(groups) - state,
      atMost: 100 - entries, detail: "and \(Int(entries)) that are not counted")
  }
}
