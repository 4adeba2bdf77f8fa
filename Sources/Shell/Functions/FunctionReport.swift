import Functions
import PythonRuntime
package import PythonUDF

/// What functions have done so far, as a table for a person.
package struct FunctionReport {
  /// The lines, the head first, each with its end.
  package let lines: [String]

  /// - Parameters:
  ///   - pools: the files' pools.
  ///   - counts: what was counted of them.
  package init(of pools: [UDFPool], _ counts: FunctionCounts) {
    var rows = [["function", "file", "rows", "calls", "seconds", "rows/s", "errors", "nulls", "memory"]]
    for pool in pools {
      let memory = pool.memoryUsage.reduce(0) { $0 + $1.current }
      for function in pool.functionNames {
        // The seconds are those of all interpreters together, and of rows that failed too.
        let total = FunctionTotals(of: function, in: pool.name, counts)
        rows.append([
          function, pool.name, "\(total.rows)", "\(total.calls)", secondsText(total.seconds), total.rate,
          "\(total.errors)", "\(total.nulls)", "\(memory / 1_024) KiB",
        ])
      }
    }
    lines = TextTable.lines(rows, texts: 2)
  }
}

/// What has been counted of a function.
struct FunctionTotals {
  let rows: Int
  let calls: Int
  let errors: Int
  let nulls: Int
  /// Rows that were computed without Python, and rows of functions with such that Python ran all the same.
  let vectorized: Int
  let rerun: Int
  /// How long it had an interpreter, and how long it waited for one.
  let seconds: Double
  let waited: Double

  init(of function: String, in source: String, _ counts: FunctionCounts) {
    func total(_ label: String) -> Double { counts.total("clutch_udf_\(label)", of: function, in: source) }
    (rows, calls) = (Int(total("rows")), Int(total("batches")))
    (errors, nulls) = (Int(total("errors")), Int(total("nulls")))
    (vectorized, rerun) = (Int(total("rows_vectorized")), Int(total("rows_rerun")))
    (seconds, waited) = (total("seconds"), total("wait_seconds"))
  }

  /// Rows a second.
  var rate: String { rows > 0 && seconds > 0 ? String(Int((Double(rows) / seconds).rounded())) : "-" }
}

extension UDFPool {
  /// The functions, each once.
  var functionNames: [String] {
    var seen: Set<String> = []
    return signatures.map(\.name).filter { seen.insert($0).inserted }
  }
}
