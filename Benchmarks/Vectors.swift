import Clutch
import Columnar
import DuckDBEngine
import Foundation
import Functions
import PythonFunctions
import PythonRuntime
import PythonUDF
import ThreadConfinement
import VectorizedPython

/// Functions that run without Python: against native Swift that checks what Python checks, against a bare CPython loop, and in
/// SQL against the DuckDB Python package and DuckDB's own expressions.
///
/// 65,536 rows, 2 % of them null, in different batches of 2,048: one batch over and over would train the branch predictor.
enum Vectors {
  private static let rows = 65_536
  private static let batchRows = 2_048

  private struct Case: Sendable {
    let name: String
    let source: String
    let columns: [Column]
    /// What the whole takes at most, compared with native code; nil where there is none.
    var native: (limit: Double, run: @Sendable () throws -> Void)?
    /// How many times faster than the loop it is at least.
    var loop: Double?
    var loopSource = ""
  }

  static func run(repetitions: Int) throws {
    print(
      "Without Python: \(rows) rows, ratio to native Swift (lower is better), times faster than a CPython loop (higher is)"
    )
    for item in try cases() {
      let interpreter = try SubInterpreter()
      defer { interpreter.close() }
      try interpreter.withGIL { py in try measure(item, repetitions, in: py) }
    }
    try VectorCosts.run(repetitions: repetitions)
  }

  private static func measure(_ item: Case, _ repetitions: Int, in py: borrowing Python) throws {
    let module = try LoadedModule(UDFSource(item.source, name: "benchmark.py"), .guarded, in: py)
    guard case .found(let syntax, _) = try module.vectorSyntax(0, in: py) else {
      throw BenchmarkError("\(item.name) runs in Python")
    }
    let program = try VectorProgram(syntax, module.functions[0].signature, argumentCount: item.columns.count)
    let workspace = VectorWorkspace()
    let fields = item.columns.enumerated().map { Field(name: "c\($0)", type: $1.type) }
    let batches = try stride(from: 0, to: rows, by: batchRows).map { first in
      try RecordBatch(schema: Schema(fields), columns: item.columns.map { $0.slice(first..<first + batchRows) })
    }
    func vectors() throws {
      for batch in batches {
        guard let run = VectorRun(program, batch, in: workspace, goesOn: { _ in true }) else {
          throw BenchmarkError("\(item.name): the columns are not taken")
        }
        _ = try run.column(with: nil, of: [], reach: OffsetReach())
      }
    }
    if let native = item.native {
      let timing = try PairedTiming(repetitions: repetitions) {
        try vectors()
      } reference: {
        try native.run()
      }
      report(item.name + ", native", timing.ratio, atMost: native.limit, detail: each(timing))
    }
    if let goal = item.loop {
      try py.run(item.source)
      for (index, column) in item.columns.enumerated() {
        try py.mainModule().setAttribute("c\(index)", to: try list(column))
      }
      let names = (0..<item.columns.count).map { "c\($0)" }.joined(separator: ", ")
      try py.run(
        "def bare():\n    return [f(*row) if None not in row or \(item.loopSource.isEmpty ? "False" : "True") else None for row in zip(\(names))]"
      )
      try py.run(
        "def plain():\n    return [f(x) if x is not None or \(item.loopSource.isEmpty ? "False" : "True") else None for x in c0]"
      )
      let bare = try py.evaluate(item.columns.count == 1 ? "plain" : "bare")
      let timing = try PairedTiming(repetitions: max(3, repetitions / 10), warmUp: 1) {
        try vectors()
      } reference: {
        _ = try bare.call()
      }
      report(item.name + ", CPython loop", 1 / timing.ratio, atLeast: goal, detail: each(timing))
    }
  }

  private static func each(_ timing: PairedTiming) -> String {
    let (ours, theirs) = (median(timing.subject), median(timing.reference))
    return String(format: "%.2f ns a row against %.2f", ours * 1e9 / Double(rows), theirs * 1e9 / Double(rows))
  }

  private static func list(_ column: Column) throws -> PythonValue {
    switch column.type {
    case .int64: try column.toArray(of: Int64.self).pythonRepresentation
    case .float64: try column.toArray(of: Double.self).pythonRepresentation
    default:
      try column.toArray(of: [UInt8].self).map { $0.map { String(decoding: $0, as: UTF8.self) } }.pythonRepresentation
    }
  }

  // MARK: Cases

  private struct Random {
    var state: UInt64 = 42

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }

    mutating func float(_ low: Double, _ high: Double) -> Double {
      low + (high - low) * Double(next() >> 11) / Double(1 << 53)
    }
    mutating func isNull() -> Bool { next() % 50 == 0 }
  }

  private static func cases() throws -> [Case] {
    var random = Random()
    func floats(_ low: Double, _ high: Double) -> Column {
      Column((0..<rows).map { _ in random.isNull() ? nil : random.float(low, high) } as [Double?])
    }
    func texts(_ make: (inout Random) -> String) -> Column {
      Column((0..<rows).map { _ in random.isNull() ? nil : make(&random) } as [String?])
    }
    let small = (0..<rows).map { Int64($0) }
    let double = small.map { $0 * 2 }
    let (x, a, b) = (floats(-1, 1), floats(-1, 1), floats(-1, 1))
    let words = ["Foo-Bar", "Hello", "ALPHA-beta", "x", "New-York City", "Data-Lake"]
    let head = "import math\nfrom clutch import udf\n@udf\n"
    return [
      Case(
        name: "gcd(i, 2i)", source: head + "def f(a: int, b: int) -> int:\n  while b:\n    a, b = b, a % b\n  return a",
        columns: [Column(small.map(Optional.some)), Column(double.map(Optional.some))],
        native: (2, { NativeLoops.gcd(small, double) }), loop: 8),
      Case(
        name: "x * a + b of floats", source: head + "def f(x: float, a: float, b: float) -> float:\n  return x * a + b",
        columns: [x, a, b], native: (1.5, { try NativeLoops.multiplyAdd(x, a, b) }), loop: 40),
      Case(
        name: "tax brackets with None",
        source: head + """
          def f(x: float | None) -> float:
            if x is None: return 0.0
            if x <= 0: return 0.0
            elif x <= 10000: return x * 0.1
            elif x <= 40000: return 1000 + (x - 10000) * 0.2
            elif x <= 90000: return 7000 + (x - 40000) * 0.3
            else: return 22000 + (x - 90000) * 0.4
          """, columns: [floats(-5_000, 150_000)], loop: 40, loopSource: "None"),
      Case(
        name: "haversine",
        source: head + """
          def f(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
            a = math.sin(math.radians(lat2 - lat1) / 2) ** 2 + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) \
          * math.sin(math.radians(lon2 - lon1) / 2) ** 2
            return 2 * 6371.0 * math.asin(math.sqrt(a))
          """, columns: [floats(-90, 90), floats(-180, 180), floats(-90, 90), floats(-180, 180)], loop: 5),
      Case(
        name: "clean", source: head + "def f(s: str) -> str:\n  return s.strip().lower().replace('-', '_')",
        columns: [
          texts { random in
            String(repeating: " ", count: Int(random.next() % 4)) + words[Int(random.next() % 6)] + " "
              + words[Int(random.next() % 6)] + (random.next() % 2 == 0 ? "\n" : "")
          }
        ], loop: 4),
      Case(
        name: "parse",
        source: head + """
          def f(s: str) -> int:
            if not s.startswith("ID-"): return -1
            body = s[3:9]
            if len(body) != 6: return -2
            return int(body)
          """,
        columns: [
          texts { random in
            switch random.next() % 20 {
            case 0: "XX-123"
            case 1: "ID-12"
            default: "ID-\(100_000 + random.next() % 900_000)/x"
            }
          }
        ], loop: 10),
      Case(
        name: "collatz",
        source: head + """
          def f(n: int) -> int:
            steps = 0
            while n != 1:
              if n % 2 == 0: n //= 2
              else: n = 3 * n + 1
              steps += 1
            return steps
          """, columns: [Column((0..<rows).map { Int64($0 * 7_919 % 10_000 + 1) } as [Int64?])], loop: 8),
    ]
  }
}

/// The same in Swift as one would write it by hand, with the checks that Python's results need.
enum NativeLoops {
  @inline(never)
  static func gcd(_ a: [Int64], _ b: [Int64]) {
    var results = [Int64](repeating: 0, count: a.count)
    for row in a.indices {
      var (x, y) = (a[row], b[row])
      while y != 0 {
        let rest = y == -1 ? 0 : x % y
        (x, y) = (y, rest != 0 && (rest ^ y) < 0 ? rest + y : rest)
      }
      results[row] = x
    }
    blackHole(results)
  }

  @inline(never)
  static func multiplyAdd(_ x: Column, _ a: Column, _ b: Column) throws {
    let (x, a, b) = (try x.storage(as: Double.self), try a.storage(as: Double.self), try b.storage(as: Double.self))
    var results = [Double](repeating: 0, count: x.count)
    for row in 0..<x.count { results[row] = x[row] * a[row] + b[row] }
    blackHole(results)
  }

  /// Lets the compiler think that the values are read; else it might not compute them.
  @inline(never) @_optimize(none)
  private static func blackHole<Value>(_ values: [Value]) { _ = values.last }
}
