import Columnar
import Foundation
import PythonFunctions
import PythonRuntime
import PythonUDF

/// The row path for each family of types: against a bare CPython loop over ready-made lists, and against a Python
/// program with PyArrow's arrays in and out.
///
/// PyArrow cannot be imported in an isolated interpreter, so that program is a process of its own; the two take turns.
enum TypeFamilies {
  private static let rows = 1_024

  static func run(repetitions: Int) throws {
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    try interpreter.withGIL { py in
      let source = try UDFSource(file: PythonProgram.path(of: "type_families.py"))
      // Open, because it changes the cores that this thread may run on.
      let module = try LoadedModule(source, .open, in: py)
      try py.run(source.text)
      try runAgainstBareLoop(module, in: py, repetitions)
      print("")
      try runAgainstPyArrow(module, in: py, turns: repetitions)
    }
  }

  // MARK: A bare loop

  private static func runAgainstBareLoop(
    _ module: LoadedModule, in py: borrowing Python, _ repetitions: Int
  ) throws {
    print("Types: \(rows) rows, ratio to a bare CPython loop over ready-made lists (lower is better)")
    for family in families {
      let (function, batch) = (try module.named(family.function), try batch(family, module, in: py))
      try py.run(
        """
        VALUES = [\(family.bareValue) for value in map(\(family.values), range(\(rows)))]
        def bare_loop(): return [\(family.function)(value) for value in VALUES]
        """)
      let bare = try py.evaluate("bare_loop")
      let timing = try PairedTiming(repetitions: 5 * repetitions, warmUp: 20) {
        _ = try module.rows(function, batch, in: py)
      } reference: {
        _ = try bare.call()
      }
      report(
        family.name, timing.ratio, detail: "\(perRow(timing.subject)) against \(perRow(timing.reference)) ns a row")
    }
  }

  // MARK: PyArrow

  private static func runAgainstPyArrow(_ module: LoadedModule, in py: borrowing Python, turns: Int) throws {
    print("Types: \(rows) rows, times faster than a loop over PyArrow's to_pylist() (higher is better)")
    // On one core, which this thread and the process it starts share: two cores of a machine that others use too differ in
    // speed for seconds, and pairs do not make up for that.
    try py.run(
      """
      import os
      if hasattr(os, "sched_setaffinity"):
          os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
      """)
    let python = try CPython.start().executable
    let program = try PythonProgram("pyarrow_rows.py", python: python, needs: "pyarrow")
    defer { program.stop() }
    // A process that has waited for its turn finds its caches cold: the first call of each turn is not counted.
    let calls = 4
    for family in families {
      if case .none = family.comparison { continue }
      let (function, batch) = (try module.named(family.function), try batch(family, module, in: py))
      try compareResults(family, module, batch, in: py, program)
      var (ours, theirs): ([Double], [Double]) = ([], [])
      for turn in -3..<turns {
        _ = try module.rows(function, batch, in: py)
        let seconds = try seconds { for _ in 0..<calls { _ = try module.rows(function, batch, in: py) } }
        let answer = try program.ask("turn \(family.function) \(calls)")
        guard let other = Double(answer) else { throw BenchmarkError("not an answer: \(answer)") }
        guard turn >= 0 else { continue }
        ours.append(seconds / Double(calls))
        theirs.append(other)
      }
      let ratio = median(zip(theirs, ours).map { $0 / $1 })
      let detail = "\(perRow(ours)) against \(perRow(theirs)) ns a row"
      if case .atLeast(let goal) = family.comparison {
        report(family.name, ratio, atLeast: goal, detail: detail)
      } else {
        report(family.name, ratio, detail: detail)
      }
    }
  }

  /// Both sides must have computed the same.
  private static func compareResults(
    _ family: Family, _ module: LoadedModule, _ batch: RecordBatch, in py: borrowing Python, _ program: PythonProgram
  ) throws {
    let function = try module.named(family.function)
    let results = try module.batch(function, module.rows(function, batch, in: py).values, arguments: batch)
    let texts = try module.rows(module.named("shown"), results, in: py).values.toArray(of: String.self)
    let answer = try program.ask("check \(family.function)")
    let others = try JSONDecoder().decode([String].self, from: Data(answer.utf8))
    for (row, (one, other)) in zip(texts, others).enumerated() where one != other {
      throw BenchmarkError("\(family.name), row \(row): \(one ?? "null") here, \(other) there")
    }
    guard texts.count == others.count else { throw BenchmarkError("\(family.name): \(others.count) results there") }
  }

  // MARK: Parts

  /// The family's values as a column, made by the row path too.
  private static func batch(_ family: Family, _ module: LoadedModule, in py: borrowing Python) throws -> RecordBatch {
    let numbers = try RecordBatch(
      schema: Schema([Field(name: "i", type: .int64)]), columns: [Column((0..<rows).map { Int64($0) as Int64? })])
    let function = try module.named(family.values)
    return try module.batch(function, module.rows(function, numbers, in: py).values, arguments: numbers)
  }

  private static func perRow(_ seconds: [Double]) -> String {
    String(format: "%.0f", median(seconds) * 1e9 / Double(rows))
  }
}

extension LoadedModule {
  /// The place of a function.
  fileprivate func named(_ name: String) throws -> Int {
    guard let place = signatures.firstIndex(where: { $0.name == name }) else {
      throw BenchmarkError("type_families.py has no UDF \(name)")
    }
    return place
  }

  /// A column of results with the field that describes it.
  fileprivate func batch(_ function: Int, _ values: Column, arguments: RecordBatch) throws -> RecordBatch {
    let field = signatures[function].resultField(for: arguments.schema.fields)
    return try RecordBatch(schema: Schema([field]), columns: [values])
  }
}
