import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// One call per row, Arrow columns in and out, against a bare CPython loop over Python lists that are there already.
///
/// Both run in one interpreter, in turn, on the same 1,024 values.
enum RowPath {
  struct Case {
    let name: String
    let limit: Double
    let source: String
    let loop: String
    let batch: RecordBatch
    let lists: [(name: String, value: PythonValue)]
  }

  static func run(repetitions: Int) throws {
    print("Row path: 1,024 rows, ratio to a bare CPython loop over ready-made lists (lower is better)")
    for item in try cases() {
      let timing = try measure(item, repetitions)
      report(
        item.name, timing.ratio, atMost: item.limit,
        detail: "\(microseconds(timing.subject)) us against \(microseconds(timing.reference)) us")
    }
  }

  private static func measure(_ item: Case, _ repetitions: Int) throws -> PairedTiming {
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    return try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(item.source, name: "benchmark.py"), .guarded, in: py)
      try py.run(item.source)
      for (name, value) in item.lists { try py.mainModule().setAttribute(name, to: value) }
      try py.run("def bare():\n    return \(item.loop)")
      let bare = try py.evaluate("bare")
      return try PairedTiming(repetitions: repetitions, warmUp: 20) {
        _ = try module.rows(0, item.batch, in: py)
      } reference: {
        _ = try bare.call()
      }
    }
  }

  private static func microseconds(_ values: [Double]) -> String {
    String(format: "%.0f", median(values) * 1e6)
  }

  static func cases() throws -> [Case] {
    let rows = 1_024
    // Values as they come in data: neither small nor equal.
    let a = (0..<rows).map { Int64($0 * 7_919 % 10_007 + 1) }
    let b = (0..<rows).map { Int64($0 * 104_729 % 8_191 + 1) }
    let x = a.map { Double($0) * 0.37 }
    let y = b.map { Double($0) * 1.13 }
    let words = a.map { "  Carrier-Name-\($0) " }
    func batch(_ columns: [Column]) throws -> RecordBatch {
      try RecordBatch(
        schema: Schema(columns.enumerated().map { Field(name: "c\($0)", type: $1.type) }), columns: columns)
    }
    return [
      Case(
        name: "gcd(a: int, b: int)", limit: 1.15,
        source: """
          from clutch import udf
          @udf
          def f(a: int, b: int) -> int:
              while b:
                  a, b = b, a % b
              return a
          """, loop: "[f(a, b) for a, b in zip(A, B)]",
        batch: try batch([Column(a.map(Optional.some)), Column(b.map(Optional.some))]),
        lists: [("A", a.pythonRepresentation), ("B", b.pythonRepresentation)]),
      Case(
        name: "add(x: float, y: float)", limit: 1.25,
        source: """
          from clutch import udf
          @udf
          def f(x: float, y: float) -> float:
              return x + y
          """, loop: "[f(x, y) for x, y in zip(A, B)]",
        batch: try batch([Column(x.map(Optional.some)), Column(y.map(Optional.some))]),
        lists: [("A", x.pythonRepresentation), ("B", y.pythonRepresentation)]),
      Case(
        name: "clean(s: str)", limit: 1.4,
        source: """
          from clutch import udf
          @udf
          def f(s: str) -> str:
              return s.strip().lower().replace("-", "_")
          """, loop: "[f(s) for s in A]",
        batch: try batch([Column(words.map(Optional.some))]), lists: [("A", words.pythonRepresentation)]),
      Case(
        name: "ident(x: int)", limit: 1.7,
        source: """
          from clutch import udf
          @udf
          def f(x: int) -> int:
              return x
          """, loop: "[f(x) for x in A]",
        batch: try batch([Column(a.map(Optional.some))]), lists: [("A", a.pythonRepresentation)]),
    ]
  }
}
